// The requirements list: what is missing, and one recorded decision per template looked at.
//
// Order of the rules: [AE-2003] "Requirements List"; supersede is last.  Rule ids stand in
// RULES.md. The parts: candidate.h (E, S), held_review.h (Q, D1), pending_requests.h (D3),
// supersede.h (U).
// Not for: what becomes of certificates (disposal.h), or the order of actions (plan.h).
// Pure, any thread.
#pragma once

#include "engine/held_review.h"
#include "engine/plan.h"
#include "engine/rule_trail.h"
#include "engine/supersede.h"

#include <map>
#include <vector>

namespace ae::engine {

// One request to be made: a template has at most one, or one per lineage (rule Q15).
struct Wish {
    ActionKind kind = ActionKind::enroll;  // enroll or renew
    Review review{};                       // why, and which certificate is the predecessor
    HeldOfTemplate reviewed{};             // the template's certificates, or those of the lineage
    std::vector<CaRef> cas{};
    const HeldCertificate* signer = nullptr;  // rule E6
};

struct Requirement {
    Decision decision{};
    bool candidate = false;  // rules E1-E10 let it in
    std::vector<Wish> wishes{};
    // Rule Q15: why the deciding certificate of a lineage is not renewed now.
    std::map<const HeldCertificate*, Decision> obstacles{};
};

struct Requirements {
    std::vector<Requirement> of_template{};  // in the order of the snapshot
    // Rule U3: templates of which a valid certificate is held and that replace this one.
    std::vector<NamedFew> replaced_by_held{};
};

Requirements build_requirements(const Snapshot& world, const std::vector<HeldOfTemplate>& held,
                                const SupersedeGraph& graph);

// Of every template, in the order of the snapshot: each rule that it went through, in order.  Which
// of them decided, its decision says (Plan::decisions): mostly the last one that did not pass, but
// a renewal outlives a right that is lost (A3, Q11), and a fault (F1) a refusal that stood before
// it. Costs two plans: whoever wants the trails of many templates asks once.
std::vector<RuleTrail> explain_templates(const Snapshot& world);
// That of the template at `place`.
RuleTrail explain_template(const Snapshot& world, std::size_t place);

}  // namespace ae::engine
