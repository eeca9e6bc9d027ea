#include "policy/template_parser.h"

#include "engine/base/der.h"
#include "engine/base/text.h"

#include <algorithm>
#include <charconv>
#include <limits>
#include <optional>

namespace ae::policy {
namespace {

constexpr std::uint32_t kNewestSchemaVersion = 4;

std::optional<std::int64_t> parse_decimal(std::string_view text) {
    std::int64_t value = 0;
    const auto* end = text.data() + text.size();
    const auto [at, error] = std::from_chars(text.data(), end, value);
    return error == std::errc{} && at == end ? std::optional(value) : std::nullopt;
}

// Reads attribute by attribute and keeps the first fault.
class TemplateReader {
  public:
    explicit TemplateReader(const AttributeMap& object) : object_(object) {}

    engine::Template read();

  private:
    void fault(std::string_view attribute, std::string_view value, std::string_view problem) {
        if (out_.fault.empty()) {
            out_.fault = std::string(attribute) + " is \"" + printable(value) +
                         "\": " + std::string(problem);
        }
    }
    // The first value; a second one is a fault, because nobody knows which one is meant.
    std::optional<std::string> single(std::string_view attribute);
    std::string text(std::string_view attribute) {
        return single(attribute).value_or(std::string{});
    }
    std::int64_t number(std::string_view attribute, std::int64_t absent, std::int64_t lowest,
                        std::int64_t highest);
    std::uint32_t flags(std::string_view attribute);
    std::uint32_t count(std::string_view attribute, std::uint32_t absent = 0);
    Seconds period(std::string_view attribute);
    std::vector<std::string> oids(std::string_view attribute);
    void check_oid(std::string_view attribute, std::string_view value);
    void read_providers();
    void read_key_properties(std::string_view list);
    void read_key_property(std::string_view name, std::string_view type, std::string_view value);

