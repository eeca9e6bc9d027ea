#include "engine/plan.h"

#include "engine/base/text.h"
#include "engine/candidate.h"
#include "engine/disposal.h"
#include "engine/lost_answer.h"
#include "engine/pending_requests.h"
#include "engine/policy_gates.h"
#include "engine/requirements.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <map>
#include <set>

namespace ae::engine {
namespace {

struct KindName {
    ActionKind kind;
    std::string_view name;
};
constexpr std::array kKindNames = {
    KindName{ActionKind::retrieve, "retrieve"},   KindName{ActionKind::forget, "forget"},
    KindName{ActionKind::enroll, "enroll"},       KindName{ActionKind::renew, "renew"},
    KindName{ActionKind::archive, "archive"},     KindName{ActionKind::remove, "remove"},
    KindName{ActionKind::unpublish, "unpublish"}, KindName{ActionKind::warn, "warn"},
};

Decision about_request(const PendingRequest& request, Verdict verdict, std::string rule,
                       std::string fact) {
    return {.about = About::request,
            .template_name = request.template_name,
            .subject = request.key_reference,
            .verdict = verdict,
            .rule = std::move(rule),
            .fact = std::move(fact)};
}

std::string where(const PendingRequest& request) {
    return "request " + std::to_string(request.request_id.value_or(0)) + " at " +
           request.ca.config() + ", submitted " + ae::to_string(request.submitted);
}

// Rules W7, W10, N11: what the directory may tell is looked up first, and no CA is asked.
Decision decide_unanswered(const PendingRequest& request, const Snapshot& world) {
    const std::size_t possible = possible_answers(request, world).size();
    const AutoenrollPolicy& policy = world.policy;
    const bool allowed = policy.enroll() || policy.manage() || policy.pending();
    if (possible != 0 && allowed) {
        return about_request(request, Verdict::retrieve, "W10",
                             unanswered_text(request) + "; its key is compared with " +
                                 std::to_string(possible) +
                                 " certificate(s) that the directory publishes");
    }
    if (const std::string& problem = world.account.user_certificates_problem; !problem.empty()) {
        return about_request(
            request, Verdict::left_alone, "W7",
            unanswered_text(request) +
                "; userCertificate, where it might stand, cannot be read: " + problem);
    }
    if (is_overdue(request, world.now)) {
        return about_request(
            request, Verdict::forget, "N11",
            unanswered_text(request) +
                ", older than 60 days, and the directory publishes nothing for it");
    }
    return about_request(request, Verdict::left_alone, "W7",
                         unanswered_text(request) + "; its key is used again");
}

// Rules N1, N5, N6, N9, N10.
Decision decide_request(const PendingRequest& request, const Snapshot& world) {
    if (world.policy.disabled()) {
        return about_request(request, Verdict::left_alone, "A1",
                             gate_text(world.policy) + ": disabled");
    }
    if (request.template_name.empty()) {
        return about_request(request, Verdict::left_alone, "N6", "it names no template");
    }
    if (is_unanswered(request)) {
        return decide_unanswered(request, world);
    }
    if (!is_submitted(request)) {
        return about_request(request, Verdict::left_alone, "N6",
                             "it was never sent: its answer is brought by hand");
    }
    if (is_overdue(request, world.now)) {
        return about_request(request, Verdict::forget, "N5",
                             where(request) + ", is older than 60 days");
    }
    if (!world.policy.pending()) {
        Decision decision = about_request(request, Verdict::pending, "N9",
                                          where(request) + "; " + gate_text(world.policy) +
                                              ", which lacks 0x4 (fetch pending requests)");
        decision.remedy = "set AEPolicy to 7" + origin_text(world.policy);
        return decision;
    }
    return about_request(request, Verdict::retrieve, "N1", where(request));
}

// Rule U3: what the templates that this one supersedes hold, once it is installed.
void add_superseded(std::size_t place, const Snapshot& world,
                    const std::vector<HeldOfTemplate>& held, const SupersedeGraph& graph,
                    const Requirements& requirements, std::vector<Disposal>& afterwards) {
    for (const std::size_t other : graph.replaced_by(place)) {
        if (!requirements.replaced_by_held[other].first.empty()) {
            continue;  // goes without waiting
        }
        for (const HeldCertificate* one : held[other]) {
            if (one->chain.state != ChainState::revoked || !world.policy.manage()) {
                afterwards.push_back({disposal_kind(world.templates[other], one->facts),
                                      one->thumbprint,
                                      "superseded by " + world.templates[place].name});
            }
        }
    }
}

// Rule X2: what a published value is, beside being managed.
enum class Published { kept, revoked, superseded, expired };
Published state_of(const PublishedCertificate& one, const NamedFew& replaced_by, Time now) {
    if (one.chain.state == ChainState::revoked) {
        return Published::revoked;
    }
    if (!replaced_by.first.empty()) {
        return Published::superseded;
    }
    return now > one.facts.not_after ? Published::expired : Published::kept;
}

// Rule X2: expired values go only when a new certificate came in the same run.
void add_expired_values(std::size_t place, const Snapshot& world, const TemplateIndex& index,
                        std::vector<Disposal>& afterwards) {
    for (const PublishedCertificate& one : world.published) {
        if (world.policy.manage() && index.find(one.facts) == place &&
            state_of(one, {}, world.now) == Published::expired) {
            afterwards.push_back({ActionKind::unpublish, one.thumbprint, "expired"});
        }
    }
}

class Planner {
  public:
    explicit Planner(const Snapshot& world)
        : world_(world),
          index_(world.templates),
          held_(managed_certificates(index_, world.templates.size(), world.my)),
          graph_(world.templates),
          requirements_(build_requirements(world, held_, graph_)) {}

