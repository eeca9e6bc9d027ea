// Kerberos tickets for one pulse, in a cache that both the directory and the CA client use, so that
// the key distribution center is asked once.  Tickets of the machine live in memory only.
// Errors name the step and the library's text: kLogonFailure (wrong keytab), kTimeSkew, kNoKdc,
// kContextExpired, kNoCredentials.  Blocks on the network.  One thread at a time.
#pragma once

#include "engine/base/result.h"
#include "engine/base/time.h"
#include "service/membership.h"

#include <string>

namespace ae::service {

inline constexpr const char* kMachineCache = "MEMORY:aeclient-machine";

// Fresh initial tickets of the machine account, put into `cache` in place of all that it holds.
Done acquire_machine_tickets(const Membership& membership, const std::string& keytab,
                             const std::string& cache = kMachineCache);

// Whose tickets a cache holds: "WS1$@CORP.EXAMPLE.TEST"; empty when it holds none.
std::string owner_of_cache(const std::string& cache);

// Rule S13: new tickets for whom `cache` belongs to, in place of all that it holds, without asking
// anybody for a password: the ticket-granting ticket renewed, or kept where it is not renewable,
// and no other.  A KDC of Windows copies the groups out of that ticket ([MS-KILE] 3.3.5.7), so
// there only a new logon brings others; Samba computes them anew for each service ticket (seen
// with 4.17). Errors: kNoCredentials when it holds no ticket-granting ticket; the library's own.
Done renew_ticket_cache(const std::string& cache);

// Whether a cache that somebody else filled still holds a valid ticket-granting ticket.
Done check_ticket_cache(const std::string& cache, Time now);

}  // namespace ae::service
