#include "ca-client/request_extensions.h"

#include "engine/base/der.h"
#include "engine/base/hresult_table.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

namespace ae::ca {
namespace {

using engine::Template;

constexpr std::string_view kTemplateName = "1.3.6.1.4.1.311.20.2";
constexpr std::string_view kTemplateOid = "1.3.6.1.4.1.311.21.7";
constexpr std::string_view kApplicationPolicies = "1.3.6.1.4.1.311.21.10";
constexpr std::string_view kExtendedKeyUsage = "2.5.29.37";
constexpr std::string_view kKeyUsage = "2.5.29.15";
constexpr std::string_view kBasicConstraints = "2.5.29.19";
constexpr std::string_view kCertificatePolicies = "2.5.29.32";
constexpr std::string_view kSubjectAltName = "2.5.29.17";
constexpr std::string_view kSubjectKeyIdentifier = "2.5.29.14";
constexpr std::string_view kSmimeCapabilities = "1.2.840.113549.1.9.15";

bool is_version_1(const Template& wanted) { return wanted.schema_version == 1; }

bool has(std::uint32_t flags, std::uint32_t bit) { return (flags & bit) != 0; }

// Collects extensions; each is critical when the template lists its OID.
class Extensions {
  public:
    explicit Extensions(const Template& wanted) : critical_(wanted.critical_extensions) {}

    void add(std::string_view oid, ByteView value) {
        const bool is_critical = std::ranges::find(critical_, oid) != critical_.end();
        const Bytes extension = der::sequence(
            {der::oid(oid), is_critical ? der::boolean_true() : Bytes{}, der::octet_string(value)});
        content_.insert(content_.end(), extension.begin(), extension.end());
    }
    [[nodiscard]] Bytes encoded() const { return der::write(der::Tag::sequence, content_); }

