#include "service/options.h"

#include <CLI/CLI.hpp>

namespace ae::service {
namespace {

constexpr int kUsageError = 64;
constexpr const char* kExitCodes =
    "Exit code: 0 everything that should happen did; 2 something failed, the output says what;\n"
    "64 wrong command line.\n\n";

void add_sources(CLI::App& command, Sources& sources) {
    command.add_flag("-v,--verbose", sources.verbose, "Log every step to standard error");
    command.add_option("--keytab", sources.keytab, "Machine keytab (default: the system's)");
    command.add_option("--ccache", sources.ticket_cache,
                       "Use the tickets of this Kerberos cache instead of the keytab");
    command.add_option("--state-dir", sources.state_dir, "Certificate stores")
        ->capture_default_str();
    command.add_option("--policy-dir", sources.policy_dir, "Policy files (*.reg)")
        ->capture_default_str();
    command.add_flag("--force", sources.force,
                     "Ask again at once: no brake, no back-off, and an emptied trust container of "
                     "the directory counts");
}

void add_json(CLI::App& command, Output& output) {
    command.add_flag_callback(
        "--json", [&output] { output = Output::json; }, "Print one JSON object instead of tables");
}

CLI::App* add_pulse(CLI::App& app, PulseCommand& pulse) {
    CLI::App* command =
        app.add_subcommand("pulse", "Run one machine pulse: enroll for whatever is missing");
    command
        ->add_flag("--foreground", pulse.foreground,
                   "Run the pulse in this process and wait for its end")
        ->required();
    add_json(*command, pulse.output);
    add_sources(*command, pulse.sources);
    command->footer(std::string(kExitCodes) +
                    "Examples:\n"
                    "  aeclient pulse --foreground\n"
                    "  aeclient pulse --foreground --json | jq .decisions");
    return command;
}

CLI::App* add_plan(CLI::App& app, PlanCommand& plan) {
    CLI::App* command = app.add_subcommand(
        "plan", "Say what a pulse would do and why; nothing is changed anywhere");
    CLI::Option* from = command->add_option(
        "--from", plan.from, "Decide from this capture or scenario folder instead of this machine");
    from->check([](const std::string& path) {
        return path.empty() ? std::string("it names no file") : std::string();
    });
    add_json(*command, plan.output);
    add_sources(*command, plan.sources);
    for (const char* name : {"--keytab", "--ccache", "--state-dir", "--policy-dir"}) {
        from->excludes(command->get_option(name));
    }
    command->footer(std::string(kExitCodes) +
                    "A plan that says \"failed\" for a template is still a plan: exit code 0.\n\n"
                    "Examples:\n"
                    "  aeclient plan\n"
                    "  aeclient plan --from ws1.capture --json | jq .actions");
    return command;
}

CLI::App* add_capture(CLI::App& app, CaptureCommand& capture) {
    CLI::App* command = app.add_subcommand(
        "capture", "Write all that a pulse would know to FILE, for `aeclient plan --from FILE`");
    command->add_option("FILE", capture.file, "The archive to write; it is replaced in one step")
        ->required();
    add_sources(*command, capture.sources);
    command->footer(std::string(kExitCodes) +
                    "A capture holds names, certificates and permissions of your directory, and\n"
                    "never a private key, a ticket or a password.\n\n"
                    "Example:\n"
                    "  aeclient capture ws1.capture");
    return command;
}

}  // namespace

Command parse_command_line(int argc, const char* const* argv) {
    CLI::App app{"Certificate autoenrollment for members of an Active Directory domain."};
    app.set_version_flag("--version", "aeclient " AE_VERSION);
    app.require_subcommand(1);
    app.option_defaults()->always_capture_default(false);
    PulseCommand pulse;
    PlanCommand plan;
    CaptureCommand capture;
    add_pulse(app, pulse);
    const CLI::App* plan_command = add_plan(app, plan);
    const CLI::App* capture_command = add_capture(app, capture);
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return ExitNow{app.exit(error) == 0 ? 0 : kUsageError};
    }
    if (plan_command->parsed()) {
        return plan;
    }
    if (capture_command->parsed()) {
        return capture;
    }
    return pulse;
}

}  // namespace ae::service
