// All that one pulse knows, as plain values: safe to copy, to print and to save.
// The same snapshot always gives the same plan (plan.h).
#pragma once

#include "engine/certificate.h"
#include "engine/directory.h"
#include "engine/memory.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace ae::engine {

// AEPolicy bits; [MS-CAESO] 4.4.5.1 and rules A1-A5.
namespace policy_bit {
inline constexpr std::uint32_t kEnroll = 0x1;
inline constexpr std::uint32_t kManage = 0x2;
inline constexpr std::uint32_t kPending = 0x4;
inline constexpr std::uint32_t kDisabled = 0x8000;
}  // namespace policy_bit

struct AutoenrollPolicy {
    std::optional<std::uint32_t> bits{};  // absent: nothing but the replica
    std::string source{};                 // file or key that won; empty when absent
    std::uint32_t warn_percent = 10;      // OfflineExpirationPercent: of the lifetime, remaining
    std::vector<std::string> warn_stores{"MY"};  // OfflineExpirationStoreNames
    // Rule A6: ids of the policies whose end point is the directory ("LDAP:").  Nothing: no policy
    // server is configured, and the directory is implied.
    std::optional<std::vector<std::string>> directory_policies{};
    std::vector<std::string> notes{};  // end points that were passed over, a sentence each

    [[nodiscard]] bool disabled() const { return has(policy_bit::kDisabled); }
    [[nodiscard]] bool enroll() const { return !disabled() && has(policy_bit::kEnroll); }
    [[nodiscard]] bool manage() const { return !disabled() && has(policy_bit::kManage); }
    [[nodiscard]] bool pending() const { return !disabled() && has(policy_bit::kPending); }

  private:
    [[nodiscard]] bool has(std::uint32_t bit) const { return (bits.value_or(0) & bit) != 0; }
};

// What this client can do here; a capture carries it to where it is replayed (rule E8).
struct Abilities {
    std::vector<std::string> providers{};  // key providers, by the names that templates use
    bool renewal = false;                  // requests signed by the certificate that is renewed
    bool signing = false;                  // requests signed by another own certificate (rule E6)
    bool archival = false;
    bool attestation = false;
    bool alternate_signature = false;
    bool interaction = false;  // somebody can be asked (rules R-UI)
};

// Rule Q5: "gone" and "unknown" are different answers; only the first asks for a new certificate.
enum class KeyState { usable, gone, unknown };
enum class ChainState { valid, revoked, untrusted, expired, malformed };
struct ChainStatus {
    ChainState state = ChainState::valid;
    std::string detail{};  // one clause for people; empty when valid
    // Valid, and yet revocation could not be told: 0x80092012 no CRL named, 0x80092013 offline, or
    // another code.  What that means depends on the question (rules Q14 and "choice 3").
    std::optional<Hresult> revocation_problem{};
};

// An unarchived entry of MY.
struct HeldCertificate {
    CertificateFacts facts{};
    std::string thumbprint{};  // SHA-1, lower-case hex: the entry's identity (rule K5)
    std::string path{};        // where it lives, for people
    KeyState key = KeyState::unknown;
    std::string key_detail{};
    ChainStatus chain{};
    std::string successor{};  // thumbprint of the latest that renewed it; empty: none is known
};

// A value of the account's userCertificate: no key belongs to it here (rules D4, X2).
struct PublishedCertificate {
    CertificateFacts facts{};
    std::string thumbprint{};
    ChainStatus chain{};
};

// An entry of REQUEST that was submitted and not answered yet.
struct PendingRequest {
    std::string key_reference{};
    std::string template_name{};  // empty: ignored by every rule (N6)
    CaRef ca{};
    std::optional<std::uint32_t> request_id{};  // none: sent, but the answer was lost (W7)
    Time submitted{};
    std::string predecessor{};  // renewal: thumbprint of the certificate that it replaces
    Bytes archived_key_hash{};  // archival: what the answer must repeat (check I12)
};

// Whether the certificate of an enrollment service may be believed ("choice 2", "choice 3").
struct CaTrust {
    CaRef ca{};
    ChainStatus chain{};
};

// A certificate of another watched store (rule X3).
struct WatchedCertificate {
    std::string store{};
    std::string thumbprint{};
    CertificateFacts facts{};
};

struct Snapshot {
    Time now{};
    std::uint64_t seed = 0;  // for the order of CAs
    bool force = false;      // an administrator's own wish: brake, back-off and K3 do not hold
    AutoenrollPolicy policy{};
    Account account{};
    std::string site{};       // this host's, by the controller; empty when unknown
    std::string forest_id{};  // objectGUID of the forest root domain; empty when unknown
    std::vector<Template> templates{};
    std::vector<EnrollmentService> services{};
    std::vector<CaTrust> ca_trust{};  // one per service
    std::vector<HeldCertificate> my{};
    std::vector<PublishedCertificate> published{};
    std::vector<WatchedCertificate> watched{};
    std::vector<PendingRequest> pending{};
    Abilities abilities{};
    Memory memory{};
};

}  // namespace ae::engine
