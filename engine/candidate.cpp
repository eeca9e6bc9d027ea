#include "engine/candidate.h"

#include "engine/base/hresult_table.h"
#include "engine/base/text.h"
#include "engine/candidate_checks.h"
#include "engine/held_review.h"
#include "engine/key_choice.h"

#include <array>
#include <variant>

namespace ae::engine {
namespace {

// What could not be read may matter more than what was: say it whatever else is wrong (F1).
Candidacy with_fault(const Template& wanted, Candidacy candidacy, RulePart part, RuleTrail* trail) {
    const auto note = [&](RuleOutcome outcome, std::string fact) {
        if (trail != nullptr) {
            trail->push_back({part, "F1", "every attribute of it is understood", outcome,
                              std::move(fact),
                              outcome == RuleOutcome::failed ? "correct that attribute" : ""});
        }
    };
    if (wanted.fault.empty()) {
        note(RuleOutcome::passed, "nothing in it is unknown to this client");
        return candidacy;
    }
    note(RuleOutcome::failed, wanted.fault);
    if (candidacy.refusal) {
        candidacy.refusal->fact += "; besides, " + wanted.fault;
    } else {
        candidacy.refusal = about_template(wanted.name, Verdict::not_understood, "F1", wanted.fault,
                                           "correct that attribute of the template",
                                           EventId::ce_template_unreadable);
        candidacy.refusal->failure = kInvalidData;
    }
    return candidacy;
}

Candidacy allowed(const SecurityDescriptor& object, Right right, const SidSet& account,
                  CaOffer offer, const HeldCertificate* signer = nullptr) {
    return {{},
            check_access(object, right, account).reason + "; offered by " + listed(offer.open),
            std::move(offer.open),
            signer};
}

std::string key_text(const Template& wanted, const Abilities& abilities) {
    const auto choice = choose_key(wanted, abilities.providers);
    const auto* made = std::get_if<KeyChoice>(&choice);
    if (made == nullptr) {
        return {};
    }
    const bool rsa = made->key.algorithm == KeyAlgorithm::rsa;
    return (rsa ? "an RSA key of " + std::to_string(made->key.bits) + " bits"
                : std::string("an ECC key")) +
           " of " +
           (made->key.providers.empty() ? "any provider" : join(made->key.providers, ", "));
}

constexpr std::array<std::string_view, 3> kRightQuestions = {  // in the order of Right
    "Read on the template", "Enroll on the template", "Autoenroll on the template"};

// What both judgements look at, one rule after the other.
class Examined {
  public:
    Examined(const Template& wanted, const Applicant& applicant, RulePart part, RuleTrail* trail)
        : wanted_(wanted), applicant_(applicant), walk_(part, trail) {}

    // Rule S1 and Read: without them nothing else is known.
    void readable() {
        walk_.demand(
            "S1", "its security descriptor can be read",
            [&] { return check_descriptor(wanted_, object_); },
            [&] {
                return object_.dacl ? std::to_string(object_.dacl->size()) + " entries"
                                    : std::string("it has no list, which grants everything");
            });
        right(Right::read, Verdict::not_readable);
    }
    void right(Right right, Verdict verdict) {
        demand_right(right, [&, right, verdict] {
            return check_right(wanted_, object_, applicant_.sids, right, verdict);
        });
    }
    void enroll() {
        demand_right(Right::enroll,
                     [&] { return check_enroll(wanted_, object_, applicant_.sids); });
    }
    // Rule Q11: a certificate whose Enroll right is lost stays in view, and its renewal fails.
    void enroll_still() {
        demand_right(Right::enroll, [&] {
            Objection lost = check_right(wanted_, object_, applicant_.sids, Right::enroll,
                                         Verdict::no_enroll_right);
            if (lost) {
                lost->rule = "Q11";
                lost->event = EventId::ce_not_updated;
            }
            return lost;
        });
    }
    void autoenrollable() {
        walk_
            .demand(
                "E1", "schema version 2 or later", [&] { return check_schema_version(wanted_); },
                [&] { return "schema version " + std::to_string(wanted_.schema_version); })
            .demand(
                "E2", "it is marked for autoenrollment", [&] { return check_flag(wanted_); },
                [] { return "msPKI-Enrollment-Flag has AUTO_ENROLLMENT (0x20)"; });
    }
    void context() {
        const Scope scope = applicant_.world.account.scope;
        walk_
            .demand(
                "E4", "it is for this context", [&] { return check_context(wanted_, scope); },
                [&] { return "a " + std::string(to_string(scope)) + " template"; })
            .demand(
                "E5", "it makes no certification authority", [&] { return check_ca_type(wanted_); },
                [] { return "it makes certificates of end entities"; });
    }
    void signatures() {
        walk_.demand(
            "E6", "the authorized signatures can be given",
            [&] { return check_signatures(wanted_, applicant_, signer_); },
            [&] {
                return signer_ == nullptr ? std::string("none is required")
                                          : named(*signer_) + " signs";
            });
    }
    void renewal_signatures() {
        walk_.demand(
            "E6", "the held certificate vouches for the renewal",
            [&] { return check_renewal_signatures(wanted_); },
            [&] {
                return wanted_.ra_signatures == 0 ? "no signature is required"
                                                  : "the template accepts it as approval";
            });
    }
    void names() {
        walk_.demand(
            "E7", "nobody has to supply names", [&] { return check_names(wanted_); },
            [] { return "the CA builds them from the directory"; });
    }
    void renewal_names() {
        walk_.demand(
            "E7", "nobody has to supply names", [&] { return check_renewal_names(wanted_); },
            [&] {
                return carries_names_over(wanted_) ? "they come from the held certificate"
                                                   : "the CA builds them from the directory";
            });
    }
    // E8-E10, which a new certificate and a renewal share: what can be made here, without asking
    // anybody, by some CA.
    void feasible() {
        const Abilities& abilities = applicant_.world.abilities;
        walk_
            .demand(
                "E8", "this client can make the key and the request",
                [&] { return check_cryptography(wanted_, abilities); },
                [&] { return key_text(wanted_, abilities); })
            .demand(
                "E9", "nobody has to be asked where nobody is",
                [&] { return check_interaction(wanted_, applicant_.world.account.scope); },
                [&] {
                    return applicant_.world.account.scope == Scope::user
                               ? "a user can be asked"
                               : "the template asks for nobody";
                })
            .demand(
                "E10", "a CA offers it to this account",
                [&] {
                    offer_ = applicant_.offers.of(wanted_.name);
                    return check_offer(wanted_, offer_);
                },
                [&] { return "offered by " + listed(offer_.open); });
    }

