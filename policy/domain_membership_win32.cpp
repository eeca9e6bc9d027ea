#define SECURITY_WIN32

#include "policy/domain_membership_win32.h"

#include "engine/base/hresult_table.h"
#include "engine/base/text.h"
#include "engine/base/unique_handle.h"
#include "engine/base/win32.h"

#include <utility>

#include <lm.h>
#include <ntsecapi.h>
#include <security.h>

namespace ae::policy {
namespace {

constexpr ULONG kLongestName =
    1024;  // a DNS name, a backslash and a sAMAccountName take 512 at most

struct NetBufferTraits {
    using value_type = wchar_t*;
    static value_type none() noexcept { return nullptr; }
    static void close(value_type text) noexcept { ::NetApiBufferFree(text); }
};
using UniqueNetText = UniqueHandle<NetBufferTraits>;

struct LsaTraits {
    using value_type = LSA_HANDLE;
    static value_type none() noexcept { return nullptr; }
    static void close(value_type policy) noexcept { ::LsaClose(policy); }
};
using UniqueLsaPolicy = UniqueHandle<LsaTraits>;

struct LsaMemoryTraits {
    using value_type = void*;
    static value_type none() noexcept { return nullptr; }
    static void close(value_type memory) noexcept { ::LsaFreeMemory(memory); }
};
using UniqueLsaMemory = UniqueHandle<LsaMemoryTraits>;

tl::unexpected<Error> fail_not_joined(const std::string& what) {
    return fail(kNotDomainJoined, what, "Join this computer to the domain (Add-Computer).");
}

Result<std::string> computer_name(COMPUTER_NAME_FORMAT format) {
    DWORD size = 0;
    ::GetComputerNameExW(format, nullptr, &size);
    std::wstring name(size, L'\0');
    if (::GetComputerNameExW(format, name.data(), &size) == 0) {
        return fail(last_error("read this computer's name"));
    }
    name.resize(size);
    return narrow(name);
}

Result<std::string> joined_domain_dns() {
    LSA_OBJECT_ATTRIBUTES attributes{};
    UniqueLsaPolicy policy;
    NTSTATUS status =
        ::LsaOpenPolicy(nullptr, &attributes, POLICY_VIEW_LOCAL_INFORMATION, policy.put());
    UniqueLsaMemory memory;
    if (status == 0) {
        status =
            ::LsaQueryInformationPolicy(policy.get(), PolicyDnsDomainInformation, memory.put());
    }
    if (status != 0) {
        return fail(win32_error(::LsaNtStatusToWinError(status),
                                "read the domain's name from the local security authority"));
    }
    const auto& name = static_cast<const POLICY_DNS_DOMAIN_INFO*>(memory.get())->DnsDomainName;
    return narrow({name.Buffer, name.Length / sizeof(wchar_t)});
}

Result<DomainMembership> read_machine() {
    UniqueNetText name;
    NETSETUP_JOIN_STATUS status = NetSetupUnknownStatus;
    if (const auto code = ::NetGetJoinInformation(nullptr, name.put(), &status); code != 0) {
        return fail(win32_error(code, "ask whether this computer is a member of a domain"));
    }
    if (status != NetSetupDomainName) {
        return fail_not_joined("this computer is a member of no domain");
    }
    DomainMembership member;
    auto domain = joined_domain_dns();
    if (!domain) {
        return pass(domain);
    }
    if (domain->empty()) {
        return fail_not_joined("this computer's domain has no DNS name: it is no Active Directory");
    }
    member.domain_dns = to_lower(*domain);
    // The account is called as Netlogon calls itself: by the NetBIOS name of this computer, also on
    // the node of a cluster.
    auto account = computer_name(ComputerNamePhysicalNetBIOS);
    if (!account) {
        return pass(account);
    }
    member.account_name = *account + '$';
    return member;
}

Result<DomainMembership> read_user() {
    std::wstring name(kLongestName, L'\0');
    ULONG size = kLongestName;
    if (::GetUserNameExW(NameDnsDomain, name.data(), &size) == 0) {
        const DWORD code = ::GetLastError();
        if (code == ERROR_NONE_MAPPED) {
            return membership_of_user({});
        }
        return fail(win32_error(code, "read this user's name in the domain"));
    }
    name.resize(size);
    return membership_of_user(narrow(name));
}

}  // namespace

Result<DomainMembership> membership_of_user(std::string_view dns_domain_name) {
    const auto at = dns_domain_name.find('\\');
    if (at == std::string_view::npos || at == 0 || at + 1 == dns_domain_name.size()) {
        return fail(kNotDomainJoined, "this user is an account of this computer and of no domain",
                    "Log on with an account of the domain.");
    }
    return DomainMembership{.domain_dns = to_lower(dns_domain_name.substr(0, at)),
                            .account_name = std::string(dns_domain_name.substr(at + 1))};
}

Result<DomainMembership> read_domain_membership(engine::Scope scope) {
    auto member = scope == engine::Scope::machine ? read_machine() : read_user();
    if (!member) {
        return member;
    }
    auto host = computer_name(ComputerNamePhysicalDnsFullyQualified);
    if (!host) {
        return pass(host);
    }
    member->host_fqdn = std::move(*host);
    return member;
}

}  // namespace ae::policy
