#include "engine/base/hresult_table.h"
#include "engine/base/text.h"
#include "engine/policy_gates.h"
#include "service/control/control_words.h"
#include "service/doctor/attempt_text.h"
#include "service/doctor/doctor.h"
#include "service/period_text.h"

#include <algorithm>

namespace ae::service {
namespace {

using engine::EventSource;
using engine::Outcome;
using engine::Scope;

// From then on nobody is at work any more: somebody is waited for [G].
constexpr std::chrono::minutes kLongRun{30};
constexpr std::string_view kWaiting = "waiting for the user";  // HostStatus::state
constexpr std::uint32_t kStarted = 2;
constexpr std::uint32_t kFailed = 6;

Finding finding(std::string id, FindingVerdict verdict, std::string sentence) {
    return {.id = std::move(id),
            .stage = Stage::trigger,
            .verdict = verdict,
            .sentence = std::move(sentence)};
}

std::string pulse_words(const Examination& seen) {
    return seen.scope == Scope::machine ? "aeclient pulse" : "aeclient pulse --user";
}

std::string when(Time time, const Examination& seen) {
    return ae::to_string(time) + " (" + ago(time, seen.now) + ")";
}

Finding service(const Examination& seen) {
    const ContextStatus& status = *seen.status;
    if (status.host) {
        Finding runs = finding("TRG1", FindingVerdict::ok, "The agent is running.");
        runs.evidence.push_back("Process " + std::to_string(status.host->process) + ", since " +
                                when(status.host->since, seen) + "; it is " +
                                printable(status.host->state) + ".");
        return runs;
    }
    if (!status.host_problem.empty()) {
        Finding silent = finding("TRG1", FindingVerdict::warn,
                                 "The agent seems to run and does not tell its state.");
        silent.evidence.push_back(printable(status.host_problem));
        silent.remedy = "Ask with the rights of an administrator, or restart the agent.";
        return silent;
    }
    Finding none = finding("TRG1", FindingVerdict::fail,
                           "The agent is not running, so only manual pulses happen.");
    none.evidence.emplace_back("Nobody answers on the control channel of this context.");
    none.remedy =
        seen.scope == Scope::machine ? kControlWords.start_machine : kControlWords.start_user;
    none.codes = {kServiceNotActive};
    return none;
}

std::string next_run(const Examination& seen) {
    const auto& host = seen.status->host;
    if (!host) {
        return "no next run is known, because the agent does not run";
    }
    if (!host->next) {
        return "a run is under way";
    }
    return "the next run is at " + ae::to_string(host->next->at) + " (in " +
           rough_period(host->next->at - seen.now) + ")";
}

bool same_template(const engine::Template& left, const engine::Template& right) {
    return equal_ignoring_case(left.name, right.name) &&
           left.major_version == right.major_version && left.minor_version == right.minor_version;
}

// What became different since the last run, a clause each.
std::vector<std::string> changes_since(const Examination& seen) {
    std::vector<std::string> changes;
    const RunRecord& record = seen.status->record;
    const auto policy = seen.status->policy.bits;
    if (record.policy_bits != policy && seen.status->policy_problem.empty()) {
        const auto text = [](const std::optional<std::uint32_t>& bits) {
            return bits ? engine::policy_bits_text(*bits) : std::string("not set");
        };
        changes.push_back("AEPolicy was " + text(record.policy_bits) + " then and is " +
                          text(policy) + " now");
    }
    if (seen.kept_templates.empty() || !seen.view || seen.view->offline) {
        return changes;
    }
    for (const engine::Template& one : seen.view->world.templates) {
        if (std::ranges::none_of(seen.kept_templates, [&](const engine::Template& kept) {
                return same_template(kept, one);
            })) {
            changes.push_back("template " + printable(one.name) + " is new or has another version");
        }
    }
    return changes;
}

Finding no_trigger(const Examination& seen, std::string sentence,
                   std::vector<std::string> evidence) {
    Finding none = finding("TRG2", FindingVerdict::warn, std::move(sentence));
    none.evidence = std::move(evidence);
    none.remedy = "Start a run now: " + pulse_words(seen);
    return none;
}

// The last run that is known, and whether it knew of all that holds now.
Finding last_run(const Examination& seen) {
    const ContextStatus& status = *seen.status;
    if (!status.record_problem.empty()) {
        return no_trigger(seen, "What the last runs did is not known.",
                          {printable(status.record_problem)});
    }
    if (!status.record.last) {
        return no_trigger(seen, "No run has ended yet; " + next_run(seen) + ".", {});
    }
    const engine::LastRun& last = *status.record.last;
    std::vector<std::string> changes = changes_since(seen);
    if (!changes.empty()) {
        return no_trigger(
            seen,
            "Nothing has triggered since " + when(last.ended, seen) + "; " + next_run(seen) + ".",
            std::move(changes));
    }
    Finding known = finding("TRG2", FindingVerdict::ok,
                            "The last run (" + std::string(to_string(last.trigger)) +
                                ") ended at " + when(last.ended, seen) + ": " +
                                std::string(to_string(last.outcome)) + "; " + next_run(seen) + ".");
    return known;
}

// The controller answers now, or this stage would not have been looked at.
Finding before_network(const Examination& seen, const engine::LastRun& last) {
    Finding early = finding("TRG3", FindingVerdict::warn,
                            "The last run (" + std::string(to_string(last.trigger)) +
                                ") happened before the network was up.");
    early.evidence.push_back("It ended at " + when(last.ended, seen) +
                             " without a domain controller, which answers now; " + next_run(seen) +
                             ".");
    early.remedy = "Start a run now, or wait for the next one: " + pulse_words(seen);
    early.events = {{EventSource::autoenrollment, 15}, {EventSource::autoenrollment, kFailed}};
    early.codes = {kNoSuchDomain};
    return early;
}

std::optional<Time> latest(const std::vector<StoredEvent>& events, std::uint32_t number) {
    std::optional<Time> when;
    for (const StoredEvent& one : events) {
        if (one.event.source == EventSource::autoenrollment && one.event.number == number) {
            when = one.when;
        }
    }
    return when;
}

Finding waits(const Examination& seen) {
    std::vector<std::string> templates = seen.status->record.needs_user;
    if (templates.empty() && seen.view) {
        for (const engine::Template& one : seen.view->world.templates) {
            if ((one.enrollment_flags & engine::enrollment_flag::kUserInteractionRequired) != 0) {
                templates.push_back(one.name);
            }
        }
    }
    const auto since = latest(seen.events, kStarted);
    const bool is_long = since && seen.now - *since > kLongRun;
    Finding waiting =
        finding("TRG4", is_long ? FindingVerdict::warn : FindingVerdict::note,
                "The run is waiting for the user (" + printable(join(templates, ", ")) + ").");
    if (since) {
        waiting.evidence.push_back("It began at " + when(*since, seen) +
                                   "; it gives up after 7 h.");
    }
    waiting.remedy =
        "Answer the notice, or run: aeclient enroll --interactive; a template without "
        "the prompt flag asks nobody.";
    waiting.events = {{EventSource::cert_enroll, 38}};
    return waiting;
}

// The event of a run that could not begin (rule C1), if the last run was one.
const StoredEvent* failed_at_once(const Examination& seen, const engine::LastRun& last) {
    const auto at =
        std::ranges::find_if(seen.events.rbegin(), seen.events.rend(), [&](const StoredEvent& one) {
            return one.event.source == EventSource::autoenrollment && one.event.number == kFailed &&
                   one.when >= last.started;
        });
    return at == seen.events.rend() ? nullptr : &*at;
}

Finding at_once(const Examination& seen, std::string sentence) {
    Finding failed =
        finding("TRG5", seen.view_problem ? FindingVerdict::fail : FindingVerdict::warn,
                std::move(sentence));
    failed.events = {{EventSource::autoenrollment, kFailed}};
    if (seen.view_problem) {
        failed.evidence.push_back("A run that starts now fails as well: " +
                                  cause_of(*seen.view_problem));
        failed.codes = {seen.view_problem->code};
        failed.remedy = seen.view_problem->remedy.empty()
                            ? std::string(remedy_for(seen.view_problem->code))
                            : seen.view_problem->remedy;
    } else {
        failed.remedy = "What made it fail is gone now; start a run: " + pulse_words(seen);
    }
    return failed;
}

void add_failed_run(const Examination& seen, std::vector<Finding>& found) {
    const auto& last = seen.status->record.last;
    if (last && last->outcome == Outcome::crashed) {
        found.push_back(at_once(seen, "The process of the last run ended without a report."));
        return;
    }
    const StoredEvent* event =
        last && last->outcome == Outcome::failed ? failed_at_once(seen, *last) : nullptr;
    if (event != nullptr) {
        found.push_back(
            at_once(seen, "The last run failed at once: " + printable(event->event.text)));
    } else if (seen.view_problem) {
        found.push_back(at_once(seen, "A run that starts now fails at once."));
    }
}

}  // namespace

std::vector<Finding> trigger_findings(const Examination& seen) {
    if (seen.captured || !seen.status) {
        return {finding("TRG1", FindingVerdict::not_checked,
                        "A capture does not tell what runs on its host.")};
    }
    std::vector<Finding> found{service(seen)};
    const ContextStatus& status = *seen.status;
    if (status.host && status.host->state == kWaiting) {
        found.push_back(waits(seen));
    }
    const auto& last = status.record.last;
    const bool saw_network = seen.view && !seen.view->offline;
    if (last && last->outcome == Outcome::unreachable && saw_network) {
        found.push_back(before_network(seen, *last));
    } else {
        found.push_back(last_run(seen));
    }
    add_failed_run(seen, found);
    return found;
}

}  // namespace ae::service
