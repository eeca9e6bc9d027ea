// The command line as CLI11 reads it, and as the values that describe it.
// One thread.  Private to the command line: CLI11 stays out of other headers.
#pragma once

#include "service/cli/command_doc.h"
#include "service/cli/options.h"

#include <memory>
#include <string>

#include <CLI/CLI.hpp>

namespace ae::service {

inline constexpr const char* kProgram = "aeclient";

// All commands; reading a line fills `chosen`, which must live as long as the tree.
std::unique_ptr<CLI::App> command_tree(Command& chosen);

// Hidden commands and options, which are not for people, are left out.
CommandDoc describe(const CLI::App& command);

}  // namespace ae::service
