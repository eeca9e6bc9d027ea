#include "engine/requirements.h"

#include "engine/base/text.h"
#include "engine/candidate.h"
#include "engine/held_review.h"
#include "engine/pending_requests.h"
#include "engine/supersede.h"

#include <algorithm>
#include <array>

namespace ae::engine {
namespace {

constexpr std::string_view kHexDigits = "0123456789abcdef";

// What the supersede step must know of a template besides its decision.
struct Standing {
    Decision decision{};
    bool on_list = false;  // something would be done for it
    bool acting = false;   // section "Supersede": a candidate, or its valid certificate is held
};

std::string gate_name(const AutoenrollPolicy& policy) {
    if (!policy.bits) {
        return "AEPolicy is absent";
    }
    std::string digits;
    for (std::uint32_t rest = *policy.bits; rest != 0 || digits.empty(); rest >>= 4U) {
        digits.insert(digits.begin(), kHexDigits[rest & 0xFU]);
    }
    return "AEPolicy is 0x" + digits;
}

std::string origin_of(const AutoenrollPolicy& policy) {
    return policy.source.empty() ? "" : ", which comes from " + policy.source;
}

// The column "Gate" of rules Q1-Q10, and rule A2.
bool gate_open(const AutoenrollPolicy& policy, const Review& review) {
    if (review.need == Need::renew) {
        return policy.manage();
    }
    return policy.enroll() || (review.rule == "Q2" && policy.manage());
}

Decision closed_gate(const Template& wanted, const AutoenrollPolicy& policy, const Review& review) {
    if (policy.disabled()) {
        return {wanted.name,
                Verdict::policy_off,
                "A1",
                gate_name(policy) + ": disabled",
                "clear 0x8000 of AEPolicy" + origin_of(policy),
                {}};
    }
    const bool renewal = review.need == Need::renew;
    return {wanted.name,
            Verdict::policy_off,
            renewal ? "A2" : review.rule,
            review.fact + "; " + gate_name(policy) +
                (renewal ? ", which lacks 0x2 (renew)" : ", which lacks 0x1 (enroll)"),
            "set AEPolicy to 7" + origin_of(policy),
            {}};
}

Decision decide_need(const Template& wanted, const Snapshot& world, const Review& review,
                     const std::string& entitlement) {
    if (review.need == Need::none) {
        return {wanted.name, Verdict::held, review.rule, review.fact, {}, {}};
    }
    if (const PendingRequest* request = find_pending(world.pending, wanted.name, world.now)) {
        return {wanted.name,
                Verdict::pending,
                "D3",
                "request " + std::to_string(*request->request_id) + " waits at " +
                    request->ca.config() + " since " + ae::to_string(request->submitted),
                "this build does not fetch approved requests yet; the entry and its key are kept",
                {}};
    }
    if (!gate_open(world.policy, review)) {
        return closed_gate(wanted, world.policy, review);
    }
    if (review.need == Need::renew) {
        return {wanted.name, Verdict::unavailable,
                review.rule, review.fact + "; this build does not renew",
                {},          {}};
    }
    if ((wanted.enrollment_flags & enrollment_flag::kCheckUserDsCertificate) != 0) {
        // Rule D4: as after a failed read of userCertificate, to avoid duplicates.
        return {wanted.name,
                Verdict::unavailable,
                "D4",
                review.fact +
                    "; the template asks to look into userCertificate first, which this "
                    "build does not read",
                {},
                {}};
    }
    return {wanted.name, Verdict::enroll, review.rule, review.fact + "; " + entitlement, {}, {}};
}

Standing judge(const Template& wanted, const Snapshot& world, const SidSet& account,
               const HeldOfTemplate& held) {
    Standing standing;
    const auto valid = std::ranges::find_if(held, [&](const HeldCertificate* certificate) {
        return is_valid(*certificate, world.now);
    });
    Candidacy candidacy = judge_candidate(wanted, world.account.scope, account, world.services);
    standing.acting = !candidacy.refusal || valid != held.end();
    if (candidacy.refusal) {
        standing.decision = std::move(*candidacy.refusal);
        if (valid != held.end()) {
            standing.decision.fact += "; its certificate " + (*valid)->thumbprint.substr(0, 8) +
                                      " is valid until " + ae::to_string((*valid)->facts.not_after);
        }
        return standing;
    }
    standing.decision =
        decide_need(wanted, world, review_held(wanted, held, world.now), candidacy.entitlement);
    standing.on_list = standing.decision.verdict == Verdict::enroll ||
                       standing.decision.verdict == Verdict::unavailable;
    // What this build never requests must not keep the old template away for good.
    if (standing.decision.rule == "D4" && valid == held.end()) {
        standing.acting = false;
    }
    return standing;
}

std::string names_of(const std::vector<std::size_t>& indices, const std::vector<Template>& all) {
    std::vector<std::string> names;
    names.reserve(indices.size());
    for (const std::size_t i : indices) {
        names.push_back(all[i].name);
    }
    std::ranges::sort(names);  // whatever order the directory answered in
    return join(names, ", ");
}

// Rules U1, U2, U4: the last step.
void supersede(const Snapshot& world, std::vector<Standing>& standings) {
    const SupersedeGraph graph(world.templates);
    std::vector<std::vector<std::size_t>> replaced_by(standings.size());
    for (std::size_t i = 0; i < standings.size(); ++i) {
        if (standings[i].acting) {
            for (const std::size_t replaced : graph.replaced_by(i)) {
                replaced_by[replaced].push_back(i);
            }
        }
    }
    for (std::size_t i = 0; i < standings.size(); ++i) {
        Decision& decision = standings[i].decision;
        if (standings[i].on_list && !replaced_by[i].empty()) {
            decision.verdict = Verdict::superseded;
            decision.rule = "U1";
            decision.fact = "superseded by " + names_of(replaced_by[i], world.templates);
            decision.remedy.clear();
            decision.event = EventId::ce_superseded;
        }
        if (const auto cycle = graph.cycle_of(i); !cycle.empty()) {
            decision.fact += "; warning: it supersedes " + names_of(cycle, world.templates) +
                             " and is superseded in turn, which is ignored";
            decision.remedy = "break the cycle in msPKI-Supersede-Templates";
        }
    }
}

struct VerdictName {
    Verdict verdict;
    std::string_view name;
};
constexpr std::array kVerdictNames = {
    VerdictName{Verdict::enroll, "wanted"},
    VerdictName{Verdict::renew, "to be renewed"},
    VerdictName{Verdict::held, "held"},
    VerdictName{Verdict::pending, "pending"},
    VerdictName{Verdict::superseded, "superseded"},
    VerdictName{Verdict::policy_off, "off by policy"},
    VerdictName{Verdict::not_readable, "not readable"},
    VerdictName{Verdict::no_enroll_right, "no Enroll right"},
    VerdictName{Verdict::no_autoenroll_right, "no Autoenroll right"},
    VerdictName{Verdict::not_autoenrollable, "not autoenrollable"},
    VerdictName{Verdict::wrong_context, "wrong context"},
    VerdictName{Verdict::not_offered, "not offered by any CA"},
    VerdictName{Verdict::not_supported, "not supported"},
    VerdictName{Verdict::not_understood, "not understood"},
    VerdictName{Verdict::unavailable, "unavailable"},
    VerdictName{Verdict::issued, "issued"},
    VerdictName{Verdict::failed, "failed"},
};

}  // namespace

std::string_view to_string(Verdict verdict) {
    const auto* at = std::ranges::find(kVerdictNames, verdict, &VerdictName::verdict);
    return at == kVerdictNames.end() ? std::string_view("unknown") : at->name;
}

std::vector<Decision> build_requirements(const Snapshot& world) {
    const SidSet account(world.account.sids);
    const auto held = managed_certificates(world.templates, world.my);
    std::vector<Standing> standings;
    standings.reserve(world.templates.size());
    for (std::size_t i = 0; i < world.templates.size(); ++i) {
        standings.push_back(judge(world.templates[i], world, account, held[i]));
    }
    supersede(world, standings);
    std::vector<Decision> decisions;
    decisions.reserve(standings.size());
    for (Standing& standing : standings) {
        decisions.push_back(std::move(standing.decision));
    }
    return decisions;
}

}  // namespace ae::engine
