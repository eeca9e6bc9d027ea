// What each command of the command line does: prints its report, returns the process's exit code.
// One function per command, in a file of its own.
#pragma once

#include "service/cli/options.h"

namespace ae::service {

int run(const PulseCommand& command);  // enroll, retrieve and renew are pulses with an errand
int run(const PlanCommand& command);
int run(const CaptureCommand& command);
int run(const StatusCommand& command);
int run(const EventsCommand& command);
// run (on Linux it becomes aeclientd, with this process's arguments), install, uninstall.
int run_service(const ServiceCommand& command, char* const* argv);
int run(const SelftestCommand& command);
int run(const KeyTestCommand& command);
int run(const NativeClientCommand& command);  // Linux: there is none, and it says so
int run(const DoctorCommand& command);
int run(const ExplainCommand& command);
int run(const CertsCommand& command);
int run(const TemplatesCommand& command);
int run(const CasCommand& command);
int run(const CaPingCommand& command);
int run(const WhoamiCommand& command);
int run(const ReplicaCommand& command);
int run(const PolicyCommand& command);
int run(const LogLevelCommand& command);
int run(const ReportCommand& command);
int run(const CompletionCommand& command);
inline int run(const ExitNow& command) { return command.code; }

}  // namespace ae::service
