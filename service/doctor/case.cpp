#include "service/doctor/case.h"

#include "engine/base/text.h"
#include "engine/ca_selection.h"
#include "engine/candidate_checks.h"
#include "engine/held_review.h"
#include "engine/intent.h"

#include <algorithm>
#include <array>

namespace ae::service {
namespace {

using engine::About;
using engine::Decision;
using engine::Verdict;
using enum FindingVerdict;

struct RuleCause {
    std::string_view rule;
    Cause cause;
};
// A template that cannot be autoenrolled, whatever its rights say, may well be for hand-made
// certificates: that is a warning.  The engine's rule that decided, and the diagnosis that it is
// (docs/doctor.md).  What depends on more than the rule stands in cause_of().
constexpr std::array kByRule = {
    RuleCause{"A1", {"POL1", Stage::policy, fail, fail}},
    RuleCause{"A2", {"POL4", Stage::policy, fail, fail}},
    RuleCause{"A6", {"POL8", Stage::policy, fail, fail}},
    RuleCause{"D4", {"HAV3", Stage::present, note, note}},
    RuleCause{"D5", {"HAV5", Stage::present, note, note}},
    RuleCause{"U1", {"HAV4", Stage::present, note, note}},
    RuleCause{"U4", {"HAV4", Stage::present, note, note}},
    RuleCause{"F1", {"RGT2", Stage::rights, fail, warn}},
    RuleCause{"E1", {"RGT2", Stage::rights, warn, note}},
    RuleCause{"E2", {"RGT2", Stage::rights, warn, note}},
    RuleCause{"E4", {"RGT3", Stage::rights, fail, note}},
    RuleCause{"E5", {"RGT2", Stage::rights, warn, note}},
    RuleCause{"E6", {"RGT2", Stage::rights, warn, note}},
    RuleCause{"E7", {"RGT2", Stage::rights, warn, note}},
    RuleCause{"E9", {"KEY4", Stage::key, fail, note}},
    RuleCause{"R-UI5", {"KEY4", Stage::key, warn, warn}},
    RuleCause{"choice 2", {"CAS2", Stage::ca_choice, fail, warn}},
    RuleCause{"choice 3", {"CAS3", Stage::ca_choice, fail, warn}},
    RuleCause{"back-off", {"REF", Stage::refusal, fail, fail}},
    RuleCause{"D3", {"PND1", Stage::pending, note, note}},
    RuleCause{"Q7", {"INS7", Stage::installed, warn, warn}},
    RuleCause{"B1", {"INS8", Stage::installed, fail, fail}},
};

constexpr std::string_view kSmartCard = "smart card";

// KEY3: every provider that the template names keeps its keys in a smart card.
bool wants_smart_card(const engine::Template& wanted) {
    return !wanted.providers.empty() &&
           std::ranges::all_of(wanted.providers, [](const engine::ProviderChoice& one) {
               return to_lower(one.name).find(kSmartCard) != std::string::npos;
           });
}

Cause key_cause(const engine::Template& wanted, const Decision& decision) {
    const bool names_provider = decision.event == engine::EventId::ce_provider_missing;
    if (names_provider && wants_smart_card(wanted)) {
        return {"KEY3", Stage::key, fail, warn};
    }
    const bool of_key = names_provider || decision.event == engine::EventId::ce_algorithm_missing;
    return of_key ? Cause{"KEY1", Stage::key, fail, warn}
                  : Cause{"RGT2", Stage::rights, fail, warn};
}

// Whoever wants it to enroll by hand alone gives no Autoenroll right: nothing is wrong with this
// machine.  Whom an entry denies it was meant to be kept out, or was not.
FindingVerdict without_autoenroll(const engine::Template& wanted, const engine::SidSet& account) {
    const auto object =
        engine::parse_security_descriptor(wanted.security_descriptor.value_or(Bytes{}));
    const bool denied =
        object && engine::check_access(*object, engine::Right::autoenroll, account).denied;
    return denied ? warn : note;
}

std::optional<Cause> cause_of(const TemplateCase& one, const engine::SidSet& account) {
    const Decision& decision = one.decision;
    switch (decision.verdict) {
        case Verdict::enroll:
        case Verdict::renew:
        case Verdict::held:
            return std::nullopt;
        case Verdict::not_readable:
        case Verdict::no_enroll_right:
            return Cause{"RGT4", Stage::rights, fail, warn};
        case Verdict::no_autoenroll_right:
            return Cause{"RGT4", Stage::rights, without_autoenroll(one.wanted, account), note};
        case Verdict::not_offered:
            return one.offer.refusing.empty() ? Cause{"CAS1", Stage::ca_choice, fail, warn}
                                              : Cause{"RGT6", Stage::rights, fail, warn};
        case Verdict::not_supported:
            if (decision.rule == "E8") {
                return key_cause(one.wanted, decision);
            }
            break;
        default:
            break;
    }
    const auto* at = std::ranges::find(kByRule, decision.rule, &RuleCause::rule);
    if (at != kByRule.end()) {
        Cause cause = at->cause;
        const bool lost = decision.verdict == Verdict::not_autoenrollable &&
                          !one.certificates.empty();  // what was held is of no use any more
        if (decision.verdict == Verdict::braked || lost) {
            cause.usual = fail;
        }
        return cause;
    }
    // AEPolicy lacks 0x1; the rule is the need that it keeps open.
    return Cause{"POL3", Stage::policy, fail, fail};
}

class Collector {
  public:
    explicit Collector(const Examination& seen)
        : seen_(seen),
          world_(seen.view->world),
          sids_(world_.account.sids),
          offers_(world_.services, sids_) {}

