#include "service/options.h"

#include <CLI/CLI.hpp>

namespace ae::service {
namespace {

constexpr int kUsageError = 64;

void add_pulse(CLI::App& app, PulseCommand& pulse) {
    CLI::App* command =
        app.add_subcommand("pulse", "Run one machine pulse: enroll for whatever is missing");
    command
        ->add_flag("--foreground", pulse.foreground,
                   "Run the pulse in this process and wait for its end")
        ->required();
    command->add_flag_callback(
        "--json", [&pulse] { pulse.output = Output::json; },
        "Print one JSON object instead of tables");
    command->add_flag("-v,--verbose", pulse.verbose, "Log every step to standard error");
    command->add_option("--keytab", pulse.keytab, "Machine keytab (default: the system's)");
    command->add_option("--ccache", pulse.ticket_cache,
                        "Use the tickets of this Kerberos cache instead of the keytab");
    command->add_option("--state-dir", pulse.state_dir, "Certificate stores")
        ->capture_default_str();
    command->add_option("--policy-dir", pulse.policy_dir, "Policy files (*.reg)")
        ->capture_default_str();
    command->footer(
        "Exit code: 0 everything that should happen did; 2 something failed, the output says "
        "what;\n"
        "64 wrong command line.\n\n"
        "Examples:\n"
        "  aeclient pulse --foreground\n"
        "  aeclient pulse --foreground --json | jq .decisions");
}

}  // namespace

Command parse_command_line(int argc, const char* const* argv) {
    CLI::App app{"Certificate autoenrollment for members of an Active Directory domain."};
    app.set_version_flag("--version", "aeclient " AE_VERSION);
    app.require_subcommand(1);
    app.option_defaults()->always_capture_default(false);
    PulseCommand pulse;
    add_pulse(app, pulse);
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return ExitNow{app.exit(error) == 0 ? 0 : kUsageError};
    }
    return pulse;
}

}  // namespace ae::service
