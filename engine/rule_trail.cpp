#include "engine/rule_trail.h"

#include <array>

namespace ae::engine {
namespace {

// In the order of the enumerations.
constexpr std::array<std::string_view, 7> kPartNames = {"policy",   "candidate", "renewal",  "need",
                                                        "obstacle", "authority", "supersede"};
constexpr std::array<std::string_view, 4> kOutcomeNames = {"passed", "settled", "failed",
                                                           "not reached"};

}  // namespace

std::string_view to_string(RulePart part) { return kPartNames.at(static_cast<std::size_t>(part)); }

std::string_view to_string(RuleOutcome outcome) {
    return kOutcomeNames.at(static_cast<std::size_t>(outcome));
}

bool is_settled(Verdict verdict) {
    return verdict == Verdict::held || verdict == Verdict::pending ||
           verdict == Verdict::published || verdict == Verdict::superseded;
}

}  // namespace ae::engine