    const AttributeMap& object_;
    engine::Template out_;
};

std::optional<std::string> TemplateReader::single(std::string_view attribute) {
    const auto values = texts_of(object_, attribute);
    if (values.size() > 1) {
        fault(attribute, values[1], "it stands there twice, and one value is allowed");
    }
    return values.empty() ? std::nullopt : std::optional(values.front());
}

std::int64_t TemplateReader::number(std::string_view attribute, std::int64_t absent,
                                    std::int64_t lowest, std::int64_t highest) {
    const auto value = single(attribute);
    if (!value) {
        return absent;
    }
    const auto parsed = parse_decimal(*value);
    if (!parsed || *parsed < lowest || *parsed > highest) {
        fault(attribute, *value,
              "a whole number from " + std::to_string(lowest) + " to " + std::to_string(highest) +
                  " is expected");
        return absent;
    }
    return *parsed;
}

// [MS-CRTD] 2.4, 2.26-2.28: bit fields, which LDAP carries as a signed decimal.
std::uint32_t TemplateReader::flags(std::string_view attribute) {
    return static_cast<std::uint32_t>(number(attribute, 0, std::numeric_limits<std::int32_t>::min(),
                                             std::numeric_limits<std::uint32_t>::max()));
}

std::uint32_t TemplateReader::count(std::string_view attribute, std::uint32_t absent) {
    return static_cast<std::uint32_t>(
        number(attribute, absent, 0, std::numeric_limits<std::int32_t>::max()));
}

Seconds TemplateReader::period(std::string_view attribute) {
    const auto& values = values_of(object_, attribute);
    if (values.empty()) {
        return Seconds{};
    }
    if (values.size() > 1) {
        fault(attribute, to_hex(values[1]), "it stands there twice, and one value is allowed");
    }
    const auto parsed = period_from_wire(values.front());
    if (!parsed) {
        fault(attribute, to_hex(values.front()),
              "eight octets with a negative count of 100 ns are expected");
    }
    return parsed.value_or(Seconds{});
}

void TemplateReader::check_oid(std::string_view attribute, std::string_view value) {
    if (!der::is_oid(value)) {
        fault(attribute, value, "an object identifier is expected");
    }
}

std::vector<std::string> TemplateReader::oids(std::string_view attribute) {
    auto values = texts_of(object_, attribute);
    for (const auto& value : values) {
        check_oid(attribute, value);
    }
    return values;
}

// [MS-CRTD] 2.8: "N,Provider name"; the number ranks, the order of values means nothing.
void TemplateReader::read_providers() {
    constexpr std::string_view attribute_name = "pKIDefaultCSPs";
    for (const auto& value : texts_of(object_, attribute_name)) {
        const auto comma = value.find(',');
        const auto rank = parse_decimal(trim(std::string_view(value).substr(0, comma)));
        const auto name = comma == std::string::npos
                              ? std::string_view{}
                              : trim(std::string_view(value).substr(comma + 1));
        if (!rank || *rank < 0 || *rank > std::numeric_limits<std::int32_t>::max() ||
            name.empty()) {
            fault(attribute_name, value, "\"rank,provider name\" is expected");
            continue;
        }
        out_.providers.push_back({static_cast<unsigned>(*rank), std::string(name)});
    }
    std::stable_sort(out_.providers.begin(), out_.providers.end(),
                     [](const auto& a, const auto& b) { return a.rank < b.rank; });
}

constexpr std::string_view kRaApplicationPolicies = "msPKI-RA-Application-Policies";

void TemplateReader::read_key_property(std::string_view name, std::string_view type,
                                       std::string_view value) {
    const auto is = [&](std::string_view known) { return equal_ignoring_case(name, known); };
    const auto expect = [&](std::string_view wanted) {
        if (equal_ignoring_case(type, wanted)) {
            return true;
        }
        fault(kRaApplicationPolicies, std::string(name) + "`" + std::string(type),
              "type " + std::string(wanted) + " is expected");
        return false;
    };
    const auto take_text = [&](std::string& into) {
        if (expect("PZPWSTR")) {
            into = value;
        }
    };
    const auto take_number = [&]() -> std::optional<std::uint32_t> {
        const auto number = parse_decimal(value);
        if (!number || *number < 0 || *number > std::numeric_limits<std::uint32_t>::max()) {
            fault(kRaApplicationPolicies, std::string(name) + "`DWORD`" + std::string(value),
                  "a whole number is expected");
            return std::nullopt;
        }
        return static_cast<std::uint32_t>(*number);
    };
    if (is(kRaApplicationPolicies)) {
        if (!expect("PZPWSTR")) {
            return;
        }
        for (const auto part : split(value, ',')) {
            const auto policy = trim(part);
            if (!policy.empty()) {
                check_oid(kRaApplicationPolicies, policy);
                out_.ra_application_policies.emplace_back(policy);
            }
        }
    } else if (is("msPKI-Asymmetric-Algorithm")) {
        take_text(out_.asymmetric_algorithm);
    } else if (is("msPKI-Hash-Algorithm")) {
        take_text(out_.hash_algorithm);
    } else if (is("msPKI-Key-Security-Descriptor") || is("msPKI-SecurityDescriptor")) {
        // [MS-CRTD] 2.23.2 gives the first name, [MS-WCCE] 3.1.2.4.2.2.2.5 the second.
        take_text(out_.key_security_descriptor);
    } else if (is("msPKI-Symmetric-Algorithm")) {
        take_text(out_.symmetric_algorithm);
    } else if (is("msPKI-Symmetric-Key-Length") && expect("DWORD")) {
        out_.symmetric_key_length = take_number().value_or(0);
    } else if (is("msPKI-Key-Usage") && expect("DWORD")) {
        out_.cng_key_usage = take_number();
    }
}

// [MS-CRTD] 2.23.2: Name`Type`Value` again and again.
void TemplateReader::read_key_properties(std::string_view list) {
    const auto whole = list;
    if (list.ends_with('`')) {
        list.remove_suffix(1);
    }
    const auto parts = split(list, '`');
    if (list.empty() || parts.size() % 3 != 0) {
        fault(kRaApplicationPolicies, whole, "triplets name`type`value` are expected");
        return;
    }
    for (std::size_t i = 0; i < parts.size(); i += 3) {
        read_key_property(parts[i], parts[i + 1], parts[i + 2]);
    }
}

engine::Template TemplateReader::read() {
    out_.name = text("cn");
    if (out_.name.empty()) {
        fault("cn", "", "a template needs a name");
    }
    out_.display_name = text("displayName");
    out_.schema_version = count("msPKI-Template-Schema-Version", 1);
    if (out_.schema_version < 1 || out_.schema_version > kNewestSchemaVersion) {
        fault("msPKI-Template-Schema-Version", std::to_string(out_.schema_version),
              "this client knows versions 1 to 4");
    }
    out_.major_version = count("revision");
    out_.minor_version = count("msPKI-Template-Minor-Revision");
    out_.general_flags = flags("flags");
    out_.enrollment_flags = flags("msPKI-Enrollment-Flag");
    out_.private_key_flags = flags("msPKI-Private-Key-Flag");
    out_.name_flags = flags("msPKI-Certificate-Name-Flag");
    out_.ra_signatures = count("msPKI-RA-Signature");
    out_.minimal_key_size = count("msPKI-Minimal-Key-Size");
    out_.default_key_spec = count("pKIDefaultKeySpec");
    out_.max_issuing_depth = static_cast<std::int32_t>(
        number("pKIMaxIssuingDepth", -1, -1, std::numeric_limits<std::int32_t>::max()));
    out_.validity = period("pKIExpirationPeriod");
    out_.overlap = period("pKIOverlapPeriod");
    if (const auto& usage = values_of(object_, "pKIKeyUsage"); !usage.empty()) {
        out_.key_usage = usage.front();
    }
    out_.extended_key_usages = oids("pKIExtendedKeyUsage");
    out_.critical_extensions = oids("pKICriticalExtensions");
    out_.application_policies = oids("msPKI-Certificate-Application-Policy");
    out_.certificate_policies = oids("msPKI-Certificate-Policy");
    out_.ra_policies = oids("msPKI-RA-Policies");
    out_.supersedes = texts_of(object_, "msPKI-Supersede-Templates");
    read_providers();

    // The certificate carries this identifier from version 2 on ([MS-WCCE] 2.2.2.7.7.2).
    out_.oid = text("msPKI-Cert-Template-OID");
    if (!out_.oid.empty()) {
        check_oid("msPKI-Cert-Template-OID", out_.oid);
    } else if (out_.schema_version >= 2) {
        fault("msPKI-Cert-Template-OID", "",
              "a version " + std::to_string(out_.schema_version) +
                  " template needs an object identifier");
    }

    // [MS-CRTD] 2.23: plain OIDs for v1, v2 and for v4 with the legacy-provider flag.
    const bool has_key_properties =
        out_.schema_version == 3 ||
        (out_.schema_version == 4 &&
         (out_.private_key_flags & engine::private_key_flag::kUseLegacyProvider) == 0);
    if (has_key_properties) {
        for (const auto& list : texts_of(object_, kRaApplicationPolicies)) {
            read_key_properties(list);
        }
    } else if (out_.schema_version <= kNewestSchemaVersion) {
        out_.ra_application_policies = oids(kRaApplicationPolicies);
    }
    if (const auto& sd = values_of(object_, "nTSecurityDescriptor"); !sd.empty()) {
        out_.security_descriptor = sd.front();
    }
    return std::move(out_);
}

}  // namespace

engine::Template parse_template(const AttributeMap& object) {
    return TemplateReader(object).read();
}

}  // namespace ae::policy