    // `deciding`: the right by which the account has it, for people.
    Candidacy verdict(Right deciding) && {
        if (auto refusal = std::move(walk_).objection()) {
            return {.refusal = std::move(refusal)};
        }
        return allowed(object_, deciding, applicant_.sids, std::move(offer_), signer_);
    }

  private:
    template <class Check>
    void demand_right(Right right, const Check& check) {
        walk_.demand("E3", kRightQuestions.at(static_cast<std::size_t>(right)), check,
                     [&] { return check_access(object_, right, applicant_.sids).reason; });
    }

    const Template& wanted_;
    const Applicant& applicant_;
    RuleWalk walk_;
    SecurityDescriptor object_{};
    CaOffer offer_{};
    const HeldCertificate* signer_ = nullptr;
};

Candidacy candidate(const Template& wanted, const Applicant& applicant, RuleTrail* trail) {
    Examined examined(wanted, applicant, RulePart::candidate, trail);
    examined.readable();
    examined.autoenrollable();
    examined.enroll();
    examined.right(Right::autoenroll, Verdict::no_autoenroll_right);
    examined.context();
    examined.signatures();
    examined.names();
    examined.feasible();
    return std::move(examined).verdict(Right::autoenroll);
}

Candidacy renewal(const Template& wanted, const Applicant& applicant, RuleTrail* trail) {
    Examined examined(wanted, applicant, RulePart::renewal, trail);
    examined.readable();
    examined.context();
    examined.renewal_signatures();
    examined.renewal_names();
    examined.feasible();
    examined.enroll_still();
    return std::move(examined).verdict(Right::enroll);
}

Candidacy by_hand(const Template& wanted, const Applicant& applicant, RuleTrail* trail) {
    Examined examined(wanted, applicant, RulePart::candidate, trail);
    examined.readable();
    examined.context();  // first: who is in the wrong one has no right there either
    examined.right(Right::enroll, Verdict::no_enroll_right);
    examined.signatures();
    examined.names();
    examined.feasible();
    return std::move(examined).verdict(Right::enroll);
}

}  // namespace

Candidacy judge_candidate(const Template& wanted, const Applicant& applicant, RuleTrail* trail) {
    return with_fault(wanted, candidate(wanted, applicant, trail), RulePart::candidate, trail);
}

Candidacy judge_renewal(const Template& wanted, const Applicant& applicant, RuleTrail* trail) {
    return with_fault(wanted, renewal(wanted, applicant, trail), RulePart::renewal, trail);
}

Candidacy judge_by_hand(const Template& wanted, const Applicant& applicant, RuleTrail* trail) {
    return with_fault(wanted, by_hand(wanted, applicant, trail), RulePart::candidate, trail);
}

}  // namespace ae::engine