    Plan run() {
        for (std::size_t i = 0; i < world_.templates.size(); ++i) {
            plan_.decisions.push_back(requirements_.of_template[i].decision);
            for (const Wish& wish : requirements_.of_template[i].wishes) {
                request(i, wish);
            }
        }
        // Rule R-UI1: what needs the user comes behind one question, after the silent rest.
        std::ranges::stable_partition(plan_.actions,
                                      [](const Action& one) { return !one.interactive; });
        add_certificates();
        point_at_lineages();
        if (!world_.policy.disabled()) {
            unpublish();
            warn();
        }
        return std::move(plan_);
    }

  private:
    void request(std::size_t place, const Wish& wish) {
        const Template& wanted = world_.templates[place];
        const HeldCertificate* predecessor = wish.review.decides;
        Action action{.kind = wish.kind,
                      .decision = place,
                      .template_name = wanted.name,
                      .thumbprint = predecessor != nullptr ? predecessor->thumbprint : "",
                      .reason = wish.review.reason,
                      .signer = wish.signer != nullptr ? wish.signer->thumbprint : "",
                      .cas = wish.cas,
                      .interactive = (wanted.enrollment_flags &
                                      enrollment_flag::kUserInteractionRequired) != 0};
        action.afterwards =
            replaced_by_new(wanted, wish.reviewed, wish.review, world_.policy, world_.now);
        add_superseded(place, world_, held_, graph_, requirements_, action.afterwards);
        add_expired_values(place, world_, index_, action.afterwards);
        plan_.actions.push_back(std::move(action));
    }

    void add_certificates() {
        CertificatePlan certificates = plan_certificates(world_, held_, requirements_);
        for (Action& action : certificates.actions) {
            action.decision += plan_.decisions.size();
            plan_.actions.push_back(std::move(action));
        }
        std::ranges::move(certificates.decisions, std::back_inserter(plan_.decisions));
    }

    // Rule Q15: several requests of one template; each has the decision about its predecessor.
    void point_at_lineages() {
        std::map<std::string, std::size_t> by_thumbprint;
        for (std::size_t i = world_.templates.size(); i < plan_.decisions.size(); ++i) {
            by_thumbprint.emplace(plan_.decisions[i].subject, i);
        }
        for (Action& action : plan_.actions) {
            const bool requests =
                action.kind == ActionKind::enroll || action.kind == ActionKind::renew;
            if (requests && carries_names_over(world_.templates[action.decision])) {
                const auto own = by_thumbprint.find(action.thumbprint);
                action.decision = own == by_thumbprint.end() ? action.decision : own->second;
            }
        }
    }

