#include "engine/requirements.h"

#include "engine/base/hresult_table.h"
#include "engine/base/text.h"
#include "engine/ca_selection.h"
#include "engine/candidate.h"
#include "engine/need_obstacles.h"
#include "engine/policy_gates.h"

#include <algorithm>
#include <utility>

namespace ae::engine {
namespace {

constexpr std::string_view kNeedQuestion = "MY lacks a certificate of it, or holds one that is due";
constexpr std::string_view kAuthorityQuestion =
    "a CA that offers it is trusted and may be asked now";

// Of one lineage, for the brake and for people.
std::string name_of(const CertificateFacts& certificate) {
    return certificate.subject + " (" + join(certificate.dns_names, ", ") + ")";
}

class Judge {
  public:
    explicit Judge(const Snapshot& world, RuleTrail* trail = nullptr)
        : world_(world),
          trail_(trail),
          index_(world.templates),
          sids_(world.account.sids),
          offers_(world.services, sids_),
          cas_(world),
          applicant_{world, sids_, offers_, {}} {
        for (const HeldCertificate& held : world.my) {
            if (held.key == KeyState::usable && is_valid(held, world.now)) {
                applicant_.signers.push_back(&held);
            }
        }
    }

    Requirement judge(std::size_t place, const HeldOfTemplate& held) {
        const Template& wanted = world_.templates[place];
        if (auto objection = check_worth(wanted, place)) {
            return {std::move(*objection)};
        }
        if (carries_names_over(wanted) && !held.empty()) {
            return judge_lineages(place, held);
        }
        const Review review = review_held(wanted, held, world_.account, world_.now);
        Candidacy candidacy = judge_candidate(wanted, applicant_, trail_);
        if (candidacy.refusal) {
            return judge_refused(place, held, review, std::move(*candidacy.refusal));
        }
        Requirement requirement = decide(place, held, review, candidacy);
        requirement.candidate = true;
        return requirement;
    }

  private:
    // What keeps any rule from being asked.
    [[nodiscard]] std::optional<Decision> check_worth(const Template& wanted,
                                                      std::size_t place) const {
        RuleWalk walk(RulePart::policy, trail_);
        walk.demand(
                "A1", "autoenrollment is not disabled",
                [&]() -> std::optional<Decision> {
                    return world_.policy.disabled() ? std::optional(disabled(wanted))
                                                    : std::nullopt;
                },
                [&] { return gate_text(world_.policy) + origin_text(world_.policy); })
            .demand(
                "F1", "its identifier is its own",
                [&]() -> std::optional<Decision> {
                    const auto first = index_.find_oid(wanted.oid);
                    return first && *first != place
                               ? std::optional(same_identifier(wanted, world_.templates[*first]))
                               : std::nullopt;
                },
                [&] { return wanted.oid.empty() ? "it has none" : wanted.oid; });
        return std::move(walk).objection();
    }

    [[nodiscard]] Decision disabled(const Template& wanted) const {
        return about_template(wanted.name, Verdict::policy_off, "A1",
                              gate_text(world_.policy) + ": disabled",
                              "clear 0x8000 of AEPolicy" + origin_text(world_.policy));
    }

    // Rule F1: certificates say the identifier, so they would count for the other template.
    [[nodiscard]] static Decision same_identifier(const Template& wanted, const Template& first) {
        Decision decision = about_template(
            wanted.name, Verdict::not_understood, "F1",
            "its msPKI-Cert-Template-OID " + wanted.oid + " is also that of " + first.name,
            "give each template an identifier of its own", EventId::ce_template_unreadable);
        decision.failure = kInvalidData;
        return decision;
    }

