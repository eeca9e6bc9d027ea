// What the runs of one context leave behind for `status`, the timer and the metrics: the file
// run.json of the context's folder.
//
// Not for: anything a decision rests on (engine/memory.h is for that).  Losing it costs a run that
// comes early and counters that start anew.
// A member that is missing has its neutral value, one that is not known is skipped.
// Errors: kInvalidData, naming what cannot be used.  Pure, any thread.
#pragma once

#include "engine/pulse.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ae::service {

// Since the record was begun.
struct RunCounters {
    std::map<engine::Outcome, std::uint64_t> runs{};
    std::map<std::string, std::uint64_t> enrolled{};     // by template, renewals included
    std::map<std::string, std::uint64_t> ca_failures{};  // by CA, "host\name"
    bool operator==(const RunCounters&) const = default;
};

struct RunRecord {
    std::optional<engine::LastRun> last{};
    std::optional<std::uint32_t> policy_bits{};  // of the last run
    std::string policy_source{};
    std::string controller{};             // that the last run read from; empty: none
    std::string account_sid{};            // kept from the last run that knew it
    std::vector<std::string> failures{};  // sentences of the last run, kMostFailures at most
    std::vector<engine::RenewalDate> renewals{};  // kept from the last run that read the stores
    std::vector<std::string> needs_user{};        // templates that wait for somebody's agreement
    RunCounters counters{};
    bool operator==(const RunRecord&) const = default;
};
inline constexpr std::size_t kMostFailures = 20;

struct RunTimes {
    engine::Trigger trigger{};
    Time started{};
    Time ended{};
};
// `before` with this run added.  `events` are the run's own: they count the CAs that failed.
RunRecord after_run(RunRecord before, const engine::PulseReport& report,
                    const std::vector<engine::Event>& events, const RunTimes& times);
// The same after an errand (rule M1), which was no run: neither the timer nor the state of the last
// run changes, only what came of it and what is due.
RunRecord after_errand(RunRecord before, const engine::PulseReport& report,
                       const std::vector<engine::Event>& events);
// The same for a run whose process ended without a word.
enum class Silence { crashed, stopped };
RunRecord after_silence(RunRecord before, Silence why, const RunTimes& times);

std::string to_json(const RunRecord& record);
Result<RunRecord> run_record_from_json(std::string_view text);

}  // namespace ae::service
