// A certificate template as the directory holds it, decoded once ([MS-CRTD] 2, class
// pKICertificateTemplate).  A plain value: safe to copy, to print and to save.
// Not for: deciding anything (requirements.h) or reading LDAP (policy/).
#pragma once

#include "engine/base/bytes.h"
#include "engine/base/time.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace ae::engine {

// [MS-CRTD] 2.4
namespace general_flag {
inline constexpr std::uint32_t kMachineType = 0x40;
inline constexpr std::uint32_t kIsCa = 0x80;
inline constexpr std::uint32_t kIsCrossCa = 0x800;
}  // namespace general_flag

// [MS-CRTD] 2.26
namespace enrollment_flag {
inline constexpr std::uint32_t kIncludeSymmetricAlgorithms = 0x1;
inline constexpr std::uint32_t kPendAllRequests = 0x2;
inline constexpr std::uint32_t kCheckUserDsCertificate = 0x10;
inline constexpr std::uint32_t kAutoEnrollment = 0x20;
inline constexpr std::uint32_t kPreviousApproval = 0x40;
inline constexpr std::uint32_t kUserInteractionRequired = 0x100;
inline constexpr std::uint32_t kRemoveInvalidCertificate = 0x400;
inline constexpr std::uint32_t kBasicConstraintsForEndEntity = 0x8000;
inline constexpr std::uint32_t kSkipAutoRenewal = 0x40000;
}  // namespace enrollment_flag

// [MS-CRTD] 2.27
namespace private_key_flag {
inline constexpr std::uint32_t kRequireArchival = 0x1;
inline constexpr std::uint32_t kExportable = 0x10;
inline constexpr std::uint32_t kStrongKeyProtection = 0x20;
inline constexpr std::uint32_t kAlternateSignatureAlgorithm = 0x40;
inline constexpr std::uint32_t kSameKeyRenewal = 0x80;
inline constexpr std::uint32_t kUseLegacyProvider = 0x100;
inline constexpr std::uint32_t kAttestRequired = 0x2000;
inline constexpr std::uint32_t kHelloLogonKey = 0x200000;
inline constexpr std::uint32_t kClientVersionMask = 0x0F000000;
inline constexpr unsigned kClientVersionShift = 24;
}  // namespace private_key_flag

// [MS-CRTD] 2.28; everything else there is the certification authority's work.
namespace name_flag {
inline constexpr std::uint32_t kEnrolleeSuppliesSubject = 0x1;
inline constexpr std::uint32_t kOldCertificateSuppliesNames = 0x8;
inline constexpr std::uint32_t kEnrolleeSuppliesAltName = 0x10000;
inline constexpr std::uint32_t kAltNameDns = 0x8000000;
inline constexpr std::uint32_t kSubjectDnsAsCn = 0x10000000;
}  // namespace name_flag

// pKIDefaultCSPs, "N,Provider name" ([MS-CRTD] 2.8).
struct ProviderChoice {
    unsigned rank = 0;
    std::string name{};
    auto operator<=>(const ProviderChoice&) const = default;
};

struct Template {
    std::string name{};  // cn: the name used in requests and compared without case
    std::string display_name{};
    std::string oid{};                 // msPKI-Cert-Template-OID
    std::uint32_t schema_version = 1;  // absent counts as 1
    std::uint32_t major_version = 0;   // revision
    std::uint32_t minor_version = 0;
    std::uint32_t general_flags = 0;
    std::uint32_t enrollment_flags = 0;
    std::uint32_t private_key_flags = 0;
    std::uint32_t name_flags = 0;
    std::uint32_t ra_signatures = 0;
    std::uint32_t minimal_key_size = 0;  // bits
    std::uint32_t default_key_spec = 0;  // 1 key exchange, 2 signature
    Seconds validity{};
    Seconds overlap{};
    Bytes key_usage{};                                   // the octets of the KeyUsage bit string
    std::int32_t max_issuing_depth = -1;                 // -1: no path length
    std::vector<std::string> extended_key_usages{};      // OIDs
    std::vector<std::string> critical_extensions{};      // OIDs
    std::vector<std::string> application_policies{};     // msPKI-Certificate-Application-Policy
    std::vector<std::string> certificate_policies{};     // msPKI-Certificate-Policy
    std::vector<ProviderChoice> providers{};             // ascending rank
    std::vector<std::string> supersedes{};               // CNs, as written
    std::vector<std::string> ra_application_policies{};  // OIDs
    std::vector<std::string> ra_policies{};              // msPKI-RA-Policies, OIDs
    // Out of msPKI-RA-Application-Policies of v3 and v4 ([MS-CRTD] 2.23.2); empty: not given.
    std::string asymmetric_algorithm{};      // "RSA", "ECDSA_P256", ...
    std::string hash_algorithm{};            // "SHA256", ...
    std::string symmetric_algorithm{};       // "3DES", "AES": of an archived key
    std::uint32_t symmetric_key_length = 0;  // bits; 0: not given
    std::string key_security_descriptor{};   // SDDL
    std::optional<std::uint32_t> cng_key_usage{};
    // Self-relative SECURITY_DESCRIPTOR; nothing when the directory returned none (rule S1).
    std::optional<Bytes> security_descriptor{};
    // Empty when every attribute was understood; else one sentence naming attribute and value.
    // Such a template is never requested, and never skipped silently.
    std::string fault{};
};

}  // namespace ae::engine
