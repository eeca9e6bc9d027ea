// Wires the adapters of this platform to the engine.  The only place that knows all parts.
// Never throws; every failure is in the report or in the Error.
#pragma once

#include "engine/base/time.h"
#include "service/event_log.h"
#include "service/options.h"
#include "service/preview.h"
#include "service/report.h"

#include <optional>
#include <stop_token>

namespace ae::service {

struct PulseRun {
    engine::Trigger trigger = engine::Trigger::manual;
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
    std::vector<std::string> warnings{};  // what the stores had to leave out
};
// `replica`: the last good one stands in for a domain controller when none answers.
enum class KeptAnswers { refused, allowed };
Result<Observation> observe(const Sources& sources, Time now, KeptAnswers replica);

}  // namespace ae::service
