#include "engine/disposal.h"

#include "engine/base/text.h"
#include "engine/candidate.h"
#include "engine/policy_gates.h"

#include <algorithm>

namespace ae::engine {
namespace {

// RFC 5280 4.2.1.3, first octet: keyEncipherment, dataEncipherment, keyAgreement.
constexpr std::uint8_t kEncryptingUsages = 0x20 | 0x10 | 0x08;

// Both template extensions stand there and disagree: the version extension decides, and it is said.
std::string disagreement(const Template& of, const HeldCertificate& held) {
    const auto& reference = held.facts.template_reference;
    if (!reference || reference->oid.empty() || reference->name.empty() ||
        equal_ignoring_case(reference->name, of.name) || reference->name == of.oid) {
        return {};
    }
    return "; its other template extension names " + printable(reference->name) +
           ", which is ignored";
}

// One template's certificates, or one lineage of them.
class Reviewer {
  public:
    Reviewer(const Snapshot& world, const Template& of, const HeldOfTemplate& held,
             const Requirement& requirement, const NamedFew& replaced_by)
        : world_(world),
          of_(of),
          requirement_(requirement),
          held_(held),
          replaced_by_(replaced_by),
          review_(review_held(of, held, world.account, world.now)) {
        const auto valid = std::ranges::find_if(
            held, [&](const HeldCertificate* one) { return is_valid(*one, world.now); });
        newest_valid_ = valid == held.end() ? nullptr : *valid;
    }

    Decision decide(const HeldCertificate& held) const {
        Decision decision = decided(held);
        decision.fact += disagreement(of_, held);
        return decision;
    }

  private:
    Decision make(const HeldCertificate& held, Verdict verdict, std::string rule,
                  std::string fact) const {
        return {.about = About::certificate,
                .template_name = of_.name,
                .subject = held.thumbprint,
                .verdict = verdict,
                .rule = std::move(rule),
                .fact = std::move(fact)};
    }

    Decision decided(const HeldCertificate& held) const {
        if (world_.policy.disabled()) {
            return make(held, Verdict::left_alone, "A1", gate_text(world_.policy) + ": disabled");
        }
        const Condition condition = condition_of(held, world_.now);
        if (condition == Condition::revoked) {
            return dispose(held, "Q4", "it is revoked: " + held.chain.detail,
                           world_.policy.manage());
        }
        if (!replaced_by_.first.empty()) {
            return dispose(held, "U3",
                           "a valid certificate of " + names_of(replaced_by_, world_.templates) +
                               " is held, which supersedes " + of_.name,
                           world_.policy.enroll() || world_.policy.manage());
        }
        if (condition == Condition::expired) {
            return decide_expired(held);
        }
        return condition == Condition::valid ? decide_valid(held)
                                             : decide_unusable(held, condition);
    }

    Decision dispose(const HeldCertificate& held, std::string rule, std::string fact,
                     bool allowed) const {
        if (!allowed) {
            Decision off = make(held, Verdict::policy_off, std::move(rule),
                                fact + "; " + gate_text(world_.policy));
            off.remedy = "set AEPolicy to 7" + origin_text(world_.policy);
            return off;
        }
        const bool archives = disposal_kind(of_, held.facts) == ActionKind::archive;
        return make(held, archives ? Verdict::archive : Verdict::remove, std::move(rule),
                    std::move(fact));
    }

    Decision decide_expired(const HeldCertificate& held) const {
        const std::string fact = "it expired at " + ae::to_string(held.facts.not_after);
        if (newest_valid_ != nullptr && newest_valid_->key == KeyState::usable) {
            return dispose(held, "X1", fact + ", and " + named(*newest_valid_) + " replaces it",
                           world_.policy.manage());
        }
        return make(held, Verdict::left_alone, "X1", fact + ", and nothing replaces it yet");
    }

    // A pulse that was cut off, or whose disk refused, after its renewal was installed.
    const HeldCertificate* successor_of(const HeldCertificate& held) const {
        const auto at = std::ranges::find_if(held_, [&](const HeldCertificate* one) {
            return one->thumbprint == held.successor && is_valid(*one, world_.now) &&
                   one->key == KeyState::usable;
        });
        return at == held_.end() ? nullptr : *at;
    }

    Decision dispose_late(const HeldCertificate& held, const HeldCertificate& successor) const {
        return dispose(held, "X1", named(successor) + " renewed it",
                       world_.policy.enroll() || world_.policy.manage());
    }

    Decision decide_valid(const HeldCertificate& held) const {
        const HeldCertificate* successor = successor_of(held);
        if (review_.decides != &held && successor != nullptr) {
            return dispose_late(held, *successor);
        }
        if (review_.decides != &held) {
            return make(held, Verdict::left_alone, "Q15",
                        "it is valid until " + ae::to_string(held.facts.not_after) + ", and " +
                            named(*review_.decides) + " decides for the template");
        }
        if (review_.need != Need::renew) {
            return make(held, Verdict::held, review_.rule, review_.fact);
        }
        return decide_renewal(held);
    }

