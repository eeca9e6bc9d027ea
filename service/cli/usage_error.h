// What a wrong command line is told: one sentence, with the word that was probably meant.
// Pure, one thread.
#pragma once

#include "service/cli/command_tree.h"

#include <string>

namespace ae::service {

// `app` has just refused a line with `error`.  Two lines: what is wrong; where to read on.
std::string usage_complaint(const CLI::App& app, const CLI::ParseError& error);

// The command of a line that was read as far as it went: the innermost that it names.
const CLI::App& innermost(const CLI::App& app);

}  // namespace ae::service
