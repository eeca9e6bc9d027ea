// Which domain this host, or the user that this process runs as, belongs to, out of what the local
// security authority knows: no network is asked.  Windows.
// Not for: proving it (the bind does), finding a domain controller (dc_locator.h).
// Errors: kNotDomainJoined, with what to do.  Any thread.
// Sources: NetGetJoinInformation; LsaQueryInformationPolicy, PolicyDnsDomainInformation;
// GetUserNameEx, NameDnsDomain ("corp.example.test\alice").
#pragma once

#include "engine/base/result.h"
#include "engine/snapshot.h"

#include <string>
#include <string_view>

namespace ae::policy {

struct DomainMembership {
    std::string domain_dns{};    // "corp.example.test"
    std::string account_name{};  // sAMAccountName: "WS1$", "alice"
    std::string host_fqdn{};     // "ws1.corp.example.test"
};

Result<DomainMembership> read_domain_membership(engine::Scope scope);

// Pure: "corp.example.test\alice" as its two parts.
Result<DomainMembership> membership_of_user(std::string_view dns_domain_name);

}  // namespace ae::policy
