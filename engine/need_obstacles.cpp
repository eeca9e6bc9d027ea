#include "engine/need_obstacles.h"

#include "engine/asked.h"
#include "engine/base/guid.h"
#include "engine/base/hresult_table.h"
#include "engine/base/text.h"
#include "engine/candidate.h"
#include "engine/pending_requests.h"
#include "engine/policy_gates.h"

#include <algorithm>

namespace ae::engine {
namespace {

constexpr std::chrono::hours kNameRetry{8};  // rule Q7 [P]: the numbers of events 35 and 36
constexpr std::size_t kNameAttempts = 3;

Decision failing(Decision decision, Hresult code) {
    decision.failure = code;
    return decision;
}

std::string times(std::size_t count) { return std::to_string(count) + " times"; }

using Obstacle = std::optional<Decision>;

// Rule A6: policy servers are configured, and none of them is this forest's directory.
Obstacle check_policy_servers(const Template& wanted, const Review& review, const Snapshot& world) {
    const auto& allowed = world.policy.directory_policies;
    const auto forest = Guid::parse(world.forest_id);
    const auto is_forest = [&](const std::string& id) {
        return forest && Guid::parse(id) == forest;
    };
    if (!allowed || std::ranges::any_of(*allowed, is_forest)) {
        return {};
    }
    return about_template(wanted.name, Verdict::policy_off, "A6",
                          review.fact +
                              "; group policy names enrollment policy servers, and none "
                              "of them is this forest's directory (LDAP:)",
                          "add the Active Directory enrollment policy to the group policy");
}

// Rule D5: we implement no roaming, but a capture of a machine that does must replay.
Obstacle check_lock(const Template& wanted, const Account& account) {
    if (account.enrolling_elsewhere.empty()) {
        return {};
    }
    return about_template(wanted.name, Verdict::waiting, "D5",
                          account.enrolling_elsewhere + " enrolls for this user now", {},
                          EventId::ce_enrolls_elsewhere);
}

Obstacle check_pending(const Template& wanted, const Review& review, const Snapshot& world) {
    const std::string predecessor =
        carries_names_over(wanted) && review.decides != nullptr ? review.decides->thumbprint : "";
    const PendingRequest* request =
        find_pending(world.pending, wanted.name, predecessor, world.now);
    if (request == nullptr) {
        return {};
    }
    return about_template(wanted.name, Verdict::pending, "D3",
                          "request " + std::to_string(*request->request_id) + " waits at " +
                              request->ca.config() + " since " + ae::to_string(request->submitted),
                          "issue or deny it at the CA");
}

// Rule D4: not applied to renewals [P]; a failed read keeps the requirement off the list [P].
Obstacle check_published(const Template& wanted, const Review& review, const Snapshot& world,
                         const TemplateIndex& index, std::size_t place) {
    if (review.need == Need::renew ||
        (wanted.enrollment_flags & enrollment_flag::kCheckUserDsCertificate) == 0) {
        return {};
    }
    if (!world.account.user_certificates_problem.empty()) {
        return about_template(wanted.name, Verdict::waiting, "D4",
                              review.fact +
                                  "; userCertificate, which the template asks to look into "
                                  "first, cannot be read: " +
                                  world.account.user_certificates_problem,
                              "grant the account Read on its own userCertificate");
    }
    for (const PublishedCertificate& one : world.published) {
        const bool valid = one.facts.not_before <= world.now + kClockSkew &&
                           world.now <= one.facts.not_after && one.chain.state == ChainState::valid;
        if (valid && index.find(one.facts) == place) {
            return about_template(
                wanted.name, Verdict::published, "D4",
                "userCertificate holds certificate " + one.thumbprint.substr(0, kShownThumbprint) +
                    ", valid until " + ae::to_string(one.facts.not_after),
                "to enroll here all the same, clear \"Do not automatically reenroll if "
                "a duplicate certificate exists in Active Directory\" on the template");
        }
    }
    return {};
}

std::string published_text(const Template& wanted, const Review& review) {
    if ((wanted.enrollment_flags & enrollment_flag::kCheckUserDsCertificate) == 0) {
        return "the template does not ask to look there";
    }
    return review.need == Need::renew ? "a renewal is asked for all the same"
                                      : "userCertificate holds no valid one";
}

// Rule Q7: a CA that repeats the mismatch is not asked for ever.
Obstacle check_name_attempts(const Template& wanted, const Review& review, const Snapshot& world) {
    std::size_t count = 0;
    Time last{};
    for (const Issuance& one : world.memory.issued) {
        if (one.reason == review.reason && equal_ignoring_case(one.template_name, wanted.name)) {
            ++count;
            last = std::max(last, one.when);
        }
    }
    if (count >= kNameAttempts) {
        return failing(
            about_template(wanted.name, Verdict::braked, "Q7",
                           review.fact + "; " + times(count) +
                               " the CA issued another name, so it is not asked again",
                           "correct dNSHostName of the account, or the template's subject "
                           "name; then run: aeclient pulse --force",
                           EventId::ce_name_mismatch_given_up),
            kInvalidData);
    }
    if (count > 0 && world.now < last + kNameRetry) {
        return about_template(
            wanted.name, Verdict::waiting, "Q7",
            review.fact + "; the CA is asked again at " + ae::to_string(last + kNameRetry), {},
            EventId::ce_name_mismatch);
    }
    return {};
}

// Rule B1.
Obstacle check_brake(const Template& wanted, const Review& review, const Snapshot& world) {
    const auto repeated = repeated_issues(world.memory, wanted.name, review.reason);
    if (repeated.empty()) {
        return {};
    }
    return failing(
        about_template(wanted.name, Verdict::braked, "B1",
                       review.fact + "; but for this reason (" + review.reason +
                           ") a CA issued certificates at " + ae::to_string(repeated[0].when) +
                           " and " + ae::to_string(repeated[1].when) +
                           ", and the reason still stands",
                       "find out why the issued certificates do not satisfy rule " + review.rule +
                           "; then run: aeclient pulse --force"),
        kInvalidData);
}

Obstacle check_repetition(const Template& wanted, const Review& review, const Snapshot& world) {
    if (world.force) {
        return {};
    }
    return review.rule == "Q7" ? check_name_attempts(wanted, review, world)
                               : check_brake(wanted, review, world);
}

bool needs_interaction(const Template& wanted) {
    return (wanted.enrollment_flags & enrollment_flag::kUserInteractionRequired) != 0;
}

Obstacle check_user(const Template& wanted, const Review& review, const Abilities& abilities) {
    if (!needs_interaction(wanted) || abilities.interaction) {
        return {};
    }
    return about_template(
        wanted.name, Verdict::needs_user, "R-UI5",
        review.fact + "; it needs the user's part, and nobody can be asked here",
        "enroll for it by hand: aeclient enroll --interactive " + quoted(wanted.name));
}

}  // namespace

std::optional<Decision> obstacle_to(const Review& review, const Snapshot& world, std::size_t place,
                                    const TemplateIndex& index, RuleTrail* trail) {
    const Template& wanted = world.templates[place];
    RuleWalk walk(RulePart::obstacle, trail);
    walk.demand(
            "D5", "no other computer enrolls for this user now",
            [&] { return check_lock(wanted, world.account); }, [] { return "none is known to"; })
        .demand(
            "D3", "no request of it is under submission",
            [&] { return check_pending(wanted, review, world); },
            [] { return "REQUEST holds none that a CA may still answer"; })
        .demand(
            "A2", "AEPolicy allows what is needed",
            [&] { return closed_gate(wanted, world.policy, review); },
            [&] { return gate_text(world.policy) + origin_text(world.policy); })
        .demand(
            "A6", "group policy points enrollment to this directory",
            [&] { return check_policy_servers(wanted, review, world); },
            [&] {
                return world.policy.directory_policies ? "this forest's directory is among the "
                                                         "enrollment policies"
                                                       : "no enrollment policy server is named";
            })
        .demand(
            "D4", "the directory holds none that was made elsewhere",
            [&] { return check_published(wanted, review, world, index, place); },
            [&] { return published_text(wanted, review); })
        .demand(
            "R-UI5", "somebody can agree where that is needed",
            [&] { return check_user(wanted, review, world.abilities); },
            [&] {
                return needs_interaction(wanted) ? "the user can be asked"
                                                 : "the template asks for nobody's agreement";
            })
        .demand(
            review.rule == "Q7" ? "Q7" : "B1", "no CA issued in vain for this reason before",
            [&] { return check_repetition(wanted, review, world); },
            [&] { return world.force ? "an administrator asked by force" : "none did of late"; });
    return std::move(walk).objection();
}

}  // namespace ae::engine
