// Which domain this host is a member of, and as which account: what the machine keytab says.
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
};

// `keytab` empty: the system's default keytab.
Result<Membership> read_membership(const std::string& keytab);

}  // namespace ae::service
