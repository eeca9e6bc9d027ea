#include "tests/lab/ca/subject_names.h"

#include "tests/lab/ca/pkcs10.h"

#include <map>

namespace ae::labca {
namespace {

constexpr std::uint32_t kUpnRequired = 0x8009480D;
constexpr std::uint32_t kGuidRequired = 0x8009480E;
constexpr std::uint32_t kDnsRequired = 0x8009480F;
constexpr std::uint32_t kEmailRequired = 0x80094812;
constexpr std::string_view kOidCommonName = "2.5.4.3";
constexpr std::string_view kOidEmail = "1.2.840.113549.1.9.1";
constexpr std::string_view kOidUpn = "1.3.6.1.4.1.311.20.2.3";
constexpr std::string_view kOidDirectoryGuid = "1.3.6.1.4.1.311.25.1";

bool has(const Template& t, std::uint32_t flag) { return (t.name_flags & flag) != 0; }

const std::string& required(const std::string& value, std::uint32_t code, const char* attribute) {
    if (value.empty()) {
        refuse(code, std::string("the account has no ") + attribute);
    }
    return value;
}

Bytes other_name(std::string_view type, const Bytes& value) {
    return der::join(tag::context(0), {der::oid(type), der::tlv(tag::context(0), value)});
}

}  // namespace

std::vector<std::pair<std::string, std::string>> split_dn(std::string_view dn) {
    std::vector<std::pair<std::string, std::string>> rdns;
    std::string type;
    std::string value;
    bool in_value = false;
    const auto finish = [&] {
        rdns.emplace_back(std::exchange(type, {}), std::exchange(value, {}));
        in_value = false;
    };
    for (std::size_t i = 0; i < dn.size(); ++i) {
        const char c = dn[i];
        if (c == '\\' && i + 1 < dn.size()) {
            // RFC 4514 2.4: an escaped character, or two hex digits
            const std::string_view rest = dn.substr(i + 1, 2);
            if (rest.size() == 2 &&
                rest.find_first_not_of("0123456789abcdefABCDEF") == std::string_view::npos) {
                value.push_back(static_cast<char>(from_hex(rest)[0]));
                i += 2;
            } else {
                value.push_back(dn[++i]);
            }
        } else if (!in_value && c == '=') {
            in_value = true;
        } else if (in_value && c == ',') {
            finish();
        } else {
            (in_value ? value : type).push_back(c);
        }
    }
    finish();
    return rdns;
}

std::string account_principal_name(const Account& account) {
    if (!account.principal_name.empty() || account.domain_dns.empty()) {
        return account.principal_name;
    }
    return account.sam_name + "@" + account.domain_dns;  // the implicit name every account has
}

Bytes subject_from_directory(const Template& t, const Account& account) {
    std::vector<std::pair<std::string, std::string>> rdns;
    if (has(t, name_flag::kDirectoryPath)) {
        const std::map<std::string, std::string_view> types{{"cn", kOidCommonName},
                                                            {"ou", "2.5.4.11"},
                                                            {"o", "2.5.4.10"},
                                                            {"c", "2.5.4.6"},
                                                            {"l", "2.5.4.7"},
                                                            {"st", "2.5.4.8"},
                                                            {"dc", "0.9.2342.19200300.100.1.25"}};
        const auto parts = split_dn(account.dn);
        for (auto part = parts.rbegin(); part != parts.rend(); ++part) {
            if (const auto type = types.find(lower_ascii(part->first)); type != types.end()) {
                rdns.emplace_back(type->second, part->second);
            }
        }
    } else if (has(t, name_flag::kCommonName | name_flag::kDnsAsCn)) {
        const bool machine = account.is_computer;
        rdns.emplace_back(kOidCommonName,
                          machine ? required(account.dns_host_name, kDnsRequired, "dNSHostName")
                                  : account.common_name);
    }
    if (has(t, name_flag::kSubjectEmail)) {
        rdns.emplace_back(kOidEmail, required(account.mail, kEmailRequired, "mail"));
    }
    return make_name(rdns);
}

std::optional<RequestExtension> alternative_names_from_directory(const Template& t,
                                                                 const Account& account) {
    std::vector<Bytes> names;
    const auto add_text = [&names](unsigned number, const std::string& text) {
        names.push_back(der::tlv(tag::context_primitive(number), view_of(text)));
    };
    if (has(t, name_flag::kSanGuid)) {
        if (account.object_guid.empty()) {
            refuse(kGuidRequired, "the account has no objectGUID");
        }
        names.push_back(other_name(kOidDirectoryGuid, der::octets(account.object_guid)));
    }
    if (has(t, name_flag::kSanUpn | name_flag::kSanSpn)) {
        const std::string upn = account_principal_name(account);
        names.push_back(other_name(
            kOidUpn, der::text(tag::kUtf8, required(upn, kUpnRequired, "userPrincipalName"))));
    }
    if (has(t, name_flag::kSanEmail)) {
        add_text(1, required(account.mail, kEmailRequired, "mail"));
    }
    if (has(t, name_flag::kSanDns)) {
        add_text(2, required(account.dns_host_name, kDnsRequired, "dNSHostName"));
    }
    if (has(t, name_flag::kSanDomainDns)) {
        add_text(2, required(account.domain_dns, kDnsRequired, "domain DNS name"));
        add_text(2, required(account.domain_netbios, kDnsRequired, "domain NetBIOS name"));
    }
    if (names.empty()) {
        return std::nullopt;
    }
    return RequestExtension{std::string(oid::kSubjectAltName), false,
                            der::join(tag::kSequence, names)};
}

RequestExtension security_extension(const std::string& sid) {
    const Bytes value =
        der::sequence(other_name("1.3.6.1.4.1.311.25.2.1", der::octets(view_of(sid))));
    return {std::string(oid::kSecurityExtension), false, value};
}

}  // namespace ae::labca
