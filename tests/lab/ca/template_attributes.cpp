#include "tests/lab/ca/directory.h"

#include <charconv>
#include <utility>

namespace ae::labca {
namespace {

// "Name`Type`Value`" triplets of version 3 and 4 templates ([MS-CRTD] 2.23.2).
std::string triplet(const std::string& text, std::string_view wanted) {
    std::vector<std::string> parts;
    std::string part;
    for (const char c : text) {
        if (c == '`') {
            parts.push_back(std::exchange(part, {}));
        } else {
            part.push_back(c);
        }
    }
    for (std::size_t i = 0; i + 2 < parts.size(); i += 3) {
        if (parts[i] == wanted) {
            return parts[i + 2];
        }
    }
    return {};
}

std::vector<std::string> split(const std::string& text, char separator) {
    std::vector<std::string> out;
    std::string part;
    for (const char c : text) {
        if (c == separator) {
            out.push_back(std::exchange(part, {}));
        } else if (c != ' ') {
            part.push_back(c);
        }
    }
    if (!part.empty()) {
        out.push_back(part);
    }
    return out;
}

}  // namespace

const std::vector<Bytes>* LdapEntry::find(std::string_view name) const {
    for (const auto& [key, values] : attributes) {
        if (equal_ignoring_case(key, name)) {
            return &values;
        }
    }
    return nullptr;
}

std::vector<std::string> LdapEntry::texts(std::string_view name) const {
    std::vector<std::string> out;
    if (const auto* values = find(name)) {
        for (const Bytes& value : *values) {
            out.emplace_back(value.begin(), value.end());
        }
    }
    return out;
}

std::string LdapEntry::text(std::string_view name) const {
    const auto all = texts(name);
    return all.empty() ? std::string() : all.front();
}

std::uint32_t LdapEntry::number(std::string_view name, std::uint32_t absent) const {
    // LDAP prints these flag words as signed decimals.
    const std::string value = text(name);
    std::int64_t number = 0;
    const auto result = std::from_chars(value.data(), value.data() + value.size(), number);
    return value.empty() || result.ec != std::errc{} ? absent : static_cast<std::uint32_t>(number);
}

Bytes LdapEntry::bytes(std::string_view name) const {
    const auto* values = find(name);
    return values == nullptr || values->empty() ? Bytes{} : values->front();
}

std::chrono::seconds period_from(View eight_bytes) {
    if (eight_bytes.size() != 8) {
        return std::chrono::seconds{0};
    }
    std::uint64_t raw = 0;
    for (std::size_t i = 8; i > 0; --i) {
        raw = raw << 8U | eight_bytes[i - 1];
    }
    // Unsigned negation: the smallest int64 has no positive twin.
    return std::chrono::seconds{static_cast<std::int64_t>((0 - raw) / 10'000'000)};
}

Template template_from(const LdapEntry& entry) {
    Template t;
    t.name = entry.text("cn");
    t.oid = entry.text("msPKI-Cert-Template-OID");
    t.schema_version = entry.number("msPKI-Template-Schema-Version", 1);
    t.major = entry.number("revision");
    t.minor = entry.number("msPKI-Template-Minor-Revision");
    t.flags = entry.number("flags");
    t.enrollment_flags = entry.number("msPKI-Enrollment-Flag");
    t.name_flags = entry.number("msPKI-Certificate-Name-Flag");
    t.key_flags = entry.number("msPKI-Private-Key-Flag");
    t.minimal_key_size = entry.number("msPKI-Minimal-Key-Size");
    t.authority_signatures = entry.number("msPKI-RA-Signature");
    t.max_issuing_depth = static_cast<std::int32_t>(entry.number("pKIMaxIssuingDepth"));
    t.extended_key_usage = entry.texts("pKIExtendedKeyUsage");
    t.application_policies = entry.texts("msPKI-Certificate-Application-Policy");
    t.issuance_policies = entry.texts("msPKI-Certificate-Policy");
    t.critical_extensions = entry.texts("pKICriticalExtensions");
    t.key_usage = entry.bytes("pKIKeyUsage");
    t.validity = period_from(entry.bytes("pKIExpirationPeriod"));
    t.overlap = period_from(entry.bytes("pKIOverlapPeriod"));
    t.authority_policies = entry.texts("msPKI-RA-Application-Policies");
    const bool triplets = t.schema_version == 3 ||
                          (t.schema_version == 4 && (t.key_flags & key_flag::kLegacyProvider) == 0);
    if (triplets && !t.authority_policies.empty()) {
        const std::string all = t.authority_policies.front();
        t.authority_policies = split(triplet(all, "msPKI-RA-Application-Policies"), ',');
        t.key_algorithm = triplet(all, "msPKI-Asymmetric-Algorithm");
    }
    if (const auto* sd = entry.find("nTSecurityDescriptor"); sd != nullptr && !sd->empty()) {
        t.security_descriptor = sd->front();
    }
    return t;
}

}  // namespace ae::labca
