#include "engine/errand_plan.h"

#include "engine/asked.h"
#include "engine/base/hresult_table.h"
#include "engine/base/text.h"
#include "engine/ca_selection.h"
#include "engine/candidate.h"
#include "engine/disposal.h"
#include "engine/errand_parts.h"
#include "engine/pending_requests.h"

#include <algorithm>
#include <utility>

namespace ae::engine {
namespace {

// Of the memory of issues (B1): no rule of a pulse has this reason, so that nothing is braked.
constexpr const char* kByHand = "by hand";

// Nothing is done, and nothing is wrong.
Plan satisfied(Decision decision) {
    Plan plan;
    plan.decisions.push_back(std::move(decision));
    return plan;
}

class ByHand {
  public:
    ByHand(const Snapshot& world, const Errand& errand, const Suggest& suggest)
        : world_(world),
          errand_(errand),
          suggest_(suggest),
          index_(world.templates),
          held_(managed_certificates(index_, world.templates.size(), world.my)),
          sids_(world.account.sids),
          offers_(world.services, sids_),
          cas_(world, BackOff::ignored),
          applicant_{world, sids_, offers_, {}} {
        for (const HeldCertificate& held : world.my) {
            if (held.key == KeyState::usable && is_valid(held, world.now)) {
                applicant_.signers.push_back(&held);
            }
        }
    }

    Result<Plan> enroll() {
        const auto place = find_template(index_, errand_.template_name);
        if (!place) {
            return fail(kNotFound,
                        "the directory has no template named " + printable(errand_.template_name) +
                            suggested(errand_.template_name, names_of_templates()),
                        "Give its name (cn) or its identifier, not its display name: " +
                            command_of("templates --all"));
        }
        const Template& wanted = world_.templates[*place];
        if (auto twin = same_identifier(*place)) {
            return refused(std::move(*twin));
        }
        Candidacy candidacy = judge_by_hand(wanted, applicant_);
        if (candidacy.refusal) {
            return refused(in_words(std::move(*candidacy.refusal)));
        }
        if (auto there = already_there(*place)) {
            return satisfied(std::move(*there));
        }
        auto selection = select(wanted, candidacy, Need::enroll);
        if (!selection) {
            return pass(selection);
        }
        if (selection->obstacle) {
            return refused(std::move(*selection->obstacle));
        }
        Plan plan;
        plan.decisions.push_back(about_template(wanted.name, Verdict::enroll, "M3",
                                                "asked for by hand; " + candidacy.entitlement));
        plan.actions.push_back(
            {.kind = ActionKind::enroll,
             .template_name = wanted.name,
             .reason = kByHand,
             .signer = candidacy.signer != nullptr ? candidacy.signer->thumbprint : "",
             .cas = std::move(selection->cas)});
        return plan;
    }

    Result<Plan> renew() {
        auto held = held_certificate();
        if (!held) {
            return pass(held);
        }
        const HeldCertificate& old = **held;
        const auto place = index_.find(old.facts);
        if (!place) {
            return refused(about(old, Verdict::left_alone, "M6",
                                 "it names no template of this forest, so nobody can say what to "
                                 "ask for"));
        }
        const Template& wanted = world_.templates[*place];
        if (auto unfit = unfit_to_renew(old, wanted)) {
            return refused(std::move(*unfit));
        }
        Candidacy candidacy = judge_renewal(wanted, applicant_);
        if (candidacy.refusal) {
            return refused(in_words(std::move(*candidacy.refusal)));
        }
        if (auto waits = waiting(wanted.name, old.thumbprint)) {
            return satisfied(std::move(*waits));
        }
        auto selection = select(wanted, candidacy, Need::renew);
        if (!selection) {
            return pass(selection);
        }
        if (selection->obstacle) {
            return refused(std::move(*selection->obstacle));
        }
        return renewal_of(old, wanted, candidacy, std::move(selection->cas));
    }

