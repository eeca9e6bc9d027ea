#include "engine/policy_gates.h"

namespace ae::engine {
namespace {

constexpr std::string_view kHexDigits = "0123456789abcdef";

}  // namespace

std::string policy_bits_text(std::uint32_t bits) {
    std::string digits;
    for (std::uint32_t rest = bits; rest != 0 || digits.empty(); rest >>= 4U) {
        digits.insert(digits.begin(), kHexDigits[rest & 0xFU]);
    }
    return "0x" + digits;
}

std::string gate_text(const AutoenrollPolicy& policy) {
    return policy.bits ? "AEPolicy is " + policy_bits_text(*policy.bits) : "AEPolicy is absent";
}

std::string origin_text(const AutoenrollPolicy& policy) {
    return policy.source.empty() ? "" : ", which comes from " + policy.source;
}

// A renewal in advance is MANAGE's, and so is a new certificate for one that expired; everything
// else is ENROLL's (rule A2; rule Q6 has gate 0x1).
bool gate_open(const AutoenrollPolicy& policy, const Review& review) {
    if (review.rule == "Q3") {
        return policy.manage();
    }
    return policy.enroll() || (review.rule == "Q2" && policy.manage());
}

std::optional<Decision> closed_gate(const Template& wanted, const AutoenrollPolicy& policy,
                                    const Review& review) {
    if (gate_open(policy, review)) {
        return std::nullopt;
    }
    const bool in_advance = review.rule == "Q3";
    return Decision{
        .template_name = wanted.name,
        .verdict = Verdict::policy_off,
        .rule = in_advance ? "A2" : review.rule,
        .fact = review.fact + "; " + gate_text(policy) +
                (in_advance ? ", which lacks 0x2 (renew)" : ", which lacks 0x1 (enroll)"),
        .remedy = "set AEPolicy to 7" + origin_text(policy)};
}

}  // namespace ae::engine