    std::vector<TemplateCase> run() {
        std::vector<TemplateCase> cases;
        const engine::Template* asked = asked_template(seen_);
        const bool all = seen_.template_name.empty();
        for (std::size_t i = 0; i < world_.templates.size(); ++i) {
            const engine::Template& wanted = world_.templates[i];
            if (!all && &wanted != asked) {
                continue;
            }
            TemplateCase one = case_of(wanted, seen_.view->plan.decisions[i]);
            one.asked = !all;
            if (one.asked || is_of_interest(one)) {
                if (one.asked) {
                    put_context_first(one);
                }
                one.cause = cause_of(one, sids_);
                cases.push_back(std::move(one));
            }
        }
        return cases;
    }

  private:
    TemplateCase case_of(const engine::Template& wanted, const Decision& decision) {
        TemplateCase one{.wanted = wanted, .decision = decision};
        for (const Decision& other : seen_.view->plan.decisions) {
            if (!equal_ignoring_case(other.template_name, wanted.name)) {
                continue;
            }
            if (other.about == About::certificate) {
                one.certificates.push_back(&other);
                const engine::HeldCertificate* held = held_by(seen_, other.subject);
                one.valid = one.valid || (held != nullptr && engine::is_valid(*held, world_.now));
            } else if (other.about == About::request) {
                one.requests.push_back(&other);
            }
        }
        one.offer = offers_.of(wanted.name);
        return one;
    }

    // To grant a right on a template of the other kind would help nobody.
    void put_context_first(TemplateCase& one) const {
        const bool lacks_right = one.decision.verdict == Verdict::not_readable ||
                                 one.decision.verdict == Verdict::no_enroll_right ||
                                 one.decision.verdict == Verdict::no_autoenroll_right;
        auto objection = engine::check_context(one.wanted, world_.account.scope);
        if (lacks_right && objection) {
            one.decision = std::move(*objection);
        }
    }

    [[nodiscard]] bool is_of_interest(const TemplateCase& one) const {
        return !one.certificates.empty() || !one.requests.empty() ||
               engine::is_meant_for(one.wanted, world_.account, sids_, offers_);
    }

