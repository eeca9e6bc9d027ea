#include "service/cli/command_options.h"

#include <algorithm>

namespace ae::service {
namespace {

// What the service was asked for (host/runner.h).
void add_worker_errand(CLI::App& command, PulseCommand& pulse) {
    const auto add = [&](const char* name, engine::Errand::Kind kind, auto& value) {
        command.add_option(name, value)->group("")->each([&pulse, kind](const std::string&) {
            pulse.errand.kind = kind;
        });
    };
    add("--enroll", engine::Errand::Kind::enroll, pulse.errand.template_name);
    add("--retrieve", engine::Errand::Kind::retrieve, pulse.errand.request_id);
    add("--renew", engine::Errand::Kind::renew, pulse.errand.thumbprint);
    command.add_option("--ca", pulse.errand.ca)->group("");
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
    add_worker_errand(command, pulse);
}

void add_pulse(CLI::App& app, Command& chosen) {
    const auto values = std::make_shared<PulseCommand>();
    PulseCommand& pulse = *values;
    CLI::App* command = app.add_subcommand(
        "pulse", "Run one pulse now: enroll for whatever is missing, renew, fetch, clean up");
    CLI::Option* foreground =
        command->add_flag("--foreground", pulse.foreground,
                          "Run it in this process instead of asking the service for it");
    CLI::Option* no_wait = command->add_flag_callback(
        "--no-wait", [&pulse] { pulse.wait = false; }, "Do not wait for its end");
    no_wait->excludes(foreground);
    add_output(*command, pulse.output);
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
    choose(*command, values, chosen);
}

constexpr const char* kErrandCodes =
    "The service does it where one runs, else this process. AEPolicy, the autoenroll flag and the\n"
    "Autoenroll right do not matter; Read and Enroll, the context and what this machine can do "
    "do.\n\n"
    "Exit code: 0 the certificate came; 1 none came and nothing is wrong: a valid one is held, or\n"
    "a request waits for approval; 2 refused or failed, the output says why; 64 wrong command "
    "line.\n\n";

// A service has its own files and tickets: who names others means this process.
bool means_this_process(CLI::App& command) {
    return std::ranges::any_of(local_options(command),
                               [](const CLI::Option* one) { return one->count() > 0; });
}

void choose_errand(CLI::App& command, const std::shared_ptr<PulseCommand>& values,
                   Command& chosen) {
    command.callback([values, &command, &chosen] {
        if (values->errand.kind == engine::Errand::Kind::none && !values->interactive) {
            throw CLI::RequiredError("TEMPLATE, or --interactive,");
        }
        // It would be a whole pulse that clears every brake.
        if (values->errand.kind == engine::Errand::Kind::none && values->sources.force) {
            throw CLI::RequiredError("TEMPLATE, of which --force wants one more,");
        }
        // Agreement is asked for on this terminal.
        values->foreground =
            values->foreground || values->interactive || means_this_process(command);
        values->or_here = true;
        chosen = *values;
    });
}

void add_errand(CLI::App& command, const std::shared_ptr<PulseCommand>& values, Command& chosen) {
    command.add_flag("--foreground", values->foreground,
                     "Do it in this process, also where the service runs");
    add_output(command, values->output);
    add_machine(command, values->sources);
    choose_errand(command, values, chosen);
}

// Not of `retrieve`: nothing stands in its way that a stronger wish would lift.
void add_force_of_errand(CLI::App& command, PulseCommand& pulse, const char* what) {
    command.add_flag("--force", pulse.sources.force, what);
}

constexpr const char* kAskThisCa =
    "Ask this CA alone: HOST\\NAME, or its name where that is unique";

void add_enroll(CLI::App& app, Command& chosen) {
    const auto values = std::make_shared<PulseCommand>();
    CLI::App* command = app.add_subcommand(
        "enroll", "Enroll for one template now, or for those that need this account's agreement");
    CLI::Option* name =
        command->add_option("TEMPLATE", values->errand.template_name,
                            "Its name (cn) or identifier (OID), not its display name");
    name->each(
        [values](const std::string&) { values->errand.kind = engine::Errand::Kind::enroll; });
    command->add_option("--ca", values->errand.ca, kAskThisCa)->type_name("CA")->needs(name);
    CLI::Option* interactive = command->add_flag_callback(
        "--interactive",
        [values] {
            values->interactive = true;
            values->sources.scope = engine::Scope::user;
            values->trigger = engine::Trigger::interactive;
        },
        "As the user; without TEMPLATE: ask on this terminal before each template that wants "
        "it");
    add_force_of_errand(*command, *values,
                        "Also when a valid certificate is held, or a request for it waits");
    add_errand(*command, values, chosen);
    if (CLI::Option* as_member = command->get_option_no_throw("--as-member")) {
        as_member->excludes(interactive);  // a user is who he is
    }
    command->footer(std::string(kErrandCodes) +
                    "Examples:\n"
                    "  aeclient enroll Machine\n"
                    "  aeclient enroll VPN --ca 'ca1.corp.example.test\\Corp Issuing CA 1'\n"
                    "  aeclient enroll --interactive");
}

void add_retrieve(CLI::App& app, Command& chosen) {
    const auto values = std::make_shared<PulseCommand>();
    CLI::App* command = app.add_subcommand(
        "retrieve", "Ask the CA what became of a request that waits for approval");
    values->errand.kind = engine::Errand::Kind::retrieve;
    command
        ->add_option("ID", values->errand.request_id,
                     "The request's number, as `aeclient certs --store request` shows it")
        ->required();
    command
        ->add_option("--ca", values->errand.ca,
                     "HOST\\NAME or its name, where two CAs gave the same number")
        ->type_name("CA");
    add_errand(*command, values, chosen);
    command->footer(std::string(kErrandCodes) + "Example:\n  aeclient retrieve 17");
}

void add_renew(CLI::App& app, Command& chosen) {
    const auto values = std::make_shared<PulseCommand>();
    CLI::App* command = app.add_subcommand("renew", "Renew one certificate now, due or not");
    values->errand.kind = engine::Errand::Kind::renew;
    command
        ->add_option("THUMBPRINT", values->errand.thumbprint,
                     "As `aeclient certs` shows it; its beginning (4 digits or more) is enough "
                     "where it is the only one")
        ->required();
    command->add_option("--ca", values->errand.ca, kAskThisCa)->type_name("CA");
    add_force_of_errand(*command, *values, "Also when a request for its renewal waits");
    add_errand(*command, values, chosen);
    command->footer(std::string(kErrandCodes) + "Example:\n  aeclient renew 1b2c3d4e");
}

void add_service(CLI::App& app, Command& chosen) {
    const auto values = std::make_shared<ServiceCommand>();
    ServiceCommand& service = *values;
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
    choose(*command, values, chosen);
}

}  // namespace

void add_running(CLI::App& app, Command& chosen) {
    add_pulse(app, chosen);
    add_enroll(app, chosen);
    add_retrieve(app, chosen);
    add_renew(app, chosen);
    add_service(app, chosen);
}

}  // namespace ae::service