    // The renewal is the template's business; here is what it means for this certificate.
    Decision decide_renewal(const HeldCertificate& held) const {
        for (const Wish& wish : requirement_.wishes) {
            if (wish.review.decides == &held) {
                return make(held, Verdict::renew, review_.rule, review_.fact);
            }
        }
        const auto own = requirement_.obstacles.find(&held);
        const Decision& reason =
            own == requirement_.obstacles.end() ? requirement_.decision : own->second;
        Decision decision =
            make(held, Verdict::left_alone, reason.rule,
                 review_.fact + "; " + std::string(to_string(reason.verdict)) + ": " + reason.fact);
        if (auto closed = closed_gate(of_, world_.policy, review_)) {
            decision = make(held, Verdict::policy_off, closed->rule, closed->fact);
            decision.remedy = closed->remedy;
        } else if (reason.verdict == Verdict::superseded) {
            decision.rule = "U4";
        }
        return decision;
    }

    Decision decide_unusable(const HeldCertificate& held, Condition condition) const {
        const HeldCertificate* successor = successor_of(held);
        if (condition != Condition::not_yet_valid && successor != nullptr) {
            return dispose_late(held, *successor);
        }
        switch (condition) {
            case Condition::not_yet_valid:
                return make(held, Verdict::left_alone, "Q10",
                            "it is not valid before " + ae::to_string(held.facts.not_before));
            case Condition::key_gone:
                return make(held, Verdict::left_alone, "Q5", "its key is gone: " + held.key_detail);
            default:
                return make(held, Verdict::left_alone, "Q14",
                            "it does not chain to a trusted root: " + held.chain.detail);
        }
    }

    const Snapshot& world_;
    const Template& of_;
    const Requirement& requirement_;
    const HeldOfTemplate& held_;
    const NamedFew& replaced_by_;
    Review review_;
    const HeldCertificate* newest_valid_ = nullptr;
};

std::optional<ActionKind> action_of(Verdict verdict) {
    switch (verdict) {
        case Verdict::archive:
            return ActionKind::archive;
        case Verdict::remove:
            return ActionKind::remove;
        default:
            return std::nullopt;
    }
}

}  // namespace

bool only_signs(const CertificateFacts& certificate) {
    return !certificate.key_usage.empty() &&
           (certificate.key_usage.front() & kEncryptingUsages) == 0;
}

ActionKind disposal_kind(const Template& of, const CertificateFacts& certificate) {
    const bool asked = (of.enrollment_flags & enrollment_flag::kRemoveInvalidCertificate) != 0;
    return asked && only_signs(certificate) ? ActionKind::remove : ActionKind::archive;
}

std::vector<Disposal> replaced_by_new(const Template& of, const HeldOfTemplate& held,
                                      const Review& review, const AutoenrollPolicy& policy,
                                      Time now) {
    std::vector<Disposal> replaced;
    for (const HeldCertificate* one : held) {
        const Condition condition = condition_of(*one, now);
        if (condition == Condition::revoked && policy.manage()) {
            continue;  // goes at once (Q4)
        }
        if (condition == Condition::not_yet_valid) {
            continue;  // its time is still to come (Q10)
        }
        const bool expired = condition == Condition::expired && policy.manage();
        if (one == review.decides || expired) {
            replaced.push_back({disposal_kind(of, one->facts), one->thumbprint,
                                one == review.decides ? "renewed or enrolled anew" : "expired"});
        }
    }
    return replaced;
}

std::vector<Disposal> replaced_by_answer(const PendingRequest& request, const Snapshot& world,
                                         const TemplateIndex& index) {
    if (request.predecessor.empty()) {
        return {};
    }
    const auto held =
        std::ranges::find(world.my, request.predecessor, &HeldCertificate::thumbprint);
    const auto place = held == world.my.end() ? std::nullopt : index.find(held->facts);
    if (!place || condition_of(*held, world.now) == Condition::not_yet_valid) {
        return {};
    }
    return {{disposal_kind(world.templates[*place], held->facts), held->thumbprint,
             "renewed or enrolled anew"}};
}

CertificatePlan plan_certificates(const Snapshot& world, const std::vector<HeldOfTemplate>& held,
                                  const Requirements& requirements) {
    std::vector<std::optional<Decision>> decisions(
        world.my.size());  // foreign: none, never touched
    for (std::size_t i = 0; i < held.size(); ++i) {
        if (held[i].empty()) {
            continue;
        }
        const Template& of = world.templates[i];
        const auto lineages =
            carries_names_over(of) ? lineages_of(held[i]) : std::vector<HeldOfTemplate>{held[i]};
        for (const HeldOfTemplate& lineage : lineages) {
            const Reviewer reviewer(world, of, lineage, requirements.of_template[i],
                                    requirements.replaced_by_held[i]);
            for (const HeldCertificate* one : lineage) {
                decisions[static_cast<std::size_t>(one - world.my.data())] = reviewer.decide(*one);
            }
        }
    }
    CertificatePlan plan;
    plan.decisions.reserve(decisions.size());
    for (std::optional<Decision>& decision : decisions) {
        if (!decision) {
            continue;
        }
        if (const auto kind = action_of(decision->verdict)) {
            plan.actions.push_back({.kind = *kind,
                                    .decision = plan.decisions.size(),
                                    .template_name = decision->template_name,
                                    .thumbprint = decision->subject,
                                    .reason = decision->fact});
        }
        plan.decisions.push_back(std::move(*decision));
    }
    return plan;
}

}  // namespace ae::engine
