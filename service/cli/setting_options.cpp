#include "service/cli/command_options.h"

namespace ae::service {
namespace {

void add_policy(CLI::App& app, Command& chosen) {
    const auto values = std::make_shared<PolicyCommand>();
    CLI::App* command = app.add_subcommand("policy", "The settings in force, and the local ones");
    command->require_subcommand(1);
    CLI::App* show = command->add_subcommand(
        "show", "Every setting: its value, what it means, where it comes from");
    add_output(*show, values->output);
    add_context(*show, values->sources);
    show->footer(std::string(kExitCodes) + "Example:\n  aeclient policy show");
    CLI::App* set = command->add_subcommand(
        "set", "Change a local setting; what a group policy says still wins");
    set->add_option("NAME", values->name, "AEPolicy, ...")->required();
    set->add_option("VALUE", values->value, "7, 0x7, a text; \"none\" takes it back")->required();
    set->callback([values] { values->action = PolicyAction::set; });
    add_output(*set, values->output);
    add_context(*set, values->sources);
    set->footer(std::string(kExitCodes) +
                "On Linux a setting with --user is for every user of this machine.\n\n"
                "Example:\n  aeclient policy set AEPolicy 7");
    choose(*command, values, chosen);
}

void add_log_level(CLI::App& app, Command& chosen) {
    const auto values = std::make_shared<LogLevelCommand>();
    CLI::App* command =
        app.add_subcommand("log-level", "What goes to the system's log: say it or set it");
    command->add_option("LEVEL", values->level, "How much; without it: say how much it is now")
        ->check(choice_of({"0", "1", "2", "3", "4", "5", "default"}));
    add_output(*command, values->output);
    add_context(*command, values->sources);
    command->footer(std::string(kExitCodes) +
                    "Examples:\n"
                    "  aeclient log-level\n"
                    "  aeclient log-level 4\n"
                    "  aeclient log-level default");
    choose(*command, values, chosen);
}

void add_native_client(CLI::App& app, Command& chosen) {
    const auto values = std::make_shared<NativeClientCommand>();
    NativeClientCommand& native = *values;
    CLI::App* command = app.add_subcommand(
        "native-client", "Windows: the autoenrollment client that Windows brings along");
    command->require_subcommand(1);
    CLI::App* status = command->add_subcommand("status", "Which of its tasks are on");
    add_output(*status, native.output);
    status->footer(std::string(kExitCodes) + "Example:\n  aeclient native-client status --json");
    CLI::App* disable = command->add_subcommand(
        "disable", "Turn its machine and user tasks off; credential roaming stays as it is");
    add_output(*disable, native.output);
    disable->footer(std::string(kExitCodes) + "Example:\n  aeclient native-client disable");
    disable->callback([&native] { native.action = NativeClientAction::disable; });
    CLI::App* enable = command->add_subcommand("enable", "Turn on again what `disable` turned off");
    enable->callback([&native] { native.action = NativeClientAction::enable; });
    add_output(*enable, native.output);
    enable->footer(std::string(kExitCodes) + "Example:\n  aeclient native-client enable");
    command->footer(std::string(kExitCodes) +
                    "Examples:\n"
                    "  aeclient native-client status\n"
                    "  aeclient native-client disable");
    choose(*command, values, chosen);
}

void add_completion(CLI::App& app, Command& chosen) {
    const auto values = std::make_shared<CompletionCommand>();
    CLI::App* command =
        app.add_subcommand("completion", "Print a script that completes this command line");
    command->add_option("SHELL", values->shell, "The shell that is to read it")
        ->required()
        ->check(choice_of({"bash", "zsh", "fish", "powershell"}));
    command->footer(std::string(kExitCodes) +
                    "Packages for Linux bring the scripts along.\n\n"
                    "Examples:\n"
                    "  source <(aeclient completion bash)\n"
                    "  source <(aeclient completion zsh)\n"
                    "  aeclient completion fish | source\n"
                    "  aeclient completion powershell | Out-String | Invoke-Expression");
    choose(*command, values, chosen);
}

// For whoever reads a list of commands: options.cpp turns `help X` into `X --help` before it is
// read.
void add_help(CLI::App& app) {
    CLI::App* command = app.add_subcommand("help", "Explain a command, as its --help does");
    command->add_option_function<std::vector<std::string>>(
        "COMMAND", [](const auto& /*words*/) {}, "The command; without one: list them all");
    command->footer(std::string(kExitCodes) +
                    "Examples:\n"
                    "  aeclient help\n"
                    "  aeclient help policy set");
}

}  // namespace

void add_setting(CLI::App& app, Command& chosen) {
    add_policy(app, chosen);
    add_log_level(app, chosen);
    add_native_client(app, chosen);
    add_completion(app, chosen);
    add_help(app);
}

}  // namespace ae::service
