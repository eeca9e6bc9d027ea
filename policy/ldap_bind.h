// Connects and binds; the part in which the platforms' LDAP libraries differ for good.
#pragma once

#include "engine/base/result.h"
#include "policy/ldap_api.h"
#include "policy/ldap_connection.h"

namespace ae::policy {

struct BoundLdap {
    UniqueLdap ldap{};
    int strength = 0;
    Sealing sealing = Sealing::not_shown;
};

// Errors as LdapConnection::open.
Result<BoundLdap> connect_and_bind(const LdapServer& server, const LdapCredentials& credentials,
                                   const LdapTimeouts& timeouts);

}  // namespace ae::policy