    const Examination& seen_;
    const engine::Snapshot& world_;
    engine::SidSet sids_;
    engine::CaOffers offers_;
};

}  // namespace

FindingVerdict TemplateCase::verdict_of(const Cause& of) const {
    if (valid) {
        return of.while_valid;
    }
    return asked && of.id != "PND1" ? fail : of.usual;
}

std::vector<TemplateCase> cases_of(const Examination& seen) {
    return seen.view ? Collector(seen).run() : std::vector<TemplateCase>{};
}

const engine::Template* asked_template(const Examination& seen) {
    if (!seen.view || seen.template_name.empty()) {
        return nullptr;
    }
    const std::vector<engine::Template>& templates = seen.view->world.templates;
    const engine::TemplateIndex index(templates);
    auto place = index.find_name(seen.template_name);
    place = place ? place : index.find_oid(seen.template_name);
    return place ? &templates[*place] : nullptr;
}

bool is_in_view(const Examination& seen, const engine::EnrollmentService& service) {
    return seen.ca.empty() || equal_ignoring_case(seen.ca, service.ref().config());
}

std::vector<CaCase> cas_of(const Examination& seen, const std::vector<TemplateCase>& cases) {
    std::vector<CaCase> cas;
    if (!seen.view) {
        return cas;
    }
    for (const engine::EnrollmentService& service : seen.view->world.services) {
        CaCase one{service};
        for (const TemplateCase& each : cases) {
            if (std::ranges::find(each.offer.open, &service) != each.offer.open.end()) {
                one.cases.push_back(&each);
            }
        }
        if (!one.cases.empty() && is_in_view(seen, service)) {
            cas.push_back(std::move(one));
        }
    }
    return cas;
}

Finding finding_of(const TemplateCase& one, std::string sentence, std::string remedy) {
    const Cause& cause = *one.cause;
    Finding finding{.id = std::string(cause.id),
                    .stage = cause.stage,
                    .verdict = one.verdict_of(cause),
                    .subject = one.wanted.name,
                    .sentence = std::move(sentence),
                    .evidence = {"rule " + one.decision.rule + ": " + one.decision.fact},
                    .remedy = remedy.empty() ? one.decision.remedy : std::move(remedy)};
    if (one.decision.event) {
        finding.events.push_back(name_of(*one.decision.event));
    }
    if (one.decision.failure) {
        finding.codes.push_back(*one.decision.failure);
    }
    return finding;
}

std::vector<const engine::Refusal*> refusals_of(const Examination& seen, const TemplateCase& one) {
    std::vector<const engine::Refusal*> refusals;
    const bool needed =
        one.decision.verdict == Verdict::enroll || one.decision.verdict == Verdict::renew ||
        one.decision.verdict == Verdict::waiting || one.decision.verdict == Verdict::braked;
    if (!needed) {
        return refusals;
    }
    for (const engine::Refusal& refusal : seen.view->world.memory.refusals) {
        const bool in_view = seen.ca.empty() || equal_ignoring_case(seen.ca, refusal.ca.config());
        if (in_view && equal_ignoring_case(refusal.template_name, one.wanted.name) &&
            refusal.template_version == engine::version_of(one.wanted)) {
            refusals.push_back(&refusal);
        }
    }
    return refusals;
}

const engine::HeldCertificate* held_by(const Examination& seen, const std::string& thumbprint) {
    const auto& my = seen.view->world.my;
    const auto at = std::ranges::find(my, thumbprint, &engine::HeldCertificate::thumbprint);
    return at == my.end() ? nullptr : &*at;
}

engine::RenewalOutlook outlook_of(const Examination& seen, const engine::HeldCertificate& held) {
    const engine::Snapshot& world = seen.view->world;
    return engine::renewal_outlooks(world)[static_cast<std::size_t>(&held - world.my.data())];
}

std::string account_of(const Examination& seen) {
    const std::string& name = seen.view->world.account.sam_account_name;
    return name.empty() ? "the account" : name;
}

}  // namespace ae::service
