// What starting a worker and a hook have in common on Linux ([posix_spawn(3)]).  Any thread.
#pragma once

#include <string>
#include <vector>

#include <spawn.h>
#include <sys/types.h>

namespace ae::service {

// What becomes of the descriptors; the caller adds to it.
struct SpawnActions {
    SpawnActions() { ::posix_spawn_file_actions_init(&value); }
    ~SpawnActions() { ::posix_spawn_file_actions_destroy(&value); }
    SpawnActions(const SpawnActions&) = delete;
    SpawnActions& operator=(const SpawnActions&) = delete;
    SpawnActions(SpawnActions&&) = delete;
    SpawnActions& operator=(SpawnActions&&) = delete;
    posix_spawn_file_actions_t value{};
};

// The texts as argv and envp want them, as long as they live unchanged.
std::vector<char*> pointers_to(std::vector<std::string>& texts);

// In a process group of its own, with no signal blocked or ignored.  `environment` ends with a
// nullptr.  0 or the number of the error.
int spawn_group(const std::string& program, std::vector<std::string> words,
                const std::vector<char*>& environment, const SpawnActions& actions, pid_t& process);

// Whoever started us may ignore SIGCHLD; then the kernel would throw exit codes away.
void keep_exit_codes();

}  // namespace ae::service