    // What AEPolicy, REQUEST, the directory and history say to a need that the rules found.
    Requirement decide(std::size_t place, const HeldOfTemplate& held, const Review& review,
                       const Candidacy& candidacy) {
        const Template& wanted = world_.templates[place];
        if (auto satisfied = check_need(wanted, review)) {
            return {std::move(*satisfied)};
        }
        if (auto obstacle = obstacle_to(review, world_, place, index_, trail_)) {
            return {std::move(*obstacle)};
        }
        CaSelection selection = cas_.select(wanted, candidacy.cas, review.need);
        if (auto nobody = check_authorities(review, selection)) {
            return {std::move(*nobody)};
        }
        // A request with the signature of an authority is never a renewal
        // ([MS-WCCE] 3.1.1.4.3.1.2).
        const bool renews = review.need == Need::renew && world_.abilities.renewal &&
                            (wanted.ra_signatures == 0 ||
                             (wanted.enrollment_flags & enrollment_flag::kPreviousApproval) != 0);
        Wish wish{renews ? ActionKind::renew : ActionKind::enroll, review, held,
                  std::move(selection.cas), renews ? nullptr : candidacy.signer};
        return {.decision = about_template(
                    wanted.name, review.need == Need::renew ? Verdict::renew : Verdict::enroll,
                    review.rule, review.fact + "; " + candidacy.entitlement),
                .wishes = {std::move(wish)}};
    }

    [[nodiscard]] std::optional<Decision> check_need(const Template& wanted,
                                                     const Review& review) const {
        RuleWalk walk(RulePart::need, trail_);
        walk.demand(
            review.rule, kNeedQuestion,
            [&]() -> std::optional<Decision> {
                return review.need == Need::none
                           ? std::optional(about_template(wanted.name, Verdict::held, review.rule,
                                                          review.fact))
                           : std::nullopt;
            },
            [&] { return review.fact; });
        return std::move(walk).objection();
    }

    [[nodiscard]] std::optional<Decision> check_authorities(const Review& review,
                                                            CaSelection& selection) const {
        RuleWalk walk(RulePart::authority, trail_);
        walk.demand(
            "choice 4", kAuthorityQuestion,
            [&] {
                if (selection.obstacle) {
                    selection.obstacle->fact = review.fact + "; " + selection.obstacle->fact;
                }
                return std::move(selection.obstacle);
            },
            [&] {
                std::vector<std::string> names;
                for (const CaRef& ca : selection.cas) {
                    names.push_back(ca.config());
                }
                return "asked in this order: " + join(names, ", ");
            });
        return std::move(walk).objection();
    }

    // Rules A3, Q11: no candidate for a new certificate, and yet the held one may be renewed.
    Requirement judge_refused(std::size_t place, const HeldOfTemplate& held, const Review& review,
                              Decision refusal) {
        const Template& wanted = world_.templates[place];
        const auto valid = std::ranges::find_if(
            held, [&](const HeldCertificate* one) { return is_valid(*one, world_.now); });
        if (review.need == Need::renew && gate_open(world_.policy, review) &&
            world_.abilities.renewal) {
            Candidacy renewal = judge_renewal(wanted, applicant_, trail_);
            if (!renewal.refusal) {
                Requirement requirement = decide(place, held, review, renewal);
                if (!requirement.wishes.empty()) {
                    requirement.decision.rule = "A3";
                }
                return requirement;
            }
            renewal.refusal->fact = review.fact + "; " + renewal.refusal->fact;
            return {std::move(*renewal.refusal)};
        }
        // Rule Q11: the certificate stays in view, and it is said that it will not be replaced.
        const bool lost_right = refusal.verdict == Verdict::no_enroll_right ||
                                refusal.verdict == Verdict::no_autoenroll_right;
        if (review.need == Need::enroll && review.decides != nullptr && lost_right &&
            gate_open(world_.policy, review)) {
            refusal.rule = "Q11";
            refusal.event = EventId::ce_not_updated;
            refusal.fact = review.fact + "; " + refusal.fact;
        } else if (valid != held.end()) {
            refusal.fact += "; its " + named(**valid) + " is valid until " +
                            ae::to_string((*valid)->facts.not_after);
        }
        return {std::move(refusal)};
    }

