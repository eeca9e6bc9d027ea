#include "service/doctor/answer.h"

#include "engine/base/text.h"
#include "engine/held_review.h"
#include "service/doctor/case.h"

#include <algorithm>

namespace ae::service {
namespace {

using engine::Verdict;

std::string cannot(std::string_view diagnosis) {
    return "cannot be requested: " + std::string(diagnosis);
}

// What stands in everybody's way, or in this template's.
const Finding* failure_of(const std::vector<Finding>& findings, const std::string& name) {
    const auto at = std::ranges::find_if(findings, [&](const Finding& one) {
        return one.verdict == FindingVerdict::fail &&
               (equal_ignoring_case(one.subject, name) ||
                (one.subject.empty() && one.stage <= Stage::policy) || one.stage == Stage::key);
    });
    return at == findings.end() ? nullptr : &*at;
}

// The certificate that the template's decision rests on: the one that stays, else any valid one.
const engine::HeldCertificate* holder(const Examination& seen, const TemplateCase& one) {
    const engine::HeldCertificate* best = nullptr;
    for (const engine::Decision* each : one.certificates) {
        const engine::HeldCertificate* held = held_by(seen, each->subject);
        if (held == nullptr || !engine::is_valid(*held, seen.view->world.now)) {
            continue;
        }
        if (each->verdict == Verdict::held) {
            return held;
        }
        best = held;
    }
    return best;
}

std::string satisfied(const Examination& seen, const TemplateCase& one) {
    const engine::HeldCertificate* held = holder(seen, one);
    if (held == nullptr) {
        return "is satisfied by " + one.decision.fact;
    }
    const auto renewal = outlook_of(seen, *held).date;
    return "is satisfied by " + held->thumbprint + " until " +
           ae::to_string(renewal ? renewal->begins : held->facts.not_after);
}

std::string waiting_id(const Examination& seen, const TemplateCase& one) {
    for (const engine::PendingRequest& each : seen.view->world.pending) {
        if (each.request_id && equal_ignoring_case(each.template_name, one.wanted.name)) {
            return std::to_string(*each.request_id);
        }
    }
    return "number unknown";
}

// Every CA that would be asked has failed.
const Finding* unreachable(const Examination& seen, const std::vector<Finding>& findings,
                           const TemplateCase& one) {
    const Finding* last = nullptr;
    for (const engine::Action& action : seen.view->plan.actions) {
        if (action.template_name != one.wanted.name || action.cas.empty()) {
            continue;
        }
        for (const engine::CaRef& ca : action.cas) {
            const auto at = std::ranges::find_if(findings, [&](const Finding& each) {
                return each.verdict == FindingVerdict::fail && each.subject == ca.config();
            });
            if (at == findings.end()) {
                return nullptr;
            }
            last = &*at;
        }
    }
    return last;
}

bool asks_user(const Examination& seen, const TemplateCase& one) {
    return std::ranges::any_of(seen.view->plan.actions, [&](const engine::Action& action) {
        return action.interactive && action.template_name == one.wanted.name;
    });
}

bool is_for_others(const Cause& cause) { return cause.id == "RGT3" || cause.id == "RGT4"; }

// What keeps the request that the plan has from being made, or from being of any use (RGT5).
const Finding* obstacle(const std::vector<Finding>& findings, const std::string& name) {
    const auto at = std::ranges::find_if(findings, [&](const Finding& one) {
        return one.verdict == FindingVerdict::fail && one.stage < Stage::refusal &&
               (one.stage == Stage::key || equal_ignoring_case(one.subject, name));
    });
    return at == findings.end() ? nullptr : &*at;
}

std::string requested(const Examination& seen, const std::vector<Finding>& findings,
                      const TemplateCase& one) {
    const Finding* failure = obstacle(findings, one.wanted.name);
    failure = failure != nullptr ? failure : unreachable(seen, findings, one);
    if (failure != nullptr) {
        return cannot(failure->id);
    }
    return asks_user(seen, one) ? "waits for you" : "will be requested at the next run";
}

std::string pending(const Examination& seen, const std::vector<Finding>& findings,
                    const TemplateCase& one) {
    const Finding* failure = failure_of(findings, one.wanted.name);
    return failure != nullptr ? cannot(failure->id)
                              : "waits for approval (" + waiting_id(seen, one) + ")";
}

// A refusal has many diagnoses; RGT5 explains one of them without being a FAIL.
std::string diagnosis_of(const std::vector<Finding>& findings, const TemplateCase& one) {
    if (const Finding* failure = failure_of(findings, one.wanted.name)) {
        return failure->id;
    }
    const std::string id(one.cause ? one.cause->id : "RGT1");
    const auto at = std::ranges::find_if(findings, [&](const Finding& each) {
        return each.verdict == FindingVerdict::warn && each.subject == one.wanted.name;
    });
    return id == "REF" && at != findings.end() ? at->id : id;
}

// What the next run does is the plan's word; the findings say why.
std::string end_of(const Examination& seen, const std::vector<Finding>& findings,
                   const TemplateCase& one) {
    switch (one.decision.verdict) {
        case Verdict::held:
            return satisfied(seen, one);
        case Verdict::enroll:
        case Verdict::renew:
            return requested(seen, findings, one);
        case Verdict::pending:
            return pending(seen, findings, one);
        case Verdict::needs_user:
            return "waits for you";
        default:
            break;
    }
    return one.cause && is_for_others(*one.cause) ? "is not for this account: " + one.decision.rule
                                                  : cannot(diagnosis_of(findings, one));
}

}  // namespace

std::string answer_line(const Examination& seen, const std::vector<Finding>& findings) {
    const std::vector<TemplateCase> cases = cases_of(seen);
    if (!cases.empty()) {
        const auto stop = std::ranges::find_if(findings, [](const Finding& one) {
            return one.verdict == FindingVerdict::fail && one.subject.empty() &&
                   one.stage <= Stage::policy;
        });
        const TemplateCase& one = cases.front();
        const bool stopped =
            stop != findings.end() && one.decision.verdict != engine::Verdict::held;
        return one.wanted.name + ' ' + (stopped ? cannot(stop->id) : end_of(seen, findings, one));
    }
    const Finding* failure = failure_of(findings, seen.template_name);
    return seen.template_name + ' ' + cannot(failure == nullptr ? "RGT1" : failure->id);
}

}  // namespace ae::service
