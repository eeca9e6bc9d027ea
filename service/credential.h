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

// Fresh initial tickets of the machine account, put into kMachineCache.
Done acquire_machine_tickets(const Membership& membership, const std::string& keytab);

// Whether a cache that somebody else filled still holds a valid ticket-granting ticket.
Done check_ticket_cache(const std::string& cache, Time now);

}  // namespace ae::service