    // Rule Q15: each subject is renewed by itself; the template's own decision sums them up.
    Requirement judge_lineages(std::size_t place, const HeldOfTemplate& held) {
        const Template& wanted = world_.templates[place];
        // A template of rule E7 is never a candidate; another rule may have refused it before.
        const Decision refusal = *judge_candidate(wanted, applicant_, trail_).refusal;
        const auto lineages = lineages_of(held);
        Requirement sum;
        for (const HeldOfTemplate& lineage : lineages) {
            Review review = review_held(wanted, lineage, world_.account, world_.now);
            if (review.need != Need::renew) {
                continue;
            }
            review.reason += ' ' + name_of(review.decides->facts);  // each has a brake of its own
            Requirement one = judge_refused(place, lineage, review, refusal);
            if (one.wishes.empty()) {
                sum.obstacles.emplace(review.decides, std::move(one.decision));
            } else {
                sum.wishes.push_back(std::move(one.wishes.front()));
            }
        }
        sum.decision = sum_up(refusal, sum, std::to_string(lineages.size()) + " subjects");
        return sum;
    }

    [[nodiscard]] static Decision sum_up(const Decision& refusal, const Requirement& sum,
                                         const std::string& count) {
        if (sum.wishes.empty() && sum.obstacles.empty()) {
            Decision decision = refusal;
            decision.fact += "; its certificates of " + count + " are renewed one by one";
            return decision;
        }
        if (sum.wishes.empty()) {
            return sum.obstacles.begin()->second;
        }
        Decision decision = about_template(refusal.template_name, Verdict::renew, "Q15",
                                           std::to_string(sum.wishes.size()) + " of " + count +
                                               " are to be renewed, each by itself");
        for (const auto& [held, obstacle] : sum.obstacles) {
            decision.fact += "; " + named(*held) + " is not: " + obstacle.fact;
            decision.event = decision.event ? decision.event : obstacle.event;
            decision.failure = decision.failure ? decision.failure : obstacle.failure;
        }
        return decision;
    }

