// What stands against a need that the review of MY found: another machine's lock (D5), a pending
// request (D3), AEPolicy, policy servers (A6), userCertificate (D4), a user who cannot be asked
// (R-UI5), repetition (Q7, B1).  In that order; the first that objects is the template's decision.
//
// Not for: which CAs are asked (ca_selection.h), superseding (requirements.h).  Pure, any thread.
#pragma once

#include "engine/decision.h"
#include "engine/held_review.h"
#include "engine/rule_trail.h"

#include <cstddef>
#include <optional>

namespace ae::engine {

// `place` of the template in the snapshot, to which `index` belongs.  `trail`: gets every rule that
// was asked; nothing: nobody wants to know.
std::optional<Decision> obstacle_to(const Review& review, const Snapshot& world, std::size_t place,
                                    const TemplateIndex& index, RuleTrail* trail = nullptr);

}  // namespace ae::engine
