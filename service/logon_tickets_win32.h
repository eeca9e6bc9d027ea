// The Kerberos tickets of the logon session that this process runs in.
// Not for: reading them.
// Source: KERB_PURGE_TKT_CACHE_REQUEST of the platform SDK (ntsecapi.h); what klist purge does.
#pragma once

#include "engine/base/result.h"

namespace ae::service {

// Drops all of them, ticket-granting tickets included.  The system gets new ones, with today's
// groups, as soon as something asks for one: of the machine with its account's secret, of a user
// with what he logged on with.  Errors: kNotSupported where the system's Kerberos does not do that;
// the system's own codes.
Done purge_logon_tickets();

}  // namespace ae::service
