// How the Kerberos library of this process behaves, whatever the host's krb5.conf says otherwise:
//  - host names are taken as they are.  By default the library asks DNS, forward and reverse, and
//  then
//    whoever answers for the reverse zone decides which principal we talk to.
//  - TCP first: a domain controller's tickets carry a PAC and never fit a datagram.
//  - the domain controller that was found is also the realm's first key distribution center, as on
//    Windows: near, known to be up, and the one whose data the pulse reads.
// Everything else, other realms included, stays as the host has it.  One thread.
#pragma once

#include "engine/base/result.h"

#include <string>

namespace ae::service {

struct KnownKdc {
    std::string realm{};    // "CORP.EXAMPLE.TEST"
    std::string address{};  // numeric; empty: none is known yet
};

// Call before anything uses Kerberos, and again when a controller was found.
Done pin_kerberos_settings(const KnownKdc& kdc);

}  // namespace ae::service
