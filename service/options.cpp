#include "service/options_platform.h"

#include <optional>

#include <CLI/CLI.hpp>

namespace ae::service {
namespace {

constexpr int kUsageError = 64;
constexpr const char* kExitCodes =
    "Exit code: 0 everything that should happen did; 2 something failed, the output says what;\n"
    "64 wrong command line.\n\n";

// Which context, and where its files stand: what commands without a network take, too.
void add_context(CLI::App& command, Sources& sources) {
    command.add_flag_callback(
        "--user", [&sources] { sources.scope = engine::Scope::user; },
        "The context of the account that runs this, instead of the machine's");
    add_places(command, sources);
}

void add_directory(CLI::App& command, Sources& sources) {
    command.add_flag("-v,--verbose", sources.verbose, "Log every step to standard error");
    add_identity(command, sources);
}

// What only a command that looks at this machine, in this process, can obey.
std::vector<CLI::Option*> local_options(CLI::App& command) {
    std::vector<CLI::Option*> options;
    for (const char* name :
         {"--keytab", "--ccache", "--state-dir", "--policy-dir", "--as-member"}) {
        if (CLI::Option* option = command.get_option_no_throw(name)) {
            options.push_back(option);
        }
    }
    return options;
}

void add_force(CLI::App& command, Sources& sources) {
    command.add_flag("--force", sources.force,
                     "Ask again at once: no brake, no back-off, and an emptied trust container of "
                     "the directory counts");
}

void add_json(CLI::App& command, Output& output) {
    command.add_flag_callback(
        "--json", [&output] { output = Output::json; }, "Print one JSON object instead of tables");
}

// A trigger by its name; "edited task" and "unlock" run nothing.
void add_worker(CLI::App& command, PulseCommand& pulse) {
    command.add_flag("--worker", pulse.worker)->group("");
    command
        .add_option_function<std::string>(
            "--trigger",
            [&pulse](const std::string& name) {
                const auto trigger = engine::trigger_from_string(name);
                if (!trigger) {
                    throw CLI::ValidationError("--trigger", "no such trigger: " + name);
                }
                pulse.trigger = *trigger;
            })
        ->group("");
    command.add_flag("--interactive", pulse.interactive)->group("");
}

CLI::App* add_pulse(CLI::App& app, PulseCommand& pulse) {
    CLI::App* command = app.add_subcommand(
        "pulse", "Run one pulse now: enroll for whatever is missing, renew, fetch, clean up");
    CLI::Option* foreground =
        command->add_flag("--foreground", pulse.foreground,
                          "Run it in this process instead of asking the service for it");
    CLI::Option* no_wait = command->add_flag_callback(
        "--no-wait", [&pulse] { pulse.wait = false; }, "Do not wait for its end");
    no_wait->excludes(foreground);
    add_json(*command, pulse.output);
    add_context(*command, pulse.sources);
    add_force(*command, pulse.sources);
    add_directory(*command, pulse.sources);
    add_as_member(*command, pulse.sources);
    add_worker(*command, pulse);
    // The service has its own.
    for (CLI::Option* option : local_options(*command)) {
        option->needs(foreground);
    }
    if (CLI::Option* as_member = command->get_option_no_throw("--as-member")) {
        as_member->excludes("--worker");
    }
    command->footer(std::string(kExitCodes) +
                    "Examples:\n"
                    "  aeclient pulse\n"
                    "  aeclient pulse --user --no-wait\n"
                    "  aeclient pulse --foreground --json | jq .decisions");
    return command;
}

CLI::App* add_enroll(CLI::App& app, PulseCommand& enroll) {
    CLI::App* command = app.add_subcommand(
        "enroll", "Enroll for the templates of this account that need its agreement");
    command
        ->add_flag("--interactive", enroll.interactive, "Ask on this terminal before each of them")
        ->required();
    enroll.sources.scope = engine::Scope::user;
    enroll.foreground = true;
    enroll.trigger = engine::Trigger::interactive;
    add_json(*command, enroll.output);
    add_directory(*command, enroll.sources);
    command->footer(std::string(kExitCodes) + "Example:\n  aeclient enroll --interactive");
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
    add_context(*command, plan.sources);
    add_force(*command, plan.sources);
    add_directory(*command, plan.sources);
    add_as_member(*command, plan.sources);
    for (CLI::Option* option : local_options(*command)) {
        from->excludes(option);
    }
    from->excludes("--user");
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
    add_context(*command, capture.sources);
    add_force(*command, capture.sources);
    add_directory(*command, capture.sources);
    add_as_member(*command, capture.sources);
    command->footer(std::string(kExitCodes) +
                    "A capture holds names, certificates and permissions of your directory, and\n"
                    "never a private key, a ticket or a password.\n\n"
                    "Example:\n"
                    "  aeclient capture ws1.capture");
    return command;
}

CLI::App* add_service(CLI::App& app, ServiceCommand& service) {
    CLI::App* command = app.add_subcommand("service", "The service that runs pulses by itself");
    command->require_subcommand(1);
    CLI::App* run =
        command->add_subcommand("run", "Be the service, in this process, until it is told to stop");
    add_context(*run, service.sources);
    add_directory(*run, service.sources);
    run->footer(
        "Linux: with and without systemd, packaging/linux has its units; SIGTERM ends it. "
        "Windows:\n"
        "the service control manager runs it, by hand Ctrl+C ends it. With --user it serves the\n"
        "account that runs it, with that account's own tickets.\n\n"
        "Exit code: 0 it was stopped; 2 it could not begin; 64 wrong command line.\n\n"
        "Examples:\n"
        "  aeclient service run\n"
        "  aeclient service run --user");
    CLI::App* install = command->add_subcommand(
        "install", "Windows: register the service, its event sources and its folders");
    install->callback([&service] { service.action = ServiceAction::install; });
    install->footer(std::string(kExitCodes) +
                    "The service is not started: sc start AeClient, or a restart, does that.\n\n"
                    "Example:\n  aeclient service install");
    CLI::App* uninstall = command->add_subcommand(
        "uninstall", "Windows: stop and remove the service; certificates and keys stay");
    uninstall->callback([&service] { service.action = ServiceAction::uninstall; });
    uninstall->footer(std::string(kExitCodes) + "Example:\n  aeclient service uninstall");
    return command;
}

CLI::App* add_native_client(CLI::App& app, NativeClientCommand& native) {
    CLI::App* command = app.add_subcommand(
        "native-client", "Windows: the autoenrollment client that Windows brings along");
    command->require_subcommand(1);
    CLI::App* status = command->add_subcommand("status", "Which of its tasks are on");
    add_json(*status, native.output);
    CLI::App* disable = command->add_subcommand(
        "disable", "Turn its machine and user tasks off; credential roaming stays as it is");
    disable->callback([&native] { native.action = NativeClientAction::disable; });
    CLI::App* enable = command->add_subcommand("enable", "Turn on again what `disable` turned off");
    enable->callback([&native] { native.action = NativeClientAction::enable; });
    command->footer(std::string(kExitCodes) +
                    "Examples:\n"
                    "  aeclient native-client status\n"
                    "  aeclient native-client disable");
    return command;
}

CLI::App* add_selftest(CLI::App& app, SelftestCommand& selftest) {
    CLI::App* command = app.add_subcommand(
        "selftest", "Try every part of this build on this machine; leaves nothing behind");
    command->add_option("--ca", selftest.ca, "Also reach this certification authority: HOST\\NAME");
    add_json(*command, selftest.output);
    add_context(*command, selftest.sources);
    add_directory(*command, selftest.sources);
    add_as_member(*command, selftest.sources);
    command->footer(std::string(kExitCodes) +
                    "Examples:\n"
                    "  aeclient selftest\n"
                    "  aeclient selftest --ca 'ca1.corp.example.test\\Corp Issuing CA 1' --json");
    return command;
}

CLI::App* add_key_test(CLI::App& app, KeyTestCommand& test) {
    CLI::App* command = app.add_subcommand(
        "key-test", "Try a key provider with throw-away keys; without one: list them all");
    command->add_option("PROVIDER", test.provider,
                        "Its name, as templates write it, or a place as the setting KeyProviders "
                        "has it: software, tpm, tpm:TCTI, pkcs11:...");
    add_json(*command, test.output);
    add_context(*command, test.sources);
    command->add_flag("-v,--verbose", test.sources.verbose, "Log every step to standard error");
    command->footer(
        "Of each kind a key is made, signs, is opened again and is deleted; nothing stays. A "
        "wrong\n"
        "PIN is tried once. Exit code: 0 the provider works, or they were listed; 2 it does not;\n"
        "64 wrong command line.\n\n"
        "Examples:\n"
        "  aeclient key-test\n"
        "  aeclient key-test 'Microsoft Platform Crypto Provider'\n"
        "  aeclient key-test 'pkcs11:token=Corp%20HSM?pin-source=file:/etc/aeclient/pin' --json");
    return command;
}

CLI::App* add_status(CLI::App& app, StatusCommand& status) {
    CLI::App* command = app.add_subcommand(
        "status", "How autoenrollment stands here: policy, last and next run, certificates");
    add_json(*command, status.output);
    add_context(*command, status.sources);
    command->footer(
        "No network is used. Exit code: 0 healthy; 1 attention; 2 failing; 3 disabled by policy;\n"
        "4 the service does not run; 5 no run has ended yet; 6 this account may not ask; 64 wrong\n"
        "command line.\n\n"
        "Examples:\n"
        "  aeclient status\n"
        "  aeclient status --user --json | jq .state");
    return command;
}

CLI::App* add_events(CLI::App& app, EventsCommand& events) {
    CLI::App* command = app.add_subcommand(
        "events", "The events of past runs, whatever the LogLevel, oldest first");
    command->add_option("--since", events.since,
                        "Only later ones: 90m, 8h, 7d, 2026-11-21 or 2026-11-21T12:00:00Z");
    CLI::Option* csv = command->add_flag_callback(
        "--csv", [&events] { events.output = Output::csv; }, "Print comma separated values");
    add_json(*command, events.output);
    csv->excludes(command->get_option("--json"));
    add_context(*command, events.sources);
    command->footer(std::string(kExitCodes) +
                    "Examples:\n"
                    "  aeclient events --since 8h\n"
                    "  aeclient events --user --csv > events.csv");
    return command;
}

}  // namespace

Command parse_command_line(const std::vector<std::string>& line) {
    CLI::App app{"Certificate autoenrollment for members of an Active Directory domain."};
    app.set_version_flag("--version", "aeclient " AE_VERSION);
    app.require_subcommand(1);
    app.option_defaults()->always_capture_default(false);
    PulseCommand pulse;
    PulseCommand enroll;
    PlanCommand plan;
    CaptureCommand capture;
    ServiceCommand service;
    StatusCommand status;
    EventsCommand events;
    NativeClientCommand native;
    SelftestCommand selftest;
    KeyTestCommand key_test;
    const CLI::App* pulse_command = add_pulse(app, pulse);
    const CLI::App* enroll_command = add_enroll(app, enroll);
    const CLI::App* plan_command = add_plan(app, plan);
    const CLI::App* capture_command = add_capture(app, capture);
    const CLI::App* service_command = add_service(app, service);
    const CLI::App* status_command = add_status(app, status);
    const CLI::App* events_command = add_events(app, events);
    const CLI::App* native_command = add_native_client(app, native);
    const CLI::App* selftest_command = add_selftest(app, selftest);
    add_key_test(app, key_test);
    std::vector<const char*> words;
    words.reserve(line.size());
    for (const std::string& word : line) {
        words.push_back(word.c_str());
    }
    try {
        app.parse(static_cast<int>(words.size()), words.data());
    } catch (const CLI::ParseError& error) {
        return ExitNow{app.exit(error) == 0 ? 0 : kUsageError};
    }
    if (pulse_command->parsed()) {
        return pulse;
    }
    if (enroll_command->parsed()) {
        return enroll;
    }
    if (plan_command->parsed()) {
        return plan;
    }
    if (capture_command->parsed()) {
        return capture;
    }
    if (service_command->parsed()) {
        return service;
    }
    if (status_command->parsed()) {
        return status;
    }
    if (events_command->parsed()) {
        return events;
    }
    if (native_command->parsed()) {
        return native;
    }
    return selftest_command->parsed() ? Command(selftest) : Command(key_test);
}

}  // namespace ae::service
