// X.509 certificates and CRLs through OpenSSL, with names and extension values that the caller
// made.
//
// Errors: std::runtime_error when OpenSSL refuses.
#pragma once

#include "tests/lab/ca/request_parser.h"

#include <ctime>
#include <optional>

namespace ae::labca {

namespace oid {
inline constexpr std::string_view kSubjectKeyId = "2.5.29.14", kKeyUsage = "2.5.29.15",
                                  kSubjectAltName = "2.5.29.17", kBasicConstraints = "2.5.29.19",
                                  kCdp = "2.5.29.31", kCertificatePolicies = "2.5.29.32",
                                  kAuthorityKeyId = "2.5.29.35", kExtendedKeyUsage = "2.5.29.37",
                                  kAuthorityInfo = "1.3.6.1.5.5.7.1.1",
                                  kTemplateName = "1.3.6.1.4.1.311.20.2",
                                  kTemplateVersion = "1.3.6.1.4.1.311.21.7",
                                  kApplicationPolicies = "1.3.6.1.4.1.311.21.10",
                                  kCaVersion = "1.3.6.1.4.1.311.21.1",
                                  kSecurityExtension = "1.3.6.1.4.1.311.25.2",
                                  kSmimeCapabilities = "1.2.840.113549.1.9.15";
}

struct CertificatePlan {
    Bytes subject{};  // Name element
    Bytes spki{};
    std::vector<RequestExtension> extensions{};
    std::time_t not_before = 0;
    std::time_t not_after = 0;
};

// A random positive serial number of 19 bytes.
UniqueX509 build_certificate(const CertificatePlan& plan, X509* issuer, EVP_PKEY* issuer_key);
// The same contents again under a new serial number and with dates moved to start at `not_before`.
UniqueX509 reissue(X509* draft, std::time_t not_before, EVP_PKEY* issuer_key);

Bytes spki_of(EVP_PKEY* key);
Bytes key_identifier(View spki);  // SHA-1 of the public key bits (RFC 5280 4.2.1.2)
std::string serial_hex(const X509* certificate);
std::time_t time_of(const ASN1_TIME* time);

// Extension values.
RequestExtension subject_key_id(View spki);
RequestExtension authority_key_id(X509* issuer);
RequestExtension distribution_point(const std::vector<std::string>& urls);
RequestExtension ca_issuers(const std::vector<std::string>& urls);
// The same and a responder.
RequestExtension authority_info(const std::vector<std::string>& ca_issuers,
                                const std::vector<std::string>& ocsp);
RequestExtension basic_constraints(bool is_ca, std::optional<std::uint32_t> path_length);
RequestExtension key_usage(View bits);  // octets of the BIT STRING, first octet most significant
RequestExtension oid_sequence(std::string_view extension, const std::vector<std::string>& oids);
RequestExtension policies(std::string_view extension, const std::vector<std::string>& oids);

// One attribute type and value per RDN, in order of encoding.
Bytes make_name(const std::vector<std::pair<std::string, std::string>>& rdns);

}  // namespace ae::labca
