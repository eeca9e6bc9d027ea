// The requirements list: what is missing, and one recorded decision per template looked at.
//
// Order of the rules: [AE-2003] "Requirements List"; supersede is last.  Rule ids stand in
// RULES.md. Not for: fetching anything, choosing a CA (ca_choice.h), or changing a store (pulse.h).
// The parts: candidate.h (E, S), held_review.h (Q, D1), supersede.h (U).  Pure, any thread.
#pragma once

#include "engine/events.h"
#include "engine/snapshot.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ae::engine {

enum class Verdict {
    enroll,        // on the list: a new certificate is needed
    renew,         // on the list: the held certificate is to be replaced
    held,          // a valid certificate is here
    pending,       // a request is under submission
    superseded,    // another template on the list or in MY replaces it
    policy_off,    // AEPolicy does not allow what would be needed
    not_readable,  // no security descriptor, or no Read
    no_enroll_right,
    no_autoenroll_right,
    not_autoenrollable,  // schema version, flag 0x20, CA type, signatures, subject supplied,
                         // interaction
    wrong_context,       // machine template in a user pulse or the reverse
    not_offered,         // no enrollment service lists it or lets the account in
    not_supported,       // asks for what this client cannot do
    not_understood,      // an attribute has a value that the specification does not know
    unavailable,         // needs action that this build does not take yet; says which
    issued,              // outcome of this pulse
    failed,              // outcome of this pulse
};
std::string_view to_string(
    Verdict verdict);  // "wanted", "no Autoenroll right", ... for tables and JSON

struct Decision {
    std::string template_name{};
    Verdict verdict{};
    std::string rule{};              // "E3", "D1"
    std::string fact{};              // the fact that decided it
    std::string remedy{};            // what would change it; empty when nothing should
    std::optional<EventId> event{};  // what a pulse records for it; most decisions: nothing
};

// Exactly one decision per template, in the order of the snapshot.  Same snapshot, same answer.
std::vector<Decision> build_requirements(const Snapshot& world);

}  // namespace ae::engine
