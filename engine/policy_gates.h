// What AEPolicy allows: the column "Gate" of rules Q1-Q10, rules A1 and A2.
// Not for: reading the policy (policy/).  Pure, any thread.
#pragma once

#include "engine/decision.h"
#include "engine/held_review.h"

#include <cstdint>
#include <optional>
#include <string>

namespace ae::engine {

bool gate_open(const AutoenrollPolicy& policy, const Review& review);
// The decision when it is closed.
std::optional<Decision> closed_gate(const Template& wanted, const AutoenrollPolicy& policy,
                                    const Review& review);

std::string policy_bits_text(std::uint32_t bits);         // "0x7", as people see it everywhere
std::string gate_text(const AutoenrollPolicy& policy);    // "AEPolicy is 0x7"
std::string origin_text(const AutoenrollPolicy& policy);  // ", which comes from ..."

}  // namespace ae::engine
