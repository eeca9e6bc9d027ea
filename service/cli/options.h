// The command line of aeclient.
#pragma once

#include "engine/directory.h"
#include "engine/errand.h"
#include "engine/triggers.h"

#include <string>
#include <variant>
#include <vector>

namespace ae::service {

enum class Output { text, json, csv, quiet };  // quiet: the exit code alone

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
    // A command that looks: the service runs it, as the account whose context it is.
    bool through_service = false;
};

struct PulseCommand {
    Sources sources{};
    bool foreground = false;  // in this process; else the service runs it
    bool worker = false;      // the same, for the service: prints the control channel's lines
    engine::Trigger trigger = engine::Trigger::manual;
    engine::Errand errand{};   // one thing alone, instead of a whole pulse
    bool or_here = false;      // in this process where no service listens
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

// Every question of the troubleshooting guide at once (doctor/doctor.h).
struct DoctorCommand {
    Sources sources{};
    std::string template_name{};  // empty: all
    std::string ca{};             // "host\\name"; empty: all
    bool live = false;            // may make a throw-away key and speak with CAs
    std::string from{};           // capture or scenario folder; empty: this machine
    Output output = Output::text;
};

// A template, a thumbprint, a result code, its symbol, or an event: what it means here.
struct ExplainCommand {
    Sources sources{};
    std::string what{};
    std::string from{};
    Output output = Output::text;
};

enum class ListedStore { my, request, root, ca, nt_auth };

struct CertsCommand {
    Sources sources{};
    ListedStore store = ListedStore::my;
    bool archived = false;  // of MY: those that are archived, instead of the others
    Output output = Output::text;
};

struct TemplatesCommand {
    Sources sources{};
    std::string ca{};  // only those that it offers
    bool all = false;  // those without any right, too
    std::string from{};
    Output output = Output::text;
};

struct CasCommand {
    Sources sources{};
    std::string from{};
    Output output = Output::text;
};

struct CaPingCommand {
    Sources sources{};
    std::string ca{};
    Output output = Output::text;
};

struct WhoamiCommand {
    Sources sources{};
    bool groups = false;
    Output output = Output::text;
};

struct ReplicaCommand {
    Sources sources{};
    bool refresh = false;
    Output output = Output::text;
};

enum class PolicyAction { show, set };

struct PolicyCommand {
    Sources sources{};
    PolicyAction action = PolicyAction::show;
    std::string name{};   // set: "AEPolicy"
    std::string value{};  // set: "7", "0x7"
    Output output = Output::text;
};

struct LogLevelCommand {
    Sources sources{};
    std::string level{};  // "0" to "5" or "default"; empty: say it
    Output output = Output::text;
};

struct ReportCommand {
    Sources sources{};
    std::string from{};                // capture or scenario folder; empty: this machine
    std::string html{};                // the page's file; empty: JSON on standard output
    std::vector<std::string> merge{};  // reports of other machines, instead of this one's
    Output output = Output::text;
};

struct CompletionCommand {
    std::string shell{};  // "bash", "zsh", "fish", "powershell"
};

struct ExitNow {  // help and version were printed, or the command line was wrong
    int code = 0;
};

using Command =
    std::variant<PulseCommand, PlanCommand, CaptureCommand, ServiceCommand, StatusCommand,
                 EventsCommand, NativeClientCommand, SelftestCommand, KeyTestCommand, DoctorCommand,
                 ExplainCommand, CertsCommand, TemplatesCommand, CasCommand, CaPingCommand,
                 WhoamiCommand, ReplicaCommand, PolicyCommand, LogLevelCommand, ReportCommand,
                 CompletionCommand, ExitNow>;

// UTF-8, the program's name first.
Command parse_command_line(const std::vector<std::string>& line);

}  // namespace ae::service
