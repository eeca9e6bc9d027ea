// What the commands do that are more than a report of this machine (main.cpp has those).
// Each returns the process's exit code.
#pragma once

#include "service/options.h"

namespace ae::service {

int run_pulse_command(const PulseCommand& command);
int run_status(const StatusCommand& command);
int run_events(const EventsCommand& command);
// `aeclient service`: run (on Linux it becomes aeclientd with these arguments), install, uninstall.
int run_service(const ServiceCommand& command, char* const* argv);
int run_selftest(const SelftestCommand& command);
int run_key_test(const KeyTestCommand& command);
int run_native_client(const NativeClientCommand& command);  // Linux: there is none, and it says so

}  // namespace ae::service
