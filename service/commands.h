// What the commands do that are more than a report of this machine (main.cpp has those).
// Each returns the process's exit code.
#pragma once

#include "service/options.h"

namespace ae::service {

int run_pulse_command(const PulseCommand& command);
int run_status(const StatusCommand& command);
int run_events(const EventsCommand& command);

}  // namespace ae::service
