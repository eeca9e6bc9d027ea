#include "service/reason_lines.h"

#include "engine/base/text.h"

#include <algorithm>

namespace ae::service {
namespace {

using engine::About;
using engine::Decision;
using engine::Verdict;

// What a verdict about a template says of its being wanted.
enum class Wanted {
    no,           // nobody meant the account to get it, or it has what it needs
    if_allowed,   // meant by its rights; AEPolicy and the certificates that are held decide
    yes,          // something was due, and an obstacle stood in the way
    if_cut_short  // it was on the list: not done only where the run ended before
};

Wanted wanted_by(const Decision& decision) {
    switch (decision.verdict) {
        case Verdict::pending:
        case Verdict::not_trusted:
        case Verdict::waiting:
        case Verdict::braked:
        case Verdict::needs_user:
        case Verdict::failed:
            return Wanted::yes;
        case Verdict::not_offered:
        case Verdict::not_supported:
        case Verdict::not_understood:
            return Wanted::if_allowed;
        case Verdict::not_autoenrollable:
            // Rules E1 and E2 come before the rights: nothing shows that it was meant.
            return decision.rule == "E1" || decision.rule == "E2" ? Wanted::no : Wanted::if_allowed;
        case Verdict::not_readable:
        case Verdict::no_enroll_right:
        case Verdict::no_autoenroll_right:
            return decision.rule == "Q11" ? Wanted::yes : Wanted::no;  // the right was lost
        case Verdict::enroll:
        case Verdict::renew:
            return Wanted::if_cut_short;
        case Verdict::held:
        case Verdict::superseded:
        case Verdict::published:
        case Verdict::policy_off:
        case Verdict::wrong_context:
        case Verdict::retrieve:
        case Verdict::forget:
        case Verdict::archive:
        case Verdict::remove:
        case Verdict::left_alone:
        case Verdict::issued:
        case Verdict::archived:
        case Verdict::removed:
        case Verdict::forgotten:
            break;
    }
    return Wanted::no;
}

class Reasons {
  public:
    Reasons(const engine::PulseReport& report, const std::vector<engine::Event>& events)
        : report_(report), events_(events) {}

    std::vector<Remark> lines() {
        std::vector<Remark> lines;
        for (const Decision& decision : report_.decisions) {
            const bool said =
                warned_of(decision.template_name) ||
                std::ranges::any_of(lines, [&](const Remark& one) {
                    return equal_ignoring_case(one.template_name, decision.template_name);
                });
            if (!said && is_wanted(decision)) {
                lines.push_back(line_of(decision));
            }
        }
        return lines;
    }

  private:
    [[nodiscard]] bool is_wanted(const Decision& decision) const {
        const engine::AutoenrollPolicy& policy = report_.policy;
        const bool off = !policy.enroll() && !policy.manage() && !policy.pending();
        if (off || decision.about == About::request) {
            return false;  // the template's own decision speaks of its request
        }
        const Wanted wanted = wanted_by(decision);
        if (decision.about == About::certificate) {
            return wanted == Wanted::yes;  // rule Q15: one of several renewals of a template
        }
        switch (wanted) {
            case Wanted::no:
                return false;
            case Wanted::if_allowed:
                return fails_renewal(decision) ||
                       (policy.enroll() && (!holds_one(decision) || decision.failure));
            case Wanted::yes:
                return true;
            case Wanted::if_cut_short:
                break;
        }
        return report_.outcome == engine::Outcome::stopped;
    }

    [[nodiscard]] bool warned_of(const std::string& template_name) const {
        return std::ranges::any_of(events_, [&](const engine::Event& event) {
            return event.level != engine::EventLevel::information &&
                   equal_ignoring_case(event.template_name, template_name);
        });
    }

    template <class Fits>
    [[nodiscard]] bool any_certificate(const Decision& of, const Fits& fits) const {
        return std::ranges::any_of(report_.decisions, [&](const Decision& one) {
            return one.about == About::certificate && one.template_name == of.template_name &&
                   fits(one);
        });
    }
    // A valid certificate whose renewal is not due.
    [[nodiscard]] bool holds_one(const Decision& decision) const {
        return any_certificate(decision,
                               [](const Decision& one) { return one.verdict == Verdict::held; });
    }
    // The held certificate stays, for the very reason that speaks against the template.
    [[nodiscard]] bool fails_renewal(const Decision& decision) const {
        return any_certificate(decision, [&](const Decision& one) {
            return one.verdict == Verdict::left_alone && one.rule == decision.rule;
        });
    }

    [[nodiscard]] Remark line_of(const Decision& decision) const {
        const bool renewal = decision.about == About::certificate ||
                             decision.verdict == Verdict::renew || fails_renewal(decision);
        std::string text = "template " + decision.template_name +
                           (renewal ? ": not renewed: " : ": not enrolled: ") + decision.fact +
                           " (rule " + decision.rule + ")";
        if (wanted_by(decision) == Wanted::if_cut_short) {
            text += "; the run was stopped before, the next one goes on";
        } else if (!decision.remedy.empty()) {
            text += "; " + decision.remedy;
        }
        return {engine::EventLevel::warning, std::move(text), decision.template_name};
    }

    const engine::PulseReport& report_;
    const std::vector<engine::Event>& events_;
};

}  // namespace

std::vector<Remark> reason_lines(const engine::PulseReport& report,
                                 const std::vector<engine::Event>& events) {
    return Reasons(report, events).lines();
}

}  // namespace ae::service
