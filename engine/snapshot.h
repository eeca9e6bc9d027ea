// All that one pulse knows, as plain values: safe to copy, to print and to save.
// The same snapshot always gives the same decisions (requirements.h).
#pragma once

#include "engine/certificate.h"
#include "engine/directory.h"

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

    [[nodiscard]] bool disabled() const { return has(policy_bit::kDisabled); }
    [[nodiscard]] bool enroll() const { return !disabled() && has(policy_bit::kEnroll); }
    [[nodiscard]] bool manage() const { return !disabled() && has(policy_bit::kManage); }
    [[nodiscard]] bool pending() const { return !disabled() && has(policy_bit::kPending); }

  private:
    [[nodiscard]] bool has(std::uint32_t bit) const { return (bits.value_or(0) & bit) != 0; }
};

// Rule Q5: "gone" and "unknown" are different answers; only the first asks for a new certificate.
enum class KeyState { usable, gone, unknown };
enum class ChainState { valid, revoked, untrusted, expired, malformed };
struct ChainStatus {
    ChainState state = ChainState::valid;
    std::string detail{};  // one clause for people; empty when valid
};

// An unarchived entry of MY.
struct HeldCertificate {
    CertificateFacts facts{};
    std::string thumbprint{};  // SHA-1, lower-case hex: the entry's identity (rule K5)
    std::string path{};        // where it lives, for people
    KeyState key = KeyState::unknown;
    std::string key_detail{};
    ChainStatus chain{};
};

// An entry of REQUEST that was submitted and not answered yet.
struct PendingRequest {
    std::string key_reference{};
    std::string template_name{};  // empty: ignored by every rule (N6)
    CaRef ca{};
    std::optional<std::uint32_t> request_id{};  // none: sent, but the answer was lost (W7)
    Time submitted{};
};

struct Snapshot {
    Time now{};
    AutoenrollPolicy policy{};
    Account account{};
    std::vector<Template> templates{};
    std::vector<EnrollmentService> services{};
    std::vector<HeldCertificate> my{};
    std::vector<PendingRequest> pending{};
};

}  // namespace ae::engine
