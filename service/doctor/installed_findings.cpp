// INS1-INS8: what came of certificates that were issued, and what becomes of old ones.
#include "engine/asked.h"
#include "engine/base/hresult_table.h"
#include "engine/base/text.h"
#include "engine/ca_choice.h"
#include "engine/disposal.h"
#include "engine/held_review.h"
#include "service/doctor/case.h"
#include "service/doctor/doctor.h"
#include "service/doctor/event_search.h"
#include "service/doctor/usages.h"

#include <algorithm>

namespace ae::service {
namespace {

using engine::Decision;
using engine::EventId;
using engine::EventSource;
using engine::HeldCertificate;
using engine::Verdict;
using enum FindingVerdict;

constexpr std::size_t kMany = 5;  // archived certificates of one template that people ask about

Finding finding(std::string id, FindingVerdict verdict, std::string subject, std::string sentence) {
    return {.id = std::move(id),
            .stage = Stage::installed,
            .verdict = verdict,
            .subject = std::move(subject),
            .sentence = std::move(sentence)};
}

std::string as_sentence(std::string text) { return text.ends_with('.') ? text : text + '.'; }

bool is_named(const StoredEvent& event, EventId id) {
    return EventName{event.event.source, event.event.number} == name_of(id);
}

// INS1: the last thing that came of a request is that its answer was not believed (I1-I13).
std::vector<Finding> not_installed(const Examination& seen, const TemplateCase& one) {
    const StoredEvent* last = latest_event(seen,
                                           {EventId::ce_not_installed, EventId::ce_enrolled,
                                            EventId::ce_renewed, EventId::ce_pending_received},
                                           one.wanted.name);
    if (last == nullptr || !is_named(*last, EventId::ce_not_installed)) {
        return {};
    }
    const auto& parameters = last->event.parameters;
    Finding bad =
        finding("INS1", fail, one.wanted.name,
                "A certificate of " + one.wanted.name + " was issued and not installed: " +
                    as_sentence(parameters.empty() ? last->event.text : parameters.back()));
    bad.evidence = {event_text(*last)};
    bad.remedy = "The check that is named must hold; then run: " +
                 engine::command_line("pulse", seen.scope, {});
    bad.events = {name_of(EventId::ce_not_installed)};
    return {bad};
}

// INS2: the CA does not take the renewal, while a new certificate could be had.
std::vector<Finding> renewal_refused(const Examination& seen, const TemplateCase& one) {
    for (const engine::Refusal* refusal : refusals_of(seen, one)) {
        if (engine::may_renew_anew(refusal->code)) {
            Finding bad =
                finding("INS2", fail, one.wanted.name,
                        "The renewal of " + one.wanted.name + " fails at " + refusal->ca.config() +
                            ", where a new certificate might be had.");
            bad.evidence = {describe(refusal->code), "last at " + ae::to_string(refusal->last)};
            bad.remedy =
                "Enroll anew: " + engine::command_line("enroll", seen.scope, one.wanted.name);
            bad.events = {{EventSource::cert_enroll, 16}, {EventSource::cert_enroll, 18}};
            bad.codes = {refusal->code};
            return {bad};
        }
    }
    return {};
}

struct Neglect {
    FindingVerdict verdict{};
    std::string why{};
};
// Why nothing is done about a certificate that is about to end; nothing: something is, or an
// earlier stage has said it.
std::optional<Neglect> why_not_renewed(const Examination& seen, const engine::Action& warning) {
    const Decision* about = nullptr;
    for (const Decision& one : seen.view->plan.decisions) {
        if (one.about == engine::About::certificate && one.subject == warning.thumbprint) {
            about = &one;
        }
    }
    if (about == nullptr) {
        return Neglect{note, "it carries no template of this forest and is not managed"};
    }
    if (about->verdict == Verdict::held && about->rule != "Q5") {
        // Q12: the window has not begun, which it will.
        return Neglect{about->rule == "Q13" ? warn : note, about->fact};
    }
    return std::nullopt;
}

std::vector<Finding> about_to_expire(const Examination& seen) {
    std::vector<Finding> findings;
    const engine::Template* asked = asked_template(seen);
    for (const engine::Action& action : seen.view->plan.actions) {
        const HeldCertificate* held =
            action.kind == engine::ActionKind::warn ? held_by(seen, action.thumbprint) : nullptr;
        const bool in_view = asked == nullptr || action.template_name == asked->name;
        const auto why = held != nullptr && in_view ? why_not_renewed(seen, action) : std::nullopt;
        if (!why) {
            continue;
        }
        const bool foreign = action.template_name.empty();
        Finding soon =
            finding("INS3", why->verdict, action.thumbprint,
                    "Certificate " + action.thumbprint + " " +
                        (held->facts.not_after < seen.view->world.now ? "has expired"
                                                                      : "is about to expire") +
                        ", and no renewal is tried: " + why->why + ".");
        soon.evidence = {"subject " + held->facts.subject + ", valid until " +
                         ae::to_string(held->facts.not_after)};
        if (why->verdict == warn || foreign) {
            soon.remedy = foreign ? "Whoever brought it must renew it."
                                  : "Renew it by hand: " + engine::command_line("renew", seen.scope,
                                                                                action.thumbprint);
        }
        soon.events = {{EventSource::autoenrollment, 64}};
        findings.push_back(std::move(soon));
    }
    return findings;
}

// INS4: by design (X1).
std::vector<Finding> pile(const Examination& seen, const TemplateCase& one) {
    if (!seen.archived) {
        return {};
    }
    const engine::TemplateIndex index(seen.view->world.templates);
    std::size_t count = 0;
    std::size_t encrypting = 0;
    for (const engine::CertificateFacts& facts : *seen.archived) {
        const auto place = index.find(facts);
        if (place && &seen.view->world.templates[*place] == &one.wanted) {
            ++count;
            encrypting += engine::only_signs(facts) ? 0U : 1U;
        }
    }
    if (count <= kMany) {
        return {};
    }
    Finding many = finding(
        "INS4", note, one.wanted.name,
        "Old certificates of " + one.wanted.name + " pile up: they are archived, not deleted.");
    many.evidence = {"rule X1: " + std::to_string(count) + " are archived, " +
                     std::to_string(encrypting) + " of them can decrypt and are never deleted"};
    many.remedy =
        "None is needed; \"Delete revoked or expired certificates\" (0x400) on the "
        "template deletes those that only sign.";
    many.events = {{EventSource::cert_enroll, 10}};
    return {many};
}

// INS5: X2 takes values out only when something replaces them, and only where it may write.
std::vector<Finding> published_values(const Examination& seen) {
    const engine::Snapshot& world = seen.view->world;
    const engine::TemplateIndex index(world.templates);
    const auto expired =
        std::ranges::count_if(world.published, [&](const engine::PublishedCertificate& one) {
            return index.find(one.facts).has_value() && world.now > one.facts.not_after;
        });
    const auto going = std::ranges::count(seen.view->plan.actions, engine::ActionKind::unpublish,
                                          &engine::Action::kind);
    if (expired == 0 && going == 0) {
        return {};
    }
    Finding grows = finding(
        "INS5", note, "",
        "userCertificate of " + account_of(seen) + " holds values that are of no use any more.");
    grows.evidence = {"rule X2: of " + std::to_string(world.published.size()) + " values, " +
                      std::to_string(expired) + " have expired and go when a successor comes, " +
                      std::to_string(going) + " go with the next run"};
    grows.remedy =
        "If the number does not fall after the next run, give the account Write on its "
        "own userCertificate.";
    grows.events = {name_of(EventId::ce_user_certificate_cleaned)};
    return {grows};
}

// For client authentication MAP3 says it, with what comes of it.
bool have_same_purpose(const TemplateCase& left, const TemplateCase& right) {
    const auto& usages = left.wanted.extended_key_usages;
    return left.valid && right.valid && !usages.empty() &&
           std::ranges::find(usages, kClientAuthentication) == usages.end() &&
           std::ranges::is_permutation(usages, right.wanted.extended_key_usages);
}

bool supersedes(const TemplateCase& left, const TemplateCase& right) {
    return std::ranges::any_of(left.wanted.supersedes, [&](const std::string& name) {
        return equal_ignoring_case(name, right.wanted.name);
    });
}

// INS6: nothing tells the client that one of the two would do.
std::vector<Finding> enrolled_twice(const std::vector<TemplateCase>& cases) {
    std::vector<Finding> findings;
    for (auto left = cases.begin(); left != cases.end(); ++left) {
        for (auto right = left + 1; right != cases.end(); ++right) {
            if (!have_same_purpose(*left, *right) || supersedes(*left, *right) ||
                supersedes(*right, *left)) {
                continue;
            }
            Finding twice = finding("INS6", note, left->wanted.name,
                                    left->wanted.name + " and " + right->wanted.name +
                                        " have the same purpose, and a certificate of each is "
                                        "held.");
            twice.evidence = {"their usages are " + join(left->wanted.extended_key_usages, ", "),
                              "neither supersedes the other"};
            twice.remedy =
                "If one would do, let it supersede the other on the template's "
                "superseded templates tab.";
            findings.push_back(std::move(twice));
        }
    }
    return findings;
}

std::vector<Finding> other_name(const Examination& seen, const TemplateCase& one) {
    if (one.decision.rule != "Q7") {
        return {};
    }
    const bool waits = one.decision.verdict == Verdict::waiting;
    const bool given_up = one.decision.verdict == Verdict::braked;
    Finding other = finding("INS7", given_up ? fail : warn, one.wanted.name,
                            "The certificate of " + one.wanted.name + " names another host than " +
                                seen.view->world.account.dns_host_name +
                                (given_up ? "; no further one is requested."
                                          : ", as the directory calls this one; " +
                                                std::string(waits ? "it is to be replaced later."
                                                                  : "it is replaced.")));
    other.evidence = {"rule Q7: " + one.decision.fact};
    other.remedy = one.decision.remedy.empty()
                       ? "None, if the host was renamed; else correct dNSHostName of the account."
                       : one.decision.remedy;
    other.events = {name_of(EventId::ce_name_mismatch),
                    name_of(EventId::ce_name_mismatch_given_up)};
    return {other};
}

std::vector<Finding> braked(const TemplateCase& one) {
    if (!one.cause || one.cause->id != "INS8") {
        return {};
    }
    return {finding_of(one, "Certificates of " + one.wanted.name +
                                " were issued again and again for the same reason; no further one "
                                "is requested.")};
}

}  // namespace

std::vector<Finding> installed_findings(const Examination& seen) {
    std::vector<Finding> findings;
    if (!seen.view) {
        return findings;
    }
    const auto append = [&](std::vector<Finding> more) {
        findings.insert(findings.end(), more.begin(), more.end());
    };
    const std::vector<TemplateCase> cases = cases_of(seen);
    for (const TemplateCase& one : cases) {
        append(not_installed(seen, one));
        append(renewal_refused(seen, one));
        append(other_name(seen, one));
        append(braked(one));
        append(pile(seen, one));
    }
    append(about_to_expire(seen));
    append(enrolled_twice(cases));
    if (seen.template_name.empty()) {
        append(published_values(seen));
    }
    if (findings.empty()) {
        findings.push_back(
            finding("INS", ok, "", "What was issued is installed, and nothing is overdue."));
    }
    return findings;
}

}  // namespace ae::service