  private:
    const std::vector<std::string>& critical_;
    Bytes content_;
};

// SEQUENCE OF the OIDs, each as `item` writes it.
template <class Item>
Bytes sequence_of(const std::vector<std::string>& oids, Item item) {
    Bytes content;
    for (const std::string& oid : oids) {
        const Bytes one = item(der::oid(oid));
        content.insert(content.end(), one.begin(), one.end());
    }
    return der::write(der::Tag::sequence, content);
}

// CertificatePolicies without qualifiers.
Bytes policies(const std::vector<std::string>& oids) {
    return sequence_of(oids, [](const Bytes& oid) { return der::sequence({oid}); });
}

Done check_oids(const Template& wanted) {
    const auto check = [](std::string_view attribute,
                          const std::vector<std::string>& oids) -> Done {
        for (const std::string& oid : oids) {
            if (!der::is_oid(oid)) {
                return fail(kInvalidData, "\"" + oid + "\" in " + std::string(attribute) +
                                              " is no object identifier");
            }
        }
        return done();
    };
    if (!is_version_1(wanted)) {
        if (auto good = check("msPKI-Cert-Template-OID", {wanted.oid}); !good) {
            return good;
        }
    }
    if (auto good = check("pKIExtendedKeyUsage", wanted.extended_key_usages); !good) {
        return good;
    }
    if (auto good = check("msPKI-Certificate-Application-Policy", wanted.application_policies);
        !good) {
        return good;
    }
    return check("msPKI-Certificate-Policy", wanted.certificate_policies);
}

// [MS-WCCE] 3.1.2.4.2.2.1.1 and .2.2.2.3.  Nothing: the extension is not asked for.
Bytes basic_constraints(const Template& wanted) {
    if (has(wanted.general_flags, engine::general_flag::kIsCa | engine::general_flag::kIsCrossCa)) {
        return der::sequence({der::boolean_true(), wanted.max_issuing_depth >= 0
                                                       ? der::integer(wanted.max_issuing_depth)
                                                       : Bytes{}});
    }
    if (!is_version_1(wanted) &&
        has(wanted.enrollment_flags, engine::enrollment_flag::kBasicConstraintsForEndEntity)) {
        return der::sequence({});
    }
    return {};
}

// Strongest first.  Which ciphers is the client's choice; Windows still lists RC2, we do not.
Bytes smime_capabilities() {
    return sequence_of({"2.16.840.1.101.3.4.1.42",  // AES-256-CBC
                        "2.16.840.1.101.3.4.1.22",  // AES-192-CBC
                        "2.16.840.1.101.3.4.1.2"},  // AES-128-CBC
                       [](const Bytes& oid) { return der::sequence({oid}); });
}

Result<ByteView> public_key_bits(ByteView public_key_info) {
    der::Reader outer(public_key_info);
    auto fields = outer.enter(der::Tag::sequence);
    if (!fields) {
        return pass(fields);
    }
    if (auto algorithm = fields->expect(der::Tag::sequence); !algorithm) {
        return pass(algorithm);
    }
    return fields->expect(der::Tag::bit_string).and_then([](const der::Element& element) {
        return der::read_bit_string(element.content);
    });
}

void add_template(Extensions& extensions, const Template& wanted) {
    if (is_version_1(wanted)) {
        // [MS-WCCE] 2.2.2.7.7.1 says SEQUENCE { UTF8String }; requests of Windows carry this form.
        extensions.add(kTemplateName, der::bmp_string(wanted.name));
        return;
    }
    extensions.add(kTemplateOid,
                   der::sequence({der::oid(wanted.oid), der::integer(wanted.major_version),
                                  der::integer(wanted.minor_version)}));
}

void add_usages(Extensions& extensions, const Template& wanted) {
    if (!wanted.extended_key_usages.empty()) {
        extensions.add(kExtendedKeyUsage, sequence_of(wanted.extended_key_usages,
                                                      [](const Bytes& oid) { return oid; }));
    }
    if (std::ranges::any_of(wanted.key_usage, [](std::uint8_t octet) { return octet != 0; })) {
        extensions.add(kKeyUsage, der::named_bit_string(wanted.key_usage));
    }
}

// What only templates of version 2 and later ask for.
void add_policies(Extensions& extensions, const Template& wanted) {
    if (is_version_1(wanted)) {
        return;
    }
    if (!wanted.application_policies.empty()) {
        extensions.add(kApplicationPolicies, policies(wanted.application_policies));
    }
    if (!wanted.certificate_policies.empty()) {
        extensions.add(kCertificatePolicies, policies(wanted.certificate_policies));
    }
    if (has(wanted.enrollment_flags, engine::enrollment_flag::kIncludeSymmetricAlgorithms)) {
        extensions.add(kSmimeCapabilities, smime_capabilities());
    }
}

}  // namespace

Result<Bytes> request_extensions(const Template& wanted, ByteView public_key_info,
                                 ByteView alternative_names, engine::Crypto& crypto) {
    if (wanted.schema_version < 1 || wanted.schema_version > 4) {
        return fail(kNotSupported,
                    "schema version " + std::to_string(wanted.schema_version) + " is unknown");
    }
    if (is_version_1(wanted) && wanted.name.empty()) {
        return fail(kInvalidData, "the template has no name");
    }
    if (auto good = check_oids(wanted); !good) {
        return pass(good);
    }
    auto identifier = subject_key_identifier(public_key_info, crypto);
    if (!identifier) {
        return identifier;
    }
    Extensions extensions(wanted);
    add_template(extensions, wanted);
    add_usages(extensions, wanted);
    add_policies(extensions, wanted);
    if (!alternative_names.empty()) {
        extensions.add(kSubjectAltName, alternative_names);
    }
    if (const Bytes constraints = basic_constraints(wanted); !constraints.empty()) {
        extensions.add(kBasicConstraints, constraints);
    }
    // Windows sends it with every template version.
    extensions.add(kSubjectKeyIdentifier, der::octet_string(*identifier));
    return extensions.encoded();
}

Result<Bytes> subject_key_identifier(ByteView public_key_info, engine::Crypto& crypto) {
    auto key_bits = public_key_bits(public_key_info);
    if (!key_bits) {
        return pass(key_bits, "public key");
    }
    return crypto.digest(engine::HashAlgorithm::sha1, *key_bits);
}

}  // namespace ae::ca
