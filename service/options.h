// The command line of aeclient.
#pragma once

#include <string>
#include <variant>

namespace ae::service {

enum class Output { text, json };

struct PulseCommand {
    bool foreground = false;  // always true: the service comes later
    Output output = Output::text;
    bool verbose = false;
    std::string keytab{};        // empty: the system's
    std::string ticket_cache{};  // empty: fresh tickets from the keytab
    std::string state_dir = "/var/lib/aeclient";
    std::string policy_dir = "/etc/aeclient/policy.d";
};

struct ExitNow {  // help and version were printed, or the command line was wrong
    int code = 0;
};

using Command = std::variant<PulseCommand, ExitNow>;

Command parse_command_line(int argc, const char* const* argv);

}  // namespace ae::service
