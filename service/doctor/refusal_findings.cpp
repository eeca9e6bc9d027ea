// REF1-REF11: what a CA said when it refused, by its code (the table of docs/doctor.md).
#include "engine/base/hresult_table.h"
#include "engine/base/text.h"
#include "engine/ca_selection.h"
#include "engine/ticket_age.h"
#include "service/doctor/case.h"
#include "service/doctor/doctor.h"
#include "service/doctor/event_search.h"

#include <algorithm>
#include <array>

namespace ae::service {
namespace {

using engine::EventId;
using engine::EventSource;
using enum FindingVerdict;

struct Row {
    std::uint32_t code;
    std::string_view id;
    std::string_view sentence;  // {T} the template, {C} the CA, {R} the request
    std::string_view remedy;    // empty: what the code's own row says
};
constexpr std::string_view kSignatures =
    "The request for {T} needs signatures that this account cannot give.";
constexpr std::string_view kIssuance = "Change the issuance requirements of the template.";
constexpr std::string_view kArchival = "{C} and this agent do not agree about archiving the key.";
constexpr std::array kRows = {
    Row{0x80094012, "REF1", "The CA's view of this account has no Enroll right on {T}.",
        "Look at the template's permissions as the CA sees them: its domain controller may lag "
        "behind; then sign in again (a machine: restart it)."},
    Row{0x80094011, "REF2", "{C} does not accept requests from this account.",
        "Correct it on the CA's security tab."},
    Row{0x80094800, "REF3", "{C} does not issue {T}.",
        "Publish the template on the CA, and give the CA Read on the template."},
    Row{0x80094807, "REF4", "Our copy of {T} is newer than the CA's.",
        "Wait for the replication of the directory, or restart the CA's service."},
    Row{0x80094811, "REF5", "The key is shorter than the CA's copy of {T} asks.",
        "Wait for the replication of the directory, or restart the CA's service."},
    Row{0x8009480D, "REF6", "The account has no UPN in the directory, which {T} asks for.",
        "Fill userPrincipalName of the account."},
    Row{0x8009480E, "REF6", "The account has no GUID in the directory, which {T} asks for.",
        "Look at objectGUID of the account as the CA may read it."},
    Row{0x8009480F, "REF6", "The account has no DNS name in the directory, which {T} asks for.",
        "Fill dNSHostName of the account."},
    Row{0x80094812, "REF6", "The account has no mail address in the directory, which {T} asks for.",
        "Fill mail of the account."},
    Row{0x80094809, "REF7", kSignatures, kIssuance},
    Row{0x8009480A, "REF7", kSignatures, kIssuance},
    Row{0x8009480B, "REF7", kSignatures, kIssuance},
    Row{0x8009480C, "REF7", kSignatures, kIssuance},
    Row{0x80094814, "REF8", "The renewal period of {T} is longer than its validity.",
        "Correct the periods of the template, or renew the CA's certificate."},
    Row{0x80094014, "REF9", "A certificate manager denied request {R} for {T}.",
        "Ask the certificate manager of {C}."},
    Row{0x80094804, "REF10", kArchival, ""},
    Row{0x80094810, "REF10", kArchival, ""},
    Row{0x8009481A, "REF10", "{C} wants the key for {T} attested, and did not get it.", ""},
};
constexpr Row kAny{0, "REF11", "{C} refused the request for {T}.", ""};

const Row& row_of(Hresult code) {
    const auto* at = std::ranges::find(kRows, value_of(code), &Row::code);
    return at == kRows.end() ? kAny : *at;
}

struct Names {
    const std::string& template_name;
    std::string ca;
    std::string request;
};

std::string filled(std::string_view pattern, const Names& names) {
    std::string text;
    for (std::size_t at = 0; at < pattern.size();) {
        const std::string_view rest = pattern.substr(at);
        const bool placeholder =
            rest.starts_with("{T}") || rest.starts_with("{C}") || rest.starts_with("{R}");
        if (!placeholder) {
            text += pattern[at++];
            continue;
        }
        text += rest[1] == 'T' ? names.template_name : rest[1] == 'C' ? names.ca : names.request;
        at += 3;
    }
    return text;
}

// A CA that said no once, or long ago, is asked again; so is another one at once.
bool is_asked_again(const TemplateCase& one) {
    return one.decision.verdict == engine::Verdict::enroll ||
           one.decision.verdict == engine::Verdict::renew;
}

std::string times(unsigned count) { return count == 1 ? "once" : std::to_string(count) + " times"; }

Finding refused(const Examination& seen, const TemplateCase& one, const engine::Refusal& refusal) {
    const StoredEvent* event = latest_event(
        seen,
        {EventId::ce_pending_denied, EventId::ce_enrollment_failed, EventId::ce_renewal_failed,
         EventId::ce_enroll_failed_at_ca, EventId::ce_renew_failed_at_ca},
        one.wanted.name, refusal.ca.config());
    const StoredEvent* numbered = latest_event(
        seen,
        {EventId::ce_pending_denied, EventId::ce_enrollment_failed, EventId::ce_renewal_failed},
        one.wanted.name, refusal.ca.config());
    const std::string request = numbered == nullptr ? "" : request_in(*numbered);
    const Row& row = row_of(refusal.code);
    const Names names{one.wanted.name, refusal.ca.config(),
                      request.empty() ? "(number unknown)" : request};
    Finding bad{.id = std::string(row.id),
                .stage = Stage::refusal,
                .verdict = is_asked_again(one) ? warn : fail,
                .subject = one.wanted.name,
                .sentence = filled(row.sentence, names),
                .remedy = row.remedy.empty() ? std::string(remedy_for(refusal.code))
                                             : filled(row.remedy, names)};
    bad.evidence = {names.ca + " said " + describe(refusal.code),
                    "refused " + times(refusal.count) + " since the template's version " +
                        refusal.template_version + ", last at " + ae::to_string(refusal.last)};
    if (!request.empty()) {
        bad.evidence.push_back("look up request " + request +
                               " in the CA's failed requests and its event 53");
    }
    if (event != nullptr) {
        bad.evidence.push_back(event_text(*event));
    }
    if (one.decision.verdict == engine::Verdict::waiting) {
        bad.evidence.push_back("rule " + one.decision.rule + ": " + one.decision.fact);
    }
    bad.events = {{EventSource::cert_enroll, 17}, {EventSource::cert_enroll, 13}};
    if (refusal.code == hresult(0x80094014)) {
        bad.events = {{EventSource::cert_enroll, 9}};
    }
    bad.codes = {refusal.code};
    return bad;
}

// RGT5 says why the CA said this, and INS2 what a refused renewal means.
bool is_told_elsewhere(const Examination& seen, const std::vector<Finding>& rights,
                       const engine::Refusal& refusal, const TemplateCase& one) {
    if (engine::may_renew_anew(refusal.code)) {
        return true;
    }
    return seen.view && refusal.code == engine::kTemplateDenied &&
           std::ranges::any_of(rights, [&](const Finding& each) {
               return each.id == "RGT5" && each.subject == one.wanted.name;
           });
}

}  // namespace

std::vector<Finding> refusal_findings(const Examination& seen) {
    std::vector<Finding> findings;
    const std::vector<TemplateCase> cases = cases_of(seen);
    const std::vector<Finding> rights = rights_findings(seen);
    for (const TemplateCase& one : cases) {
        for (const engine::Refusal* refusal : refusals_of(seen, one)) {
            if (!is_told_elsewhere(seen, rights, *refusal, one)) {
                findings.push_back(refused(seen, one, *refusal));
            }
        }
    }
    if (findings.empty() && seen.view) {
        findings.push_back({.id = "REF",
                            .stage = Stage::refusal,
                            .verdict = ok,
                            .sentence = "No CA has refused what is needed now."});
    }
    return findings;
}

}  // namespace ae::service
