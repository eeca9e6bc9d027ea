// One hook as a process: the document on its standard input, the end of its output kept for the
// log, and an end when its time is over.  It and all that it started are killed then, and what it
// left running is killed when it has ended.  (Linux: a program that made itself a session of its
// own has left.)  No shell, no argument, descriptor or handle of ours, a neutral current folder.
// It need not read its input; what it leaves unread is thrown away.
// Blocks; any thread.
// Errors: kTimeout; kOperationAborted, somebody wants us to end; kProcessAborted, it ended with
// another exit code than 0 or crashed; kFileNotFound, kAccessDenied and others, it cannot be
// started.
// Not Boost.Process 1.81: its limit_handles closes the hook's own input and output too and hides
// that a program is missing, and it does not compile with mingw.
#pragma once

#include "service/hooks/hook_folder.h"

#include <chrono>
#include <stop_token>
#include <string>

namespace ae::service {

struct HookProcess {
    std::vector<std::string> command{};  // full path of the program, and its arguments
    std::vector<std::pair<std::string, std::string>> environment{};
    std::string input{};
    std::chrono::milliseconds limit{};
    std::stop_token stop{};
};
Done run_hook_process(const HookProcess& hook);

}  // namespace ae::service