  private:
    [[nodiscard]] std::string suggested(const std::string& typed,
                                        const std::vector<std::string>& names) const {
        return suggest_ ? suggest_(typed, names) : std::string();
    }
    [[nodiscard]] std::vector<std::string> names_of_templates() const {
        std::vector<std::string> names;
        for (const Template& one : world_.templates) {
            names.push_back(one.name);
        }
        return names;
    }
    // To be pasted, in the context of the account.
    [[nodiscard]] std::string command_of(std::string_view command,
                                         std::string_view what = {}) const {
        return command_line(command, world_.account.scope, what);
    }

    // Rule F1: the certificate would count for the other template.
    [[nodiscard]] std::optional<Decision> same_identifier(std::size_t place) const {
        const Template& wanted = world_.templates[place];
        const auto first = index_.find_oid(wanted.oid);
        if (!first || *first == place) {
            return {};
        }
        return about_template(wanted.name, Verdict::not_understood, "F1",
                              "its msPKI-Cert-Template-OID " + wanted.oid + " is also that of " +
                                  world_.templates[*first].name,
                              "give each template an identifier of its own");
    }

    // What a pulse says in silence needs a way out for somebody who asked.
    [[nodiscard]] Decision in_words(Decision refusal) const {
        if (refusal.verdict == Verdict::wrong_context) {
            refusal.remedy =
                world_.account.scope == Scope::machine
                    ? "as the user: " + command_line("enroll", Scope::user, refusal.template_name)
                    : "for the machine, as an administrator: " +
                          command_line("enroll", Scope::machine, refusal.template_name);
        }
        return refusal;
    }

    // Rules M4, M5: said, and --force asks for one more all the same.
    [[nodiscard]] std::optional<Decision> already_there(std::size_t place) const {
        const Template& wanted = world_.templates[place];
        if (world_.force) {
            return {};
        }
        const Review review = review_held(wanted, held_[place], world_.account, world_.now);
        if (review.need != Need::enroll) {
            return about_template(
                wanted.name, Verdict::held, "M4", review.fact,
                "to renew it now: " +
                    command_of("renew", review.decides->thumbprint.substr(0, kShownThumbprint)) +
                    "; for a second one: " + command_of("enroll --force", wanted.name));
        }
        return waiting(wanted.name, "");
    }

    [[nodiscard]] std::optional<Decision> waiting(const std::string& template_name,
                                                  const std::string& predecessor) const {
        const PendingRequest* entry =
            find_pending(world_.pending, template_name, predecessor, world_.now);
        if (entry == nullptr || world_.force) {
            return {};
        }
        const std::string id = std::to_string(*entry->request_id);
        return about_template(template_name, Verdict::pending, "M5",
                              "request " + id + " waits at " + entry->ca.config() + " since " +
                                  ae::to_string(entry->submitted),
                              "to ask what became of it: " + command_of("retrieve", id) +
                                  "; to ask anew all the same: --force");
    }

    [[nodiscard]] Result<const HeldCertificate*> held_certificate() const {
        const std::string typed = printable(errand_.thumbprint);
        const auto digits = thumbprint_of(errand_.thumbprint);
        if (!digits) {
            return fail(kInvalidArgument,
                        '"' + typed + "\" is no thumbprint, nor 4 or more digits of its beginning",
                        "See what MY holds: " + command_of("certs"));
        }
        std::vector<std::string> all;
        for (const HeldCertificate& one : world_.my) {
            all.push_back(one.thumbprint);
        }
        const std::vector<std::string> found = thumbprints_like(*digits, all);
        if (found.empty()) {
            return fail(
                kNotFound, "MY holds no certificate " + typed + suggested(*digits, all),
                "See what it holds: " + command_of("certs") + "; archived ones are not renewed");
        }
        if (found.size() > 1) {
            return fail(ambiguous(typed, found));
        }
        return &*std::ranges::find(world_.my, found.front(), &HeldCertificate::thumbprint);
    }

