// The command line of aeclient.
#pragma once

#include "engine/directory.h"
#include "engine/triggers.h"

#include <string>
#include <variant>
#include <vector>

namespace ae::service {

enum class Output { text, json, csv };

// What every command that looks at a context and its directory takes.
struct Sources {
    engine::Scope scope = engine::Scope::machine;
    std::string keytab{};        // machine; empty: the system's
    std::string ticket_cache{};  // empty: fresh tickets from the keytab; user: the account's own
    std::string state_dir{};     // empty: default_store_root()
    std::string policy_dir = "/etc/aeclient/policy.d";
    // Windows: a file that says who this machine is, for a host that cannot (as_member.h).
    std::string as_member{};
    bool verbose = false;
    bool force = false;
};

struct PulseCommand {
    Sources sources{};
    bool foreground = false;  // in this process; else the service runs it
    bool worker = false;      // the same, for the service: prints the control channel's lines
    engine::Trigger trigger = engine::Trigger::manual;
    bool interactive = false;  // templates that need somebody's agreement may ask for it
    bool wait = true;
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

enum class ServiceAction { run, install, uninstall };  // the last two: Windows

struct ServiceCommand {
    Sources sources{};
    ServiceAction action = ServiceAction::run;
};

enum class NativeClientAction { status, disable, enable };

// The client that Windows brings along.
struct NativeClientCommand {
    NativeClientAction action = NativeClientAction::status;
    Output output = Output::text;
};

struct SelftestCommand {
    Sources sources{};
    std::string ca{};  // "ca1.corp.example.test\\Corp Issuing CA 1"; empty: none is asked
    Output output = Output::text;
};

// What a key provider of this machine does.
struct KeyTestCommand {
    Sources sources{};
    std::string provider{};  // its name, or a place as KeyProviders has it; empty: all are listed
    Output output = Output::text;
};

struct StatusCommand {
    Sources sources{};
    Output output = Output::text;
};

struct EventsCommand {
    Sources sources{};
    std::string since{};
    Output output = Output::text;
};

struct ExitNow {  // help and version were printed, or the command line was wrong
    int code = 0;
};

using Command =
    std::variant<PulseCommand, PlanCommand, CaptureCommand, ServiceCommand, StatusCommand,
                 EventsCommand, NativeClientCommand, SelftestCommand, KeyTestCommand, ExitNow>;

// UTF-8, the program's name first.
Command parse_command_line(const std::vector<std::string>& line);

}  // namespace ae::service
