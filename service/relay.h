// A command whose two streams and exit code become one line of the control channel: how the
// service's own process looks for somebody else (host/inspector.h).
#pragma once

#include "service/cli/options.h"
#include "service/control/inspection.h"

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace ae::service {

// Runs it, and prints the RunResult.  Standard output becomes `report` where JSON was asked for.
int relay(const std::vector<std::string>& line, const std::function<int()>& run);

// What the service is to be asked for (Sources::through_service); nothing: the command is for this
// process.
std::optional<InspectAsk> inspection_of(const Command& command);

// Asks it, and prints what it saw as if this process had seen it.
int ask_service_to_look(const Command& command, const InspectAsk& ask);

}  // namespace ae::service
