#include "service/run_record.h"

#include "engine/base/hresult_table.h"
#include "engine/base/text.h"
#include "stores/json_members.h"

#include <algorithm>
#include <limits>
#include <set>
#include <utility>

namespace ae::service {
namespace {

using engine::Event;
using engine::EventId;
using engine::EventSource;
using engine::Outcome;
using stores::Json;
using stores::Members;
using stores::Missing;

constexpr std::uint32_t kVersion = 1;
// The file has to stay readable whatever the directory and the CAs say.
constexpr std::size_t kMostCounted = 1000;     // templates, CAs
constexpr std::size_t kLongestFailure = 2000;  // octets of one sentence
constexpr std::string_view kCut = "...";
constexpr std::uint32_t kNumberMask = 0xFFFF;  // of an EventId

template <class Key>
void count(std::map<Key, std::uint64_t>& counters, const Key& key) {
    ++counters[key];
    if (counters.size() > kMostCounted) {
        // Not the one that has just come: it would never get in.
        auto smallest = counters.end();
        for (auto at = counters.begin(); at != counters.end(); ++at) {
            if (at->first != key && (smallest == counters.end() || at->second < smallest->second)) {
                smallest = at;
            }
        }
        counters.erase(smallest);
    }
}

bool is(const Event& event, EventId id) {
    return event.source == EventSource::cert_enroll &&
           event.number == (static_cast<std::uint32_t>(id) & kNumberMask);
}

// Each failed call of a CA counts once.  Events 17 and 18 are one call each.  13 and 16 close an
// attempt: they repeat its last 17 or 18, or stand alone when the answer was lost, or name a CA
// that was not asked because it had been silent before; the same holds for 54 after the first.  So
// these count for a CA that this run has not blamed yet.
void count_ca_failures(const std::vector<Event>& events, RunCounters& counters) {
    std::set<std::string> blamed;
    for (const Event& event : events) {
        if (event.ca.empty()) {
            continue;
        }
        const bool call =
            is(event, EventId::ce_enroll_failed_at_ca) || is(event, EventId::ce_renew_failed_at_ca);
        const bool perhaps = is(event, EventId::ce_enrollment_failed) ||
                             is(event, EventId::ce_renewal_failed) ||
                             is(event, EventId::ce_retrieve_failed);
        if (call || (perhaps && !blamed.contains(event.ca))) {
            count(counters.ca_failures, event.ca);
            blamed.insert(event.ca);
        }
    }
}

std::string shortened(std::string text) {
    if (text.size() <= kLongestFailure) {
        return text;
    }
    std::size_t end = kLongestFailure - kCut.size();
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80) {
        --end;  // not within a letter
    }
    return text.substr(0, end).append(kCut);
}

// Whether the run came as far as judging the templates, so that its silence about renewals means
// that there are none.
bool decided(const engine::PulseReport& report) {
    if (report.outcome == Outcome::disabled || report.account_sid.empty()) {
        return false;
    }
    return report.outcome == Outcome::done ||
           std::ranges::find(report.decisions, engine::About::template_type,
                             &engine::Decision::about) != report.decisions.end();
}

std::optional<Time> first_at_risk(const std::vector<engine::RenewalDate>& renewals, Time ended) {
    std::optional<Time> first;
    for (const engine::RenewalDate& one : renewals) {
        if (one.begins <= ended) {
            first = std::min(first.value_or(one.expires), one.expires);
        }
    }
    return first;
}

std::vector<std::string> waiting_for_user(const std::vector<engine::Decision>& decisions) {
    std::set<std::string> names;
    for (const engine::Decision& decision : decisions) {
        if (decision.verdict == engine::Verdict::needs_user) {
            names.insert(decision.template_name);
        }
    }
    return {names.begin(), names.end()};
}

engine::LastRun run_of(const RunRecord& before, Outcome outcome, const RunTimes& times) {
    engine::LastRun run{.trigger = times.trigger,
                        .started = times.started,
                        .ended = times.ended,
                        .outcome = outcome};
    if (before.last) {
        run.at_risk = before.last->at_risk;
    }
    if (outcome == Outcome::unreachable) {
        const unsigned earlier = before.last ? before.last->unreachable_in_a_row : 0;
        run.unreachable_in_a_row =
            earlier == std::numeric_limits<unsigned>::max() ? earlier : earlier + 1;
    }
    return run;
}

// --- as JSON ---

std::string optional_time(const std::optional<Time>& time) { return time ? to_string(*time) : ""; }

// A counter that grew beyond what is read back stops there.
std::uint32_t stored(std::uint64_t number) {
    return static_cast<std::uint32_t>(
        std::min<std::uint64_t>(number, std::numeric_limits<std::uint32_t>::max()));
}

Json json_of(const engine::LastRun& run) {
    return {{"trigger", to_string(run.trigger)},
            {"started", to_string(run.started)},
            {"ended", to_string(run.ended)},
            {"outcome", to_string(run.outcome)},
            {"unreachable_in_a_row", run.unreachable_in_a_row},
            {"at_risk", optional_time(run.at_risk)}};
}

Json json_of(const std::map<std::string, std::uint64_t>& counters, const char* name) {
    Json json = Json::array();
    for (const auto& [key, number] : counters) {
        json.push_back({{name, key}, {"count", stored(number)}});
    }
    return json;
}

Json json_of(const std::vector<std::string>& texts, const char* name) {
    Json json = Json::array();
    for (const std::string& text : texts) {
        json.push_back({{name, text}});
    }
    return json;
}

std::optional<Time> optional_time(Members& item, const char* name) {
    const std::string text = item.text(name);
    const std::optional<Time> time = time_from_string(text);
    if (!time && !text.empty()) {
        item.blame(name);
    }
    return time;
}

engine::LastRun last_run(Members item) {
    const auto trigger = engine::trigger_from_string(item.text("trigger"));
    if (!trigger) {
        item.blame("trigger");
    }
    const auto outcome = engine::outcome_from_string(item.text("outcome"));
    if (!outcome) {
        item.blame("outcome");
    }
    return {.trigger = trigger.value_or(engine::Trigger{}),
            .started = item.time("started"),
            .ended = item.time("ended"),
            .outcome = outcome.value_or(Outcome{}),
            .unreachable_in_a_row = item.number("unreachable_in_a_row").value_or(0),
            .at_risk = optional_time(item, "at_risk")};
}

std::map<std::string, std::uint64_t> counters_of(Members& members, const char* list,
                                                 const char* name) {
    std::map<std::string, std::uint64_t> counters;
    for (Members& item : members.objects(list)) {
        counters[item.text(name)] += item.number("count").value_or(0);
    }
    return counters;
}

std::vector<std::string> texts_of(Members& members, const char* list, const char* name) {
    std::vector<std::string> texts;
    for (Members& item : members.objects(list)) {
        texts.push_back(item.text(name));
    }
    return texts;
}

RunCounters counters_of(Members members) {
    RunCounters counters;
    for (const auto& [name, number] : counters_of(members, "runs", "outcome")) {
        // One that a newer version counts is nothing to us.
        if (const auto outcome = engine::outcome_from_string(name)) {
            counters.runs[*outcome] = number;
        }
    }
    counters.enrolled = counters_of(members, "enrolled", "template");
    counters.ca_failures = counters_of(members, "ca_failures", "ca");
    return counters;
}

void count_certificates(const engine::PulseReport& report, const std::vector<Event>& events,
                        RunCounters& counters) {
    for (const engine::Enrolled& one : report.enrolled) {
        count(counters.enrolled, one.template_name);
    }
    count_ca_failures(events, counters);
}

}  // namespace

