#include "engine/base/hresult_table.h"
#include "engine/base/text.h"
#include "engine/disposal.h"
#include "engine/errand_parts.h"

#include <utility>

namespace ae::engine {
namespace {

constexpr Hresult kNotIssuedHere = hresult(0x80094800);  // CERTSRV_E_UNSUPPORTED_CERT_TYPE

Hresult failure_of(const Decision& refusal) {
    switch (refusal.verdict) {
        case Verdict::not_readable:
        case Verdict::no_enroll_right:
            return kAccessDenied;
        case Verdict::not_offered:
            return kNotIssuedHere;
        default:
            return kNotSupported;
    }
}

std::string name_of(const Errand& errand) {
    return "request " + std::to_string(errand.request_id.value_or(0));
}

Result<const PendingRequest*> find_entry(const Snapshot& world, const Errand& errand,
                                         const Suggest& suggest) {
    std::vector<const PendingRequest*> found;
    std::vector<std::string> numbers;
    for (const PendingRequest& one : world.pending) {
        if (!one.request_id) {
            continue;  // offline, or its answer was lost: no CA can be asked by a number
        }
        numbers.push_back(std::to_string(*one.request_id));
        if (one.request_id == errand.request_id &&
            (errand.ca.empty() || is_named(one.ca, errand.ca))) {
            found.push_back(&one);
        }
    }
    if (found.empty()) {
        return fail(
            kNotFound,
            "no " + name_of(errand) + (errand.ca.empty() ? "" : " at " + printable(errand.ca)) +
                " waits here" +
                (suggest ? suggest(std::to_string(errand.request_id.value_or(0)), numbers) : ""),
            "See what waits: " + command_line("certs --store request", world.account.scope, ""));
    }
    if (found.size() > 1) {
        return fail(kInvalidArgument,
                    name_of(errand) + " waits at " + found[0]->ca.config() + " and at " +
                        found[1]->ca.config(),
                    "Say which one is meant: --ca HOST\\NAME");
    }
    return found.front();
}

}  // namespace

Plan refused(Decision refusal) {
    if (!refusal.failure) {
        refusal.failure = failure_of(refusal);
    }
    Plan plan;
    plan.decisions.push_back(std::move(refusal));
    return plan;
}

// Who asks by hand may know of an approval that AEPolicy would never ask about (N9), and N5's 60
// days are no reason not to look.
Result<Plan> plan_retrieval(const Snapshot& world, const Errand& errand, const Suggest& suggest) {
    auto found = find_entry(world, errand, suggest);
    if (!found) {
        return pass(found);
    }
    const PendingRequest& entry = **found;
    Decision decision{.about = About::request,
                      .template_name = entry.template_name,
                      .subject = entry.key_reference,
                      .verdict = Verdict::retrieve,
                      .rule = "M7",
                      .fact = name_of(errand) + " at " + entry.ca.config() + ", submitted " +
                              ae::to_string(entry.submitted)};
    if (entry.template_name.empty()) {
        decision.verdict = Verdict::left_alone;
        decision.rule = "N6";
        decision.fact += ", names no template, so its answer cannot be checked";
        return refused(std::move(decision));
    }
    Plan plan;
    plan.decisions.push_back(std::move(decision));
    plan.actions.push_back(
        {.kind = ActionKind::retrieve,
         .template_name = entry.template_name,
         .thumbprint = entry.predecessor,
         .key_reference = entry.key_reference,
         .cas = {entry.ca},
         .afterwards = replaced_by_answer(entry, world, TemplateIndex(world.templates))});
    return plan;
}

}  // namespace ae::engine
