#include "service/cli/command_options.h"

#include "engine/base/text.h"
#include "service/cli/nearest.h"

#include <algorithm>

namespace ae::service {

CLI::Validator choice_of(const std::vector<std::string>& words) {
    return CLI::Validator(
        [words](std::string& typed) {
            const auto found = std::ranges::find_if(
                words, [&](const std::string& word) { return equal_ignoring_case(word, typed); });
            if (found == words.end()) {
                return '"' + printable(typed) + "\" is none of " + join(words, ", ") +
                       did_you_mean(typed, words);
            }
            typed = *found;
            return std::string();
        },
        '{' + join(words, ",") + '}');
}

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

void add_machine(CLI::App& command, Sources& sources) {
    add_context(command, sources);
    add_directory(command, sources);
    add_as_member(command, sources);
}

void add_output(CLI::App& command, Output& output) {
    CLI::Option* json = command.add_flag_callback(
        "--json", [&output] { output = Output::json; }, "Print one JSON object instead of tables");
    command
        .add_flag_callback(
            "-q,--quiet", [&output] { output = Output::quiet; },
            "Print no report; the exit code says it")
        ->excludes(json);
}

void add_force(CLI::App& command, Sources& sources) {
    command.add_flag("--force", sources.force,
                     "Ask again at once: no brake, no back-off, and an emptied trust container of "
                     "the directory counts");
}

void add_from(CLI::App& command, std::string& from) {
    CLI::Option* option = command.add_option(
        "--from", from, "Decide from this capture or scenario folder instead of this machine");
    option->type_name(kFile);
    option->check([](const std::string& path) {
        return path.empty() ? std::string("it names no file") : std::string();
    });
    for (CLI::Option* local : local_options(command)) {
        option->excludes(local);
    }
    option->excludes("--user");
}

void add_through_service(CLI::App& command, Sources& sources) {
    CLI::Option* machine =
        command.add_flag("--machine", sources.through_service,
                         "Have the service look, as the machine's own account: for an "
                         "administrator who is not that account");
    for (CLI::Option* local : local_options(command)) {
        machine->excludes(local);
    }
    for (const char* other : {"--user", "--from", "--force", "--verbose"}) {
        if (CLI::Option* option = command.get_option_no_throw(other)) {
            machine->excludes(option);
        }
    }
}

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

}  // namespace ae::service