    void unpublish() {
        if (!world_.policy.manage()) {
            return;
        }
        for (const PublishedCertificate& one : world_.published) {
            const auto place = index_.find(one.facts);
            if (!place) {
                continue;
            }
            const Published state =
                state_of(one, requirements_.replaced_by_held[*place], world_.now);
            if (state == Published::revoked || state == Published::superseded) {
                plan_.actions.push_back(
                    {.kind = ActionKind::unpublish,
                     .decision = *place,
                     .template_name = world_.templates[*place].name,
                     .thumbprint = one.thumbprint,
                     .reason = state == Published::revoked ? "it is revoked" : "it is superseded"});
            }
        }
    }

    // Rule X3: the direction (a share of the lifetime that remains) is ours [P].
    // What this plan takes out of sight needs no warning, and one a day is enough.
    void warn() {
        std::set<std::string> silent = warned_lately(world_.memory, world_.now);
        for (const Action& action : plan_.actions) {
            if (action.kind == ActionKind::archive || action.kind == ActionKind::remove) {
                silent.insert(action.thumbprint);
            }
        }
        for (const HeldCertificate& one : world_.my) {
            if (!silent.contains(one.thumbprint)) {
                warn_of("MY", one.thumbprint, one.facts);
            }
        }
        for (const WatchedCertificate& one : world_.watched) {
            if (!silent.contains(one.thumbprint)) {
                warn_of(one.store, one.thumbprint, one.facts);
            }
        }
    }

    void warn_of(const std::string& store, const std::string& thumbprint,
                 const CertificateFacts& facts) {
        const Seconds remaining = facts.not_after - world_.now;
        const Seconds lifetime = facts.not_after - facts.not_before;
        if (remaining * 100 > lifetime * world_.policy.warn_percent) {
            return;
        }
        const bool expired = world_.now > facts.not_after;
        const auto place = index_.find(facts);
        plan_.actions.push_back({.kind = ActionKind::warn,
                                 .decision = place.value_or(0),
                                 .template_name = place ? world_.templates[*place].name : "",
                                 .thumbprint = thumbprint,
                                 .reason = "in " + store + " (" + printable(facts.subject) + ") " +
                                           (expired ? "expired at " : "expires at ") +
                                           ae::to_string(facts.not_after)});
    }

    const Snapshot& world_;
    TemplateIndex index_;
    std::vector<HeldOfTemplate> held_;
    SupersedeGraph graph_;
    Requirements requirements_;
    Plan plan_{};
};

}  // namespace

std::string_view to_string(ActionKind kind) {
    const auto* at = std::ranges::find(kKindNames, kind, &KindName::kind);
    return at == kKindNames.end() ? std::string_view("unknown") : at->name;
}

Plan plan_requests(const Snapshot& world) {
    Plan plan;
    const TemplateIndex index(world.templates);
    for (const PendingRequest& request : world.pending) {
        Decision decision = decide_request(request, world);
        const bool retrieves = decision.verdict == Verdict::retrieve;
        std::vector<Disposal> afterwards;
        if (retrieves) {
            afterwards = replaced_by_answer(request, world, index);
            if (const auto place = index.find_name(request.template_name)) {
                add_expired_values(*place, world, index, afterwards);
            }
        }
        if (retrieves || decision.verdict == Verdict::forget) {
            plan.actions.push_back(
                {.kind = retrieves ? ActionKind::retrieve : ActionKind::forget,
                 .decision = plan.decisions.size(),
                 .template_name = request.template_name,
                 .thumbprint = request.predecessor,
                 .key_reference = request.key_reference,
                 .cas = request.request_id ? std::vector{request.ca} : std::vector<CaRef>{},
                 .afterwards = std::move(afterwards)});
        }
        plan.decisions.push_back(std::move(decision));
    }
    return plan;
}

Plan plan_requirements(const Snapshot& world) { return Planner(world).run(); }

Plan make_plan(const Snapshot& world) {
    Plan requests = plan_requests(world);
    Plan plan = plan_requirements(world);
    for (Action& action : requests.actions) {
        action.decision += plan.decisions.size();
    }
    plan.actions.insert(plan.actions.begin(), std::make_move_iterator(requests.actions.begin()),
                        std::make_move_iterator(requests.actions.end()));
    std::ranges::move(requests.decisions, std::back_inserter(plan.decisions));
    return plan;
}

}  // namespace ae::engine
