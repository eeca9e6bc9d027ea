// PND1-PND5: requests that were sent and are not answered yet.
#include "engine/asked.h"
#include "engine/base/text.h"
#include "engine/pending_requests.h"
#include "service/doctor/case.h"
#include "service/doctor/doctor.h"
#include "service/doctor/event_search.h"

#include <algorithm>

namespace ae::service {
namespace {

using engine::Decision;
using engine::EventId;
using engine::EventSource;
using engine::PendingRequest;
using engine::Verdict;
using enum FindingVerdict;

Finding finding(const Decision& decision, std::string id, FindingVerdict verdict,
                std::string sentence) {
    return {.id = std::move(id),
            .stage = Stage::pending,
            .verdict = verdict,
            .subject = decision.template_name,
            .sentence = std::move(sentence),
            .evidence = {"rule " + decision.rule + ": " + decision.fact},
            .remedy = decision.remedy};
}

std::string named(const PendingRequest& request) {
    return "Request " + (request.request_id ? std::to_string(*request.request_id) : "") + " at " +
           request.ca.config();
}

Finding waits(const Examination& seen, const Decision& decision, const PendingRequest& request) {
    Finding wait = finding(decision, "PND1", note,
                           named(request) + " waits for approval since " +
                               ae::to_string(request.submitted) + " (deleted after 60 days).");
    wait.remedy =
        "Issue or deny it at the CA, then run: " + engine::command_line("pulse", seen.scope, {});
    wait.events = {{EventSource::cert_enroll, 21},
                   {EventSource::cert_enroll, 22},
                   {EventSource::cert_enroll, 32}};
    return wait;
}

// PND4: the last word about this request is that nobody could be asked.
std::vector<Finding> not_fetched(const Examination& seen, const Decision& decision,
                                 const PendingRequest& request) {
    const StoredEvent* last = latest_event(
        seen,
        {EventId::ce_retrieve_failed, EventId::ce_still_pending, EventId::ce_pending_received,
         EventId::ce_pending, EventId::ce_renewal_pending},
        decision.template_name, request.ca.config());
    const EventName failed = name_of(EventId::ce_retrieve_failed);
    if (last == nullptr || !request.request_id ||
        EventName{last->event.source, last->event.number} != failed ||
        request_in(*last) != std::to_string(*request.request_id)) {
        return {};
    }
    Finding bad = finding(decision, "PND4", warn,
                          named(request) + " could not be fetched; it is tried again.");
    bad.evidence = {event_text(*last)};
    bad.remedy = "See what is said of the CA itself; to ask it now: " +
                 engine::command_line("ca-ping", seen.scope, request.ca.config());
    bad.events = {failed};
    return {bad};
}

Finding not_collected(const Decision& decision, const PendingRequest& request) {
    Finding off = finding(decision, "PND2", fail,
                          named(request) +
                              " may be ready; policy does not allow the pick-up (AEPolicy lacks "
                              "0x4).");
    off.events = {{EventSource::cert_enroll, 21}};
    return off;
}

Finding dropped(const Decision& decision, const PendingRequest& request) {
    return finding(decision, "PND3", note,
                   named(request) +
                       " is older than 60 days: the next run drops it and a new one will be made.");
}

// W7, W10, N11: nobody knows whether the CA has it.
Finding lost(const Decision& decision, const PendingRequest& request) {
    return finding(decision, "PND5", note,
                   "The answer to a request for " + decision.template_name + " that was sent to " +
                       request.ca.config() + " at " + ae::to_string(request.submitted) +
                       " was lost.");
}

std::vector<Finding> about(const Examination& seen, const Decision& decision,
                           const PendingRequest& request) {
    if (engine::is_unanswered(request)) {
        return {lost(decision, request)};
    }
    if (!engine::is_submitted(request)) {
        return {};  // N6: brought by hand
    }
    if (decision.verdict == Verdict::forget) {
        return {dropped(decision, request)};
    }
    if (decision.rule == "N9") {
        // With 0x1 alone the policy stage has said it (POL4).
        return seen.view->world.policy.manage() ? std::vector{not_collected(decision, request)}
                                                : std::vector<Finding>{};
    }
    std::vector<Finding> findings{waits(seen, decision, request)};
    for (Finding& more : not_fetched(seen, decision, request)) {
        findings.push_back(std::move(more));
    }
    return findings;
}

// Requests repeat what somebody typed; other findings go by the directory's spelling.
std::string name_in_directory(const Examination& seen, const std::string& name) {
    const auto& templates = seen.view->world.templates;
    const auto at = std::ranges::find_if(templates, [&](const engine::Template& one) {
        return equal_ignoring_case(one.name, name);
    });
    return at == templates.end() ? name : at->name;
}

}  // namespace

std::vector<Finding> pending_findings(const Examination& seen) {
    std::vector<Finding> findings;
    if (!seen.view) {
        return findings;
    }
    const engine::Template* asked = asked_template(seen);
    for (const Decision& decision : seen.view->plan.decisions) {
        const bool in_view =
            decision.about == engine::About::request &&
            (asked == nullptr || equal_ignoring_case(decision.template_name, asked->name));
        const auto& pending = seen.view->world.pending;
        const auto at =
            std::ranges::find(pending, decision.subject, &PendingRequest::key_reference);
        if (in_view && at != pending.end()) {
            for (Finding& one : about(seen, decision, *at)) {
                one.subject = name_in_directory(seen, decision.template_name);
                findings.push_back(std::move(one));
            }
        }
    }
    if (findings.empty()) {
        findings.push_back({.id = "PND",
                            .stage = Stage::pending,
                            .verdict = ok,
                            .sentence = "No request waits at a CA."});
    }
    return findings;
}

}  // namespace ae::service
