// The command line of aeclient.
#pragma once

#include <string>
#include <variant>

namespace ae::service {

enum class Output { text, json };

// What every command that looks at this machine and its directory takes.
struct Sources {
    std::string keytab{};        // empty: the system's
    std::string ticket_cache{};  // empty: fresh tickets from the keytab
    std::string state_dir = "/var/lib/aeclient";
    std::string policy_dir = "/etc/aeclient/policy.d";
    bool verbose = false;
    bool force = false;
};

struct PulseCommand {
    Sources sources{};
    bool foreground = false;  // always true: the service comes later
    Output output = Output::text;
};

struct PlanCommand {
    Sources sources{};
    std::string from{};  // capture or scenario folder; empty: this machine
    Output output = Output::text;
};

struct CaptureCommand {
    Sources sources{};
    std::string file{};
};

struct ExitNow {  // help and version were printed, or the command line was wrong
    int code = 0;
};

using Command = std::variant<PulseCommand, PlanCommand, CaptureCommand, ExitNow>;

Command parse_command_line(int argc, const char* const* argv);

}  // namespace ae::service
