// Wires the adapters of this platform to the engine and runs one pulse.
// The only place that knows all parts.  Never throws; every failure is in the report.
#pragma once

#include "engine/base/time.h"
#include "service/event_log.h"
#include "service/options.h"
#include "service/report.h"

namespace ae::service {

RunReport run_machine_pulse(const PulseCommand& command, EventLog& events, Time now);

}  // namespace ae::service
