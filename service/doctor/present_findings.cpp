// HAV1-HAV7: what of a template is here already.
#include "engine/asked.h"
#include "engine/base/text.h"
#include "engine/disposal.h"
#include "engine/held_review.h"
#include "service/doctor/case.h"
#include "service/doctor/doctor.h"

#include <algorithm>

namespace ae::service {
namespace {

using engine::Decision;
using engine::EventSource;
using engine::HeldCertificate;
using engine::Verdict;
using enum FindingVerdict;

Finding finding(const TemplateCase& one, std::string id, FindingVerdict verdict,
                std::string sentence, const Decision& decision) {
    return {.id = std::move(id),
            .stage = Stage::present,
            .verdict = verdict,
            .subject = one.wanted.name,
            .sentence = std::move(sentence),
            .evidence = {"rule " + decision.rule + ": " + decision.fact}};
}

// It is the expected state only where the template asks for nothing more, and renewal will come or
// is not meant to.
Finding held(const Examination& seen, const TemplateCase& one, const Decision& decision,
             const HeldCertificate& held) {
    if (decision.rule == "Q5") {
        Finding unknown = finding(one, "HAV7", warn,
                                  "The certificate of " + one.wanted.name +
                                      " exists, but whether its key works cannot be told now.",
                                  decision);
        unknown.remedy =
            "Look at the token or the provider that keeps the key; \"aeclient key-test\" tries it.";
        return unknown;
    }
    const std::string start =
        "A valid certificate of " + one.wanted.name + " exists (" + held.thumbprint + ")";
    const std::string end = "it ends " + ae::to_string(held.facts.not_after) + '.';
    if (one.decision.verdict != Verdict::held) {
        return finding(one, "HAV1", ok, start + "; " + end, decision);
    }
    const engine::RenewalOutlook outlook = outlook_of(seen, held);
    if (outlook.date) {
        return finding(one, "HAV1", ok,
                       start + ", renewal starts " + ae::to_string(outlook.date->begins) +
                           ". This is the expected state.",
                       decision);
    }
    if (engine::skips_renewal(one.wanted)) {
        return finding(one, "HAV1", ok,
                       start + ", and the template excludes automatic renewal; " + end +
                           " This is the expected state.",
                       decision);
    }
    Finding last =
        finding(one, "HAV1", warn,
                start + ", and no renewal will come (" + outlook.reason + "); " + end, decision);
    last.remedy = "Let policy allow renewal (AEPolicy 7), or renew it by hand: " +
                  engine::command_line("renew", seen.scope, held.thumbprint);
    return last;
}

// What a new certificate is needed for.
Finding needed(const TemplateCase& one) {
    const Decision& decision = one.decision;
    if (decision.verdict == Verdict::renew) {
        return finding(one, "HAV1", note,
                       "The certificate of " + one.wanted.name + " is due; the next run renews it.",
                       decision);
    }
    if (decision.rule == "Q1") {
        return finding(
            one, "HAV1", note,
            "No certificate of " + one.wanted.name + " is here; the next run requests one.",
            decision);
    }
    return finding(
        one, "HAV7", warn,
        "The certificate of " + one.wanted.name + " exists but is of no use; it will be replaced.",
        decision);
}

std::vector<Finding> about_certificates(const Examination& seen, const TemplateCase& one) {
    std::vector<Finding> findings;
    for (const Decision* decision : one.certificates) {
        const HeldCertificate* certificate = held_by(seen, decision->subject);
        if (decision->verdict == Verdict::held && certificate != nullptr) {
            findings.push_back(held(seen, one, *decision, *certificate));
        }
    }
    return findings;
}

// D4: where userCertificate cannot be read, nobody knows.
Finding published(const TemplateCase& one) {
    if (one.decision.verdict == Verdict::published) {
        return finding_of(one, "The directory already holds a certificate of " + one.wanted.name +
                                   ", so none is requested here; it was made on another computer.");
    }
    Finding unknown = finding_of(one, "Whether the directory already holds a certificate of " +
                                          one.wanted.name + " cannot be told.");
    unknown.verdict = std::max(unknown.verdict, warn);
    return unknown;
}

std::vector<Finding> about_template(const TemplateCase& one) {
    const bool requested =
        one.decision.verdict == Verdict::enroll || one.decision.verdict == Verdict::renew;
    if (requested) {
        if (one.decision.rule == "Q7") {
            return {};  // INS7
        }
        return {needed(one)};
    }
    if (!one.cause) {
        return {};
    }
    if (one.cause->id == "HAV3") {
        return {published(one)};
    }
    if (one.cause->id == "HAV4") {
        return {finding_of(one, one.wanted.name + " is " + one.decision.fact + ".",
                           "None is needed; edit msPKI-Supersede-Templates of the other template "
                           "if it should not replace this one.")};
    }
    if (one.cause->id == "HAV5") {
        return {finding_of(
            one, "Another computer enrolls for this user now: " + one.decision.fact + ".")};
    }
    return {};
}

// HAV2: `certutil -store my` and certlm.msc list them beside the ones that count.
std::vector<Finding> archived(const Examination& seen, const TemplateCase& one) {
    if (!seen.archived) {
        return {};
    }
    const engine::TemplateIndex index(seen.view->world.templates);
    const auto is_ours = [&](const engine::CertificateFacts& facts) {
        const auto place = index.find(facts);
        return place && &seen.view->world.templates[*place] == &one.wanted;
    };
    const auto count = std::ranges::count_if(*seen.archived, is_ours);
    if (count == 0) {
        return {};
    }
    return {{.id = "HAV2",
             .stage = Stage::present,
             .verdict = note,
             .subject = one.wanted.name,
             .sentence = std::to_string(count) + " archived certificates of " + one.wanted.name +
                         " are present; `certutil -store my` shows them, the agent ignores "
                         "them.",
             .evidence = {"aeclient certs --archived lists them"}}};
}

// HAV6: it looks like what a template makes, and is not managed.
bool looks_like(const HeldCertificate& foreign, const TemplateCase& one) {
    const auto& usages = one.wanted.extended_key_usages;
    return !usages.empty() &&
           std::ranges::is_permutation(foreign.facts.extended_key_usages, usages);
}

std::vector<Finding> foreign(const Examination& seen, const std::vector<TemplateCase>& cases) {
    std::vector<Finding> findings;
    const engine::TemplateIndex index(seen.view->world.templates);
    for (const HeldCertificate& one : seen.view->world.my) {
        const auto like = std::ranges::find_if(
            cases, [&](const TemplateCase& each) { return looks_like(one, each); });
        if (index.find(one.facts) || like == cases.end()) {
            continue;
        }
        findings.push_back(
            {.id = "HAV6",
             .stage = Stage::present,
             .verdict = note,
             .subject = one.thumbprint,
             .sentence = one.thumbprint + " carries no template of this forest and is not managed.",
             .evidence = {"subject " + one.facts.subject + ", issuer " + one.facts.issuer +
                              ", valid until " + ae::to_string(one.facts.not_after),
                          "its usages are those of " + like->wanted.name}});
    }
    return findings;
}

}  // namespace

std::vector<Finding> present_findings(const Examination& seen) {
    std::vector<Finding> findings;
    const std::vector<TemplateCase> cases = cases_of(seen);
    const auto append = [&](std::vector<Finding> more) {
        findings.insert(findings.end(), more.begin(), more.end());
    };
    for (const TemplateCase& one : cases) {
        append(about_certificates(seen, one));
        append(about_template(one));
        append(archived(seen, one));
    }
    if (seen.view) {
        append(foreign(seen, cases));
    }
    return findings;
}

}  // namespace ae::service
