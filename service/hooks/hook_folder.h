// The programs that an administrator wants to be run after a certificate came or was renewed.
//
//   Linux    machine: /etc/aeclient/hooks.d; user: $XDG_CONFIG_HOME/aeclient/hooks.d (~/.config)
//            executable files; each of them and every folder above it must belong to root (user:
//            or to the account) and be writable by nobody else; links are refused.  A folder on the
//            way may be one like /tmp, where nobody can rename what is another's.
//   Windows  hooks.d in the context's state folder (%ProgramData%\aeclient)
//            *.exe, *.cmd, *.bat, and *.ps1 through Windows PowerShell; only this account, SYSTEM,
//            Administrators and TrustedInstaller may own or be able to write to each of them, to
//            the folder and to the state folder; links are refused
//
// Whoever can write there acts as the context, so what others could have written is refused aloud
// and never run.  Blocks on the disk; any thread.
#pragma once

#include "engine/base/result.h"
#include "engine/directory.h"

#include <string>
#include <utility>
#include <vector>

namespace ae::service {

struct HookProgram {
    std::string name{};                  // of the file: "10-nginx"
    std::vector<std::string> command{};  // full path of what is run, and its arguments
};

struct HookFolder {
    std::vector<HookProgram> programs{};  // by name
    std::vector<Error> refused{};
};

std::string hook_folder(engine::Scope scope, const std::string& state_dir);

// No such folder: no hooks.  One that is not to be trusted: all of it is refused.
HookFolder read_hook_folder(engine::Scope scope, const std::string& path);

// All that a hook finds in its environment: ours could hold anything.
std::vector<std::pair<std::string, std::string>> hook_environment(engine::Scope scope);

}  // namespace ae::service
