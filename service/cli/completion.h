// Scripts that complete the command line in a shell, made of its description.  Pure, any thread.
// They know commands, options and fixed words; names of templates and CAs they do not: a shell that
// asks the directory at every press of a key is none that one wants.
// Sources: bash(1) "Programmable Completion"; zshcompsys(1); fish's complete(1); PowerShell's
// Register-ArgumentCompleter -Native.
#pragma once

#include "service/cli/command_doc.h"

#include <functional>
#include <string>

namespace ae::service {

std::string bash_completion(const CommandDoc& program);
std::string zsh_completion(const CommandDoc& program);
std::string fish_completion(const CommandDoc& program);
std::string powershell_completion(const CommandDoc& program);

// `visit` sees `command` and all below it.  `place` names each: "" the program itself, "/service",
// "/service/run".
using VisitCommand = std::function<void(const std::string& place, const CommandDoc& command)>;
void visit_commands(const CommandDoc& command, const VisitCommand& visit,
                    const std::string& place = {});
// All places but the program's own.
std::vector<std::string> places_below(const CommandDoc& program);

}  // namespace ae::service
