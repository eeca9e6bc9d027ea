// The facts of an X.509 certificate that rules and checks ask for, read with the project's own DER
// reader, so that both platforms see the same ([RFC5280] 4.1; template extensions
// [MS-WCCE] 2.2.2.7.7). Not for: trust (ports.h ChainChecker) or signatures (ports.h Crypto). Pure,
// any thread.
#pragma once

#include "engine/base/bytes.h"
#include "engine/base/result.h"
#include "engine/base/sid.h"
#include "engine/base/time.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace ae::engine {

// From extension 1.3.6.1.4.1.311.21.7 (oid, versions) or 1.3.6.1.4.1.311.20.2 (name).
struct TemplateReference {
    std::string oid{};
    std::string name{};
    std::uint32_t major_version = 0;
    std::uint32_t minor_version = 0;
};

struct CertificateFacts {
    Bytes der{};
    std::string serial{};   // lower-case hex
    Bytes serial_octets{};  // the INTEGER's content, for exact comparison
    std::string subject{};  // RFC 4514 order as people read it: "CN=ws1.corp.example.test"
    std::string issuer{};
    Bytes subject_der{};  // whole Name elements, for exact comparison
    Bytes issuer_der{};
    Bytes public_key_info{};  // whole SubjectPublicKeyInfo element
    Time not_before{};
    Time not_after{};
    std::optional<TemplateReference> template_reference{};
    std::vector<std::string> dns_names{};             // SAN dNSName
    std::vector<std::string> common_names{};          // of the subject
    Bytes subject_alt_name{};                         // the extension's value, for exact comparison
    std::vector<std::string> certificate_policies{};  // OIDs
    std::vector<std::string> extended_key_usages{};
    Bytes key_usage{};
    bool is_ca = false;
    // The account that the CA bound it to; nothing: the CA does not say ([MS-WCCE] 2.2.2.7.7.4).
    std::optional<Sid> sid{};
    Bytes subject_key_id{};
    // Who tells whether it is revoked, in the certificate's order (RFC 5280 4.2.1.13, 4.2.2.1).
    std::vector<std::string> crl_urls{};
    std::vector<std::string> freshest_crl_urls{};
    std::vector<std::string> ocsp_urls{};
};

// Fails with kInvalidData and a sentence when the octets are not one whole certificate.
Result<CertificateFacts> parse_certificate(ByteView der);

}  // namespace ae::engine
