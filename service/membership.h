// Which domain this host is a member of, and as which account: what the machine keytab says, or
// for a user the account's own Kerberos ticket cache.
// Not for: proving it (credential.h) or reading the account (engine/ports.h Directory).
// Errors: kNotDomainJoined when there is no machine account, kAccessDenied when the keytab may not
// be read.  Any thread.
#pragma once

#include "engine/base/result.h"

#include <string>

namespace ae::service {

struct Membership {
    std::string principal{};     // "WS1$@CORP.EXAMPLE.TEST"
    std::string account_name{};  // "WS1$"
    std::string realm{};         // "CORP.EXAMPLE.TEST"
    std::string domain_dns{};    // "corp.example.test"
    std::string host_fqdn{};  // this host's own idea of its name, for logs and request attributes
    std::string ticket_cache{};  // user: where its tickets are, "FILE:/tmp/krb5cc_1000"
};

// `keytab` empty: the system's default keytab.
Result<Membership> read_membership(const std::string& keytab);
// `cache` empty: the account's default cache.  kNoCredentials when there is none: the user is no
// domain user, or did not log on with Kerberos.
Result<Membership> read_user_membership(const std::string& cache);

}  // namespace ae::service
