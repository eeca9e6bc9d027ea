#include "service/cli/command_options.h"

namespace ae::service {
namespace {

void add_plan(CLI::App& app, Command& chosen) {
    const auto values = std::make_shared<PlanCommand>();
    PlanCommand& plan = *values;
    CLI::App* command = app.add_subcommand(
        "plan", "Say what a pulse would do and why; nothing is changed anywhere");
    add_output(*command, plan.output);
    add_context(*command, plan.sources);
    add_force(*command, plan.sources);
    add_directory(*command, plan.sources);
    add_as_member(*command, plan.sources);
    add_from(*command, plan.from);
    add_through_service(*command, plan.sources);
    command->footer(std::string(kExitCodes) +
                    "A plan that says \"failed\" for a template is still a plan: exit code 0.\n\n"
                    "Examples:\n"
                    "  aeclient plan\n"
                    "  aeclient plan --from ws1.capture --json | jq .actions");
    choose(*command, values, chosen);
}

void add_capture(CLI::App& app, Command& chosen) {
    const auto values = std::make_shared<CaptureCommand>();
    CaptureCommand& capture = *values;
    CLI::App* command = app.add_subcommand(
        "capture", "Write all that a pulse would know to FILE, for `aeclient plan --from FILE`");
    command->add_option("FILE", capture.file, "The archive to write; it is replaced in one step")
        ->type_name(kFile)
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
    choose(*command, values, chosen);
}

void add_status(CLI::App& app, Command& chosen) {
    const auto values = std::make_shared<StatusCommand>();
    StatusCommand& status = *values;
    CLI::App* command = app.add_subcommand(
        "status", "How autoenrollment stands here: policy, last and next run, certificates");
    add_output(*command, status.output);
    add_context(*command, status.sources);
    command->footer(
        "No network is used.\n\n"
        "Exit code: 0 healthy; 1 attention; 2 failing; 3 disabled by policy;\n"
        "4 the service does not run; 5 no run has ended yet; 6 this account may not ask; 64 wrong\n"
        "command line.\n\n"
        "Examples:\n"
        "  aeclient status\n"
        "  aeclient status --user --json | jq .state");
    choose(*command, values, chosen);
}

void add_events(CLI::App& app, Command& chosen) {
    const auto values = std::make_shared<EventsCommand>();
    EventsCommand& events = *values;
    CLI::App* command = app.add_subcommand(
        "events", "The events of past runs, whatever the LogLevel, oldest first");
    command
        ->add_option("--since", events.since,
                     "Only later ones: 90m, 8h, 7d, 2026-11-21 or 2026-11-21T12:00:00Z")
        ->type_name("TIME");
    CLI::Option* csv = command->add_flag_callback(
        "--csv", [&events] { events.output = Output::csv; }, "Print comma separated values");
    add_output(*command, events.output);
    csv->excludes(command->get_option("--json"));
    add_context(*command, events.sources);
    command->footer(std::string(kExitCodes) +
                    "Examples:\n"
                    "  aeclient events --since 8h\n"
                    "  aeclient events --user --csv > events.csv");
    choose(*command, values, chosen);
}

void add_replica(CLI::App& app, Command& chosen) {
    const auto values = std::make_shared<ReplicaCommand>();
    CLI::App* command = app.add_subcommand(
        "replica", "The last good copy of what the directory said, or a new one");
    command->add_flag(
        "--refresh", values->refresh,
        "Read the directory now and keep what it says; needs the right to change the state");
    add_output(*command, values->output);
    add_machine(*command, values->sources);
    command->footer(std::string(kExitCodes) +
                    "Examples:\n"
                    "  aeclient replica\n"
                    "  aeclient replica --refresh");
    choose(*command, values, chosen);
}

void add_report(CLI::App& app, Command& chosen) {
    const auto values = std::make_shared<ReportCommand>();
    CLI::App* command = app.add_subcommand(
        "report", "Health, certificates, decisions, findings and events on one page for a ticket");
    CLI::Option* html =
        command->add_option("--html", values->html, "Write one self-contained page");
    CLI::Option* merge = command->add_option(
        "--merge", values->merge, "Make one page of these files, which `report --json` wrote");
    html->type_name(kFile);
    merge->type_name(kFile)->needs(html);
    add_output(*command, values->output);
    command->get_option("--json")->excludes(html);
    add_machine(*command, values->sources);
    add_from(*command, values->from);
    merge->excludes("--from");
    command->footer(std::string(kExitCodes) +
                    "Examples:\n"
                    "  aeclient report --html ticket.html\n"
                    "  aeclient report --json > ws1.json\n"
                    "  aeclient report --merge ws1.json ws2.json --html fleet.html");
    choose(*command, values, chosen);
}

}  // namespace

void add_looking(CLI::App& app, Command& chosen) {
    add_plan(app, chosen);
    add_capture(app, chosen);
    add_status(app, chosen);
    add_events(app, chosen);
    add_replica(app, chosen);
    add_report(app, chosen);
}

}  // namespace ae::service
