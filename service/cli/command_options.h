// What several commands take, and how a command is put on the command line.
// Each add_...() gives the command line one command; when it is the one that was typed, `chosen`
// gets its values.  One thread.
#pragma once

#include "service/cli/options.h"
#include "service/cli/options_platform.h"

#include <memory>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

namespace ae::service {

inline constexpr const char* kExitCodes =
    "Exit code: 0 everything that should happen did; 2 something failed, the output says what;\n"
    "64 wrong command line.\n\n";

// What stands behind an option, for people and for completion: option->type_name(kFile).
inline constexpr const char* kFile = "FILE";
inline constexpr const char* kFolder = "FOLDER";
// One of these words, in any case; another one is told which was probably meant.
CLI::Validator choice_of(const std::vector<std::string>& words);

// `values` is filled while the line is read and must live as long as `command`: shared by both.
template <class Values>
void choose(CLI::App& command, std::shared_ptr<Values> values, Command& chosen) {
    command.callback([values = std::move(values), &chosen] { chosen = *values; });
}

// Which context, and where its files stand: what commands without a network take, too.
void add_context(CLI::App& command, Sources& sources);
// Who the context is to the directory, and -v.
void add_directory(CLI::App& command, Sources& sources);
// Both, and on Windows --as-member: of a command that looks at this machine and its directory.
void add_machine(CLI::App& command, Sources& sources);
// --json and --quiet.
void add_output(CLI::App& command, Output& output);
void add_force(CLI::App& command, Sources& sources);
// --machine: the service looks, as the account whose context it is; of a command that looks at the
// machine and its directory (control/inspection.h).  After add_machine(), and add_from() if any.
void add_through_service(CLI::App& command, Sources& sources);
// A capture in place of this machine; it excludes what says where this machine's files are.
void add_from(CLI::App& command, std::string& from);
// What only a command that looks at this machine, in this process, can obey.
std::vector<CLI::Option*> local_options(CLI::App& command);

void add_running(CLI::App& app, Command& chosen);  // pulse, enroll, retrieve, renew, service
void add_looking(CLI::App& app, Command& chosen);  // plan, capture, status, events, replica, report
void add_asking(CLI::App& app, Command& chosen);   // doctor, explain, selftest, key-test, whoami
void add_listing(CLI::App& app, Command& chosen);  // certs, templates, cas, ca-ping
void add_setting(CLI::App& app, Command& chosen);  // policy, log-level, native-client, help ...

}  // namespace ae::service
