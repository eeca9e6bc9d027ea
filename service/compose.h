// Wires the adapters of this platform to the engine.  The only place that knows all parts.
// Never throws; every failure is in the report or in the Error.
#pragma once

#include "engine/base/time.h"
#include "service/cli/options.h"
#include "service/event_log.h"
#include "service/preview.h"
#include "service/report.h"

#include <map>
#include <optional>
#include <stop_token>

namespace ae::service {

struct PulseRun {
    engine::Trigger trigger = engine::Trigger::manual;
    engine::Errand errand{};       // one thing by hand, instead of a whole pulse (rules M)
    engine::User* user = nullptr;  // who is asked for agreement (R-UI4); nobody
    std::stop_token stop{};
};

// One pulse in the context that `sources` name.
RunReport run_pulse_here(const Sources& sources, const PulseRun& run, EventLog& events, Time now);

// What a pulse would know, with the directory's own answers; nothing is changed.
struct Observation {
    engine::Gathered gathered{};
    std::optional<Offline> offline{};  // `gathered` rests on the kept replica
    policy::DirectoryAnswers answers{};
    std::vector<std::string> warnings{};                // what the stores had to leave out
    std::optional<Result<std::vector<Sid>>> session{};  // AskSession::yes
    std::map<Sid, std::string> sid_names{};             // AskSession::with_names
};
// `replica`: the last good one stands in for a domain controller when none answers.
enum class KeptAnswers { refused, allowed };
// `session`: whether the controller is asked whom the tickets of this run make us, too.
enum class AskSession { no, yes, with_names };
Result<Observation> observe(const Sources& sources, Time now, KeptAnswers replica,
                            AskSession session = AskSession::no);

// Reads the directory now and takes its trust over as a pulse without AEPolicy would (rules K1-K8):
// no request, no certificate of MY, no warning.  Keeps what it read as the last good replica.
// Errors: disabled by policy (kNotSupported); a trust store that cannot be written; those of
// gather().
struct Refreshed {
    engine::Replica replica{};  // its templates and services as well
    std::vector<engine::TrustUpdate> trust{};
    std::vector<std::string> notes{};
    Time read{};
};
Result<Refreshed> refresh_replica(const Sources& sources, Time now);

}  // namespace ae::service