    [[nodiscard]] Decision about(const HeldCertificate& one, Verdict verdict, std::string rule,
                                 std::string fact, std::string remedy = {}) const {
        const auto place = index_.find(one.facts);
        return {.about = About::certificate,
                .template_name = place ? world_.templates[*place].name : "",
                .subject = one.thumbprint,
                .verdict = verdict,
                .rule = std::move(rule),
                .fact = std::move(fact),
                .remedy = std::move(remedy)};
    }

    // Only what is still good can vouch for its successor.
    [[nodiscard]] std::optional<Decision> unfit_to_renew(const HeldCertificate& old,
                                                         const Template& wanted) const {
        if (!world_.abilities.renewal) {
            return about(old, Verdict::not_supported, "M6",
                         "this client cannot sign a request with the certificate it renews");
        }
        if (is_valid(old, world_.now)) {
            return {};
        }
        Review review = review_held(wanted, {&old}, world_.account, world_.now);
        return about(old, Verdict::left_alone, std::move(review.rule),
                     review.fact + ", so it cannot vouch for its renewal",
                     "ask for a new one: " + command_of("enroll", wanted.name));
    }

    // Rule M6: its predecessor goes, as with every renewal; nothing else does.
    [[nodiscard]] Plan renewal_of(const HeldCertificate& old, const Template& wanted,
                                  const Candidacy& candidacy, std::vector<CaRef> cas) const {
        const Review review{.need = Need::renew, .decides = &old};
        Plan plan;
        plan.decisions.push_back(
            about_template(wanted.name, Verdict::renew, "M6",
                           named(old) + " is to be renewed by hand; " + candidacy.entitlement));
        plan.decisions.push_back(about(old, Verdict::renew, "M6",
                                       "it is valid until " + ae::to_string(old.facts.not_after)));
        plan.actions.push_back(
            {.kind = ActionKind::renew,
             .template_name = wanted.name,
             .thumbprint = old.thumbprint,
             .reason = kByHand,
             .cas = std::move(cas),
             .afterwards = replaced_by_new(wanted, {&old}, review, world_.policy, world_.now)});
        return plan;
    }

    // The CAs in their order, or the one that was named.
    [[nodiscard]] Result<CaSelection> select(const Template& wanted, Candidacy& candidacy,
                                             Need need) const {
        if (errand_.ca.empty()) {
            return cas_.select(wanted, std::move(candidacy.cas), need);
        }
        auto asked = find_ca(world_.services, errand_.ca, suggest_);
        if (!asked) {
            return pass(asked);
        }
        std::vector<const EnrollmentService*> offering = candidacy.cas;
        std::erase_if(offering, [&](const EnrollmentService* one) {
            return !is_named(one->ref(), (*asked)->ref().config());
        });
        if (!offering.empty()) {
            return cas_.select(wanted, std::move(offering), need);
        }
        CaSelection none;
        none.obstacle =
            about_template(wanted.name, Verdict::not_offered, "E10",
                           (*asked)->ref().config() + " does not offer it to this account; " +
                               candidacy.entitlement,
                           "leave --ca out, or publish the template on that CA");
        return none;
    }

    const Snapshot& world_;
    const Errand& errand_;
    const Suggest& suggest_;
    TemplateIndex index_;
    std::vector<HeldOfTemplate> held_;
    SidSet sids_;
    CaOffers offers_;
    CaSelector cas_;
    Applicant applicant_;
};

}  // namespace

Result<Plan> plan_errand(const Snapshot& world, const Errand& errand, const Suggest& suggest) {
    ByHand by_hand(world, errand, suggest);
    switch (errand.kind) {
        case Errand::Kind::enroll:
            return by_hand.enroll();
        case Errand::Kind::retrieve:
            return plan_retrieval(world, errand, suggest);
        case Errand::Kind::renew:
            return by_hand.renew();
        case Errand::Kind::none:
            break;
    }
    return make_plan(world);
}

}  // namespace ae::engine
