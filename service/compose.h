// Wires the adapters of this platform to the engine.  The only place that knows all parts.
// Never throws; every failure is in the report or in the Error.
#pragma once

#include "engine/base/time.h"
#include "service/event_log.h"
#include "service/options.h"
#include "service/preview.h"
#include "service/report.h"

namespace ae::service {

RunReport run_machine_pulse(const Sources& sources, EventLog& events, Time now);

// What a pulse would know, with the directory's own answers; nothing is changed.
struct Observation {
    engine::Gathered gathered{};
    policy::DirectoryAnswers answers{};
    std::vector<std::string> warnings{};  // what the stores had to leave out
};
Result<Observation> observe_machine(const Sources& sources, Time now);

}  // namespace ae::service
