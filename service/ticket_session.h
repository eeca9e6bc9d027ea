// The Kerberos tickets of one run, as rule S13 sees them (engine/ticket_age.h): whom they make us,
// and how to get new ones.
//
// Whom they make us is asked of the directory: a domain controller judges the bind of this pulse by
// tickets of the same age as the CA does, on both platforms, for machines and users, and no ticket
// has to be decrypted for it.  How to renew is the platform's (Member::renew_tickets).
// Not for: the host's idea of who is logged on (host/logon_session.h).
// The directory must outlive the session.  One thread, that of the pulse.  Blocks on the network.
// Errors: those of LdapDirectory::session_sids(); kNotSupported without a way to renew.
#pragma once

#include "policy/ldap_directory.h"

#include <functional>
#include <memory>

namespace ae::service {

std::unique_ptr<engine::LogonSession> make_ticket_session(policy::LdapDirectory& directory,
                                                          std::function<Done()> renew);

}  // namespace ae::service