RunRecord after_run(RunRecord before, const engine::PulseReport& report,
                    const std::vector<Event>& events, const RunTimes& times) {
    RunRecord record = std::move(before);
    engine::LastRun run = run_of(record, report.outcome, times);
    if (!report.account_sid.empty()) {
        record.account_sid = report.account_sid;
    }
    if (decided(report)) {
        record.renewals = report.renewals;
        record.needs_user = waiting_for_user(report.decisions);
        run.at_risk = first_at_risk(record.renewals, times.ended);
    } else if (report.outcome == Outcome::disabled) {
        run.at_risk.reset();  // no run would renew it, so none needs to come earlier
        record.needs_user.clear();
    }
    record.last = run;
    record.policy_bits = report.policy.bits;
    record.policy_source = report.policy.source;
    record.controller = report.server.dns_name;
    record.failures.clear();
    for (const Error& failure : report.failures) {
        if (record.failures.size() == kMostFailures) {
            break;
        }
        record.failures.push_back(shortened(failure.sentence()));
    }
    count(record.counters.runs, report.outcome);
    count_certificates(report, events, record.counters);
    return record;
}

RunRecord after_errand(RunRecord before, const engine::PulseReport& report,
                       const std::vector<Event>& events) {
    RunRecord record = std::move(before);
    if (!report.enrolled.empty()) {
        record.renewals = report.renewals;
    }
    count_certificates(report, events, record.counters);
    return record;
}

