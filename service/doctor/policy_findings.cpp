// POL1-POL5, POL7-POL9: what AEPolicy allows, beside what the rules would need.
#include "engine/asked.h"
#include "engine/base/text.h"
#include "engine/policy_gates.h"
#include "policy/autoenroll_policy.h"
#include "service/doctor/case.h"
#include "service/doctor/doctor.h"

#include <algorithm>
#include <iterator>

namespace ae::service {
namespace {

using engine::AutoenrollPolicy;
using engine::EventSource;
using engine::Verdict;
using enum FindingVerdict;

constexpr const char* kTick =
    "In the group policy object \"Certificate Services Client - Auto-Enrollment\", tick both boxes "
    "(AEPolicy 7).";

const AutoenrollPolicy& policy_of(const Examination& seen) {
    static const AutoenrollPolicy kNone{};
    if (seen.view) {
        return seen.view->world.policy;
    }
    return seen.status ? seen.status->policy : kNone;
}

bool allows_anything(const AutoenrollPolicy& policy) {
    return policy.enroll() || policy.manage() || policy.pending();
}

std::string scope_text(engine::Scope scope) { return std::string(to_string(scope)); }

engine::Scope other(engine::Scope scope) {
    return scope == engine::Scope::machine ? engine::Scope::user : engine::Scope::machine;
}

std::string value_text(const AutoenrollPolicy& policy) {
    return policy.bits
               ? "AEPolicy is " + engine::policy_bits_text(*policy.bits) + ", from " + policy.source
               : std::string("AEPolicy is set nowhere");
}

Finding finding(std::string id, FindingVerdict verdict, std::string sentence,
                const AutoenrollPolicy& policy) {
    return {.id = std::move(id),
            .stage = Stage::policy,
            .verdict = verdict,
            .sentence = std::move(sentence),
            .evidence = {value_text(policy)}};
}

Finding unreadable(const Examination& seen) {
    return {.id = "POL2",
            .stage = Stage::policy,
            .verdict = fail,
            .sentence = "The policy cannot be read, so nothing is enrolled.",
            .evidence = {seen.status->policy_problem},
            .remedy = "Correct the value that is named, then run: " +
                      engine::command_line("pulse", seen.scope, {}),
            .events = {{EventSource::autoenrollment, 6}}};
}

Finding disabled(const AutoenrollPolicy& policy) {
    Finding off = finding(
        "POL1", fail,
        "Autoenrollment is disabled by policy (" + engine::policy_bits_text(*policy.bits) + ").",
        policy);
    off.remedy = "Set the policy \"Certificate Services Client - Auto-Enrollment\" to Enabled.";
    return off;
}

// POL5 says more than POL2, where the other side has what this one lacks.
Finding nothing_ticked(const Examination& seen, const AutoenrollPolicy& policy) {
    if (seen.other_policy && allows_anything(*seen.other_policy)) {
        Finding wrong = finding(
            "POL5", fail, "Policy is set for the " + scope_text(other(seen.scope)) + " side only.",
            policy);
        wrong.evidence.push_back("for the " + scope_text(other(seen.scope)) + ": " +
                                 value_text(*seen.other_policy));
        wrong.remedy = "Configure the " + scope_text(seen.scope) + " side of the policy too.";
        return wrong;
    }
    Finding none = finding("POL2", fail,
                           policy.bits ? "Autoenrollment is active but no option is ticked: only "
                                         "the directory replica is refreshed."
                                       : "No policy sets autoenrollment here: only the directory "
                                         "replica is refreshed.",
                           policy);
    none.remedy = kTick;
    none.events = {{EventSource::autoenrollment, 2}, {EventSource::autoenrollment, 3}};
    return none;
}

std::string in_words(const AutoenrollPolicy& policy) {
    std::vector<std::string> allowed;
    const auto add = [&](bool set, const char* what) {
        if (set) {
            allowed.emplace_back(what);
        }
    };
    add(policy.enroll(), "enroll");
    add(policy.manage(), "renew and clean up");
    add(policy.pending(), "fetch pending requests");
    return join(allowed, ", ");
}

Finding allowed(const AutoenrollPolicy& policy) {
    return finding("POL2", ok, "Policy allows: " + in_words(policy) + ".", policy);
}

// POL8: rule A6 decided about a template, and would about any other.
std::vector<Finding> other_end_points(const std::vector<TemplateCase>& cases,
                                      const AutoenrollPolicy& policy) {
    const auto by_rule = [](const TemplateCase& one) { return one.decision.rule == "A6"; };
    const auto at = std::ranges::find_if(cases, by_rule);
    if (at == cases.end()) {
        return {};
    }
    Finding elsewhere = finding("POL8", fail,
                                "Policy points enrollment to policy servers; the directory is "
                                "not used.",
                                policy);
    elsewhere.evidence.push_back("rule A6: " + at->decision.fact);
    elsewhere.evidence.insert(elsewhere.evidence.end(), policy.notes.begin(), policy.notes.end());
    elsewhere.remedy = "Add the Active Directory enrollment policy to the group policy.";
    for (const std::uint32_t number : {67U, 70U, 73U, 77U}) {
        elsewhere.events.push_back({EventSource::cert_enroll, number});
    }
    return {elsewhere};
}

// "Policy allows pending pick-up only (0x4), and CorpMachine needs a new certificate."
std::string too_little(const AutoenrollPolicy& policy, const TemplateCase& one,
                       const std::string& need) {
    std::vector<std::string> allowed;
    if (policy.enroll()) {
        allowed.emplace_back("new certificates");
    }
    if (policy.manage()) {
        allowed.insert(allowed.end(), {"renewal", "clean-up"});
    }
    if (policy.pending()) {
        allowed.emplace_back("pending pick-up");
    }
    return "Policy allows " + join(allowed, ", ") + " only (" +
           engine::policy_bits_text(policy.bits.value_or(0)) + "), and " + one.wanted.name +
           " needs " + need + '.';
}

Finding no_enroll(const TemplateCase& one, const AutoenrollPolicy& policy) {
    return finding_of(one, too_little(policy, one, "a new certificate"),
                      "Tick \"Update certificates that use certificate templates\" in the group "
                      "policy object (AEPolicy 7).");
}

// A certificate that policy forbids to renew or to put away, a request that it forbids to fetch.
const engine::Decision* held_back(const TemplateCase& one, const AutoenrollPolicy& policy) {
    for (const engine::Decision* each : one.certificates) {
        if (each->verdict == Verdict::policy_off) {
            return each;
        }
    }
    for (const engine::Decision* each : one.requests) {
        if (each->rule == "N9" && !policy.manage()) {  // else PND2
            return each;
        }
    }
    return nullptr;
}

std::vector<Finding> of_templates(const std::vector<TemplateCase>& cases,
                                  const AutoenrollPolicy& policy) {
    std::vector<Finding> findings;
    for (const TemplateCase& one : cases) {
        if (one.cause && one.cause->id == "POL3") {
            findings.push_back(no_enroll(one, policy));
        } else if (one.cause && one.cause->id == "POL4") {
            findings.push_back(finding_of(one, too_little(policy, one, "renewal"), kTick));
        } else if (const engine::Decision* each = held_back(one, policy)) {
            const bool waits = each->about == engine::About::request;
            Finding off =
                finding("POL4", warn,
                        too_little(policy, one, waits ? "pending pick-up" : "clean-up"), policy);
            off.subject = one.wanted.name;
            off.evidence.push_back("rule " + each->rule + ": " + each->fact);
            off.remedy = kTick;
            findings.push_back(std::move(off));
        }
    }
    return findings;
}

// A4: the policy key comes first; what has the local key's name was found there.
bool is_local(const AutoenrollPolicy& policy) {
    const std::string source = to_lower(policy.source);
    return policy.bits && source.ends_with(to_lower(policy::kLocalKey));
}

Finding local_value(const AutoenrollPolicy& policy) {
    return finding("POL7", note, "The value comes from the local key, not from group policy.",
                   policy);
}

// Computers of old got certificates by this list; Windows' own client still reads it, we do not.
Finding legacy_requests() {
    return {.id = "POL9",
            .stage = Stage::policy,
            .verdict = note,
            .sentence =
                "Automatic Certificate Request Settings are present; they are of Windows "
                "2000's days, and this agent does not act on them.",
            .remedy =
                "Use a version 2 template with the Autoenroll right instead, and delete the "
                "settings from the group policy object."};
}

void append(std::vector<Finding>& to, std::vector<Finding> more) {
    std::ranges::move(more, std::back_inserter(to));
}

}  // namespace

std::vector<Finding> policy_findings(const Examination& seen) {
    if (seen.status && !seen.status->policy_problem.empty()) {
        return {unreadable(seen)};
    }
    const AutoenrollPolicy& policy = policy_of(seen);
    std::vector<Finding> findings = group_policy_findings(seen);
    const bool late =
        std::ranges::any_of(findings, [](const Finding& one) { return one.verdict == fail; });
    if (policy.disabled()) {
        findings.push_back(disabled(policy));
    } else if (!allows_anything(policy)) {
        if (!late) {  // POL6 is why
            findings.push_back(nothing_ticked(seen, policy));
        }
    } else {
        const std::vector<TemplateCase> cases = cases_of(seen);
        findings.push_back(allowed(policy));
        append(findings, other_end_points(cases, policy));
        append(findings, of_templates(cases, policy));
    }
    if (is_local(policy)) {
        findings.push_back(local_value(policy));
    }
    if (seen.group_policy.legacy_requests) {
        findings.push_back(legacy_requests());
    }
    return findings;
}

}  // namespace ae::service
