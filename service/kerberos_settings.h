// How the Kerberos library of this process behaves, whatever the host's krb5.conf says otherwise:
//  - host names are taken as they are.  By default the library asks DNS, forward and reverse, and
//  then
//    whoever answers for the reverse zone decides which principal we talk to.
//  - TCP first: a domain controller's tickets carry a PAC and never fit a datagram.
// Everything else stays as the host has it.  Call once, before anything uses Kerberos; one thread.
#pragma once

#include "engine/base/result.h"

namespace ae::service {

Done pin_kerberos_settings();

}  // namespace ae::service