RunRecord after_silence(RunRecord before, Silence why, const RunTimes& times) {
    const bool stopped = why == Silence::stopped;
    const Outcome outcome = stopped ? Outcome::stopped : Outcome::crashed;
    RunRecord record = std::move(before);
    record.last = run_of(record, outcome, times);
    record.controller.clear();
    record.failures = {stopped
                           ? "the service was stopped during the run; the next run does the rest"
                           : "the process of the run ended without a report; the system's log "
                             "has its last words, and the next run starts anew"};
    count(record.counters.runs, outcome);
    return record;
}

std::string to_json(const RunRecord& record) {
    Json json = {{"version", kVersion}};
    if (record.last) {
        json["last"] = json_of(*record.last);
    }
    if (record.policy_bits) {
        json["policy_bits"] = *record.policy_bits;
    }
    json["policy_source"] = record.policy_source;
    json["controller"] = record.controller;
    json["account_sid"] = record.account_sid;
    json["failures"] = json_of(record.failures, "sentence");
    json["renewals"] = Json::array();
    for (const engine::RenewalDate& one : record.renewals) {
        json["renewals"].push_back({{"thumbprint", one.thumbprint},
                                    {"template", one.template_name},
                                    {"begins", to_string(one.begins)},
                                    {"expires", to_string(one.expires)}});
    }
    json["needs_user"] = json_of(record.needs_user, "template");
    std::map<std::string, std::uint64_t> runs;
    for (const auto& [outcome, number] : record.counters.runs) {
        runs.emplace(to_string(outcome), number);
    }
    json["counters"] = {{"runs", json_of(runs, "outcome")},
                        {"enrolled", json_of(record.counters.enrolled, "template")},
                        {"ca_failures", json_of(record.counters.ca_failures, "ca")}};
    return stores::text_of(json);
}

Result<RunRecord> run_record_from_json(std::string_view text) {
    const Json json = stores::parse_json(text);
    std::string problem;
    Members members(json, Missing::neutral, problem);
    members.expect_version(kVersion);
    RunRecord record;
    if (json.is_object() && json.contains("last")) {
        record.last = last_run(members.object("last"));
    }
    record.policy_bits = members.number("policy_bits");
    record.policy_source = members.text("policy_source");
    record.controller = members.text("controller");
    record.account_sid = members.text("account_sid");
    record.failures = texts_of(members, "failures", "sentence");
    for (Members& item : members.objects("renewals")) {
        record.renewals.push_back({item.text("thumbprint"), item.text("template"),
                                   item.time("begins"), item.time("expires")});
    }
    record.needs_user = texts_of(members, "needs_user", "template");
    record.counters = counters_of(members.object("counters"));
    if (!problem.empty()) {
        return fail(kInvalidData, "the record of the last runs cannot be used: " + problem,
                    "Nothing needs to be done: the next run begins a new one.");
    }
    return record;
}

}  // namespace ae::service
