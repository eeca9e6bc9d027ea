#include "policy/sid_names.h"

#include <algorithm>

namespace ae::policy {
namespace {

constexpr std::uint64_t kNtAuthority = 5;
constexpr std::uint32_t kDomainUnique = 21;  // [MS-DTYP] 2.4.2.4: S-1-5-21-...

bool is_of_a_domain(const Sid& sid) {
    return sid.authority == kNtAuthority && !sid.sub_authorities.empty() &&
           sid.sub_authorities.front() == kDomainUnique;
}

std::string escaped(const Bytes& octets) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    std::string text;
    for (const std::uint8_t octet : octets) {
        text += '\\';
        text += kDigits[octet >> 4U];
        text += kDigits[octet & 0xFU];
    }
    return text;
}

}  // namespace

std::string sid_filter(const std::vector<Sid>& sids) {
    std::string parts;
    std::size_t count = 0;
    for (const Sid& sid : sids) {
        if (is_of_a_domain(sid) && count++ < kMostNamedSids) {
            parts += "(objectSid=" + escaped(sid.to_wire()) + ')';
        }
    }
    return parts.empty() ? parts : "(|" + parts + ')';
}

SidNames names_in(const SearchAnswer& answer) {
    SidNames names;
    for (const LdapEntry& entry : answer.entries) {
        const auto& values = values_of(entry.attributes, "objectSid");
        const auto sid = values.empty() ? std::nullopt : Sid::from_wire(values.front());
        auto name = text_of(entry.attributes, "sAMAccountName");
        if (!name) {
            name = text_of(entry.attributes, "cn");
        }
        if (sid && name) {
            names.emplace(*sid, *name);
        }
    }
    return names;
}

}  // namespace ae::policy