    const Snapshot& world_;
    RuleTrail* trail_;
    TemplateIndex index_;
    SidSet sids_;
    CaOffers offers_;
    CaSelector cas_;
    Applicant applicant_;
};

// Something came or will come of it.
bool is_productive(const Requirement& requirement) {
    switch (requirement.decision.verdict) {
        case Verdict::enroll:
        case Verdict::renew:
        case Verdict::held:
        case Verdict::pending:
        case Verdict::waiting:
        case Verdict::published:
            return true;
        default:
            return false;
    }
}

bool is_on_list(const Requirement& requirement) {
    switch (requirement.decision.verdict) {
        case Verdict::enroll:
        case Verdict::renew:
        case Verdict::waiting:
        case Verdict::braked:
        case Verdict::needs_user:
        case Verdict::not_trusted:
            return true;
        default:
            return false;
    }
}

// Rules U1, U4: the last step.  Where nothing is held, every candidate acts.  A held certificate
// yields only to one of which something came or will come [P]: what this pulse may never request
// must not take the old certificate away for good.
void supersede(const Snapshot& world, const std::vector<HeldOfTemplate>& held,
               const SupersedeGraph& graph, const std::vector<bool>& has_valid,
               std::vector<Requirement>& requirements) {
    std::vector<bool> candidates(requirements.size());
    std::vector<bool> productive(requirements.size());
    for (std::size_t i = 0; i < requirements.size(); ++i) {
        candidates[i] = has_valid[i] || requirements[i].candidate;
        productive[i] = has_valid[i] || is_productive(requirements[i]);
    }
    const auto by_candidates = graph.superseders(candidates);
    const auto by_productive = graph.superseders(productive);
    for (std::size_t i = 0; i < requirements.size(); ++i) {
        const NamedFew& superseders = held[i].empty() ? by_candidates[i] : by_productive[i];
        Requirement& requirement = requirements[i];
        Decision& decision = requirement.decision;
        if (is_on_list(requirement) && !superseders.first.empty()) {
            const bool renewal = decision.verdict == Verdict::renew;
            decision =
                about_template(world.templates[i].name, Verdict::superseded, renewal ? "U4" : "U1",
                               "superseded by " + names_of(superseders, world.templates), {},
                               EventId::ce_superseded);
            requirement.wishes.clear();
        }
        if (const NamedFew cycle = graph.cycle_of(i); !cycle.first.empty()) {
            decision.fact += "; warning: it supersedes " + names_of(cycle, world.templates) +
                             " and is superseded in turn, which is ignored";
            decision.remedy = "break the cycle in msPKI-Supersede-Templates";
        }
    }
}

RuleStep not_reached(RulePart part, std::string_view rule, std::string_view question) {
    return {part, std::string(rule), std::string(question), RuleOutcome::not_reached, {}, {}};
}

// What an earlier part ended before it began is in the trail, too.
void add_unreached(RuleTrail& trail) {
    for (RuleStep step :
         {not_reached(RulePart::candidate, "E1-E10", "the account may have a certificate of it"),
          not_reached(RulePart::need, "Q1", kNeedQuestion),
          not_reached(RulePart::obstacle, "D3", "nothing stands against the need"),
          not_reached(RulePart::authority, "choice 4", kAuthorityQuestion)}) {
        if (std::ranges::find(trail, step.part, &RuleStep::part) == trail.end()) {
            trail.push_back(std::move(step));
        }
    }
}

// `decision`: the last word on a template that was on the list when it was looked at alone.
void add_supersede(bool on_list, const Decision& decision, RuleTrail& trail) {
    constexpr std::string_view kNotReplaced = "no template that replaces it is on the list";
    if (!on_list) {
        trail.push_back(not_reached(RulePart::supersede, "U1", kNotReplaced));
        return;
    }
    RuleWalk(RulePart::supersede, &trail)
        .demand(
            "U1", kNotReplaced,
            [&] {
                return decision.verdict == Verdict::superseded ? std::optional(decision)
                                                               : std::nullopt;
            },
            [] { return "none is"; });
}

}  // namespace

Requirements build_requirements(const Snapshot& world, const std::vector<HeldOfTemplate>& held,
                                const SupersedeGraph& graph) {
    Judge judge(world);
    Requirements result;
    std::vector<bool> has_valid(world.templates.size());
    result.of_template.reserve(world.templates.size());
    for (std::size_t i = 0; i < world.templates.size(); ++i) {
        result.of_template.push_back(judge.judge(i, held[i]));
        has_valid[i] = std::ranges::any_of(
            held[i], [&](const HeldCertificate* one) { return is_valid(*one, world.now); });
    }
    // Only a key that is known to work lets an old certificate go.
    std::vector<bool> has_usable(world.templates.size());
    for (std::size_t i = 0; i < held.size(); ++i) {
        has_usable[i] = std::ranges::any_of(held[i], [&](const HeldCertificate* one) {
            return one->key == KeyState::usable && is_valid(*one, world.now);
        });
    }
    supersede(world, held, graph, has_valid, result.of_template);
    result.replaced_by_held = graph.superseders(has_usable);
    return result;
}

std::vector<RuleTrail> explain_templates(const Snapshot& world) {
    const TemplateIndex index(world.templates);
    const auto held = managed_certificates(index, world.templates.size(), world.my);
    const Requirements all = build_requirements(world, held, SupersedeGraph(world.templates));
    std::vector<RuleTrail> trails(world.templates.size());
    RuleTrail trail;
    Judge judge(world, &trail);
    for (std::size_t i = 0; i < trails.size(); ++i) {
        const Requirement alone = judge.judge(i, held[i]);
        add_unreached(trail);
        add_supersede(is_on_list(alone), all.of_template[i].decision, trail);
        trails[i] = std::exchange(trail, {});
    }
    return trails;
}

RuleTrail explain_template(const Snapshot& world, std::size_t place) {
    return std::move(explain_templates(world).at(place));
}

}  // namespace ae::engine
