// A disk that refuses: root ignores file modes, so the test mounts a small tmpfs in a mount
// namespace of its own, in a child; where that is not permitted it says so and is skipped.  Linux.
#pragma once

#include <filesystem>
#include <functional>
#include <string>

#include <catch2/catch.hpp>
#include <sched.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

namespace ae::test {

inline constexpr int kNotPermitted = 99;

// Runs `check` in a child that sees `where` as a fresh tmpfs.  The child answers with a list of
// what did not hold, one per line; empty when all did.
inline std::string on_tmpfs(const std::filesystem::path& where, const char* options,
                            const std::function<std::string()>& check) {
    int pipe_ends[2] = {-1, -1};
    REQUIRE(::pipe(pipe_ends) == 0);
    const pid_t child = ::fork();
    if (child == 0) {
        if (::unshare(CLONE_NEWNS) != 0 ||
            ::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0 ||
            ::mount("tmpfs", where.c_str(), "tmpfs", 0, options) != 0) {
            ::_exit(kNotPermitted);
        }
        const std::string answer = check();
        static_cast<void>(::write(pipe_ends[1], answer.data(), answer.size()));
        ::_exit(0);
    }
    ::close(pipe_ends[1]);
    std::string answer;
    char buffer[4096];
    for (ssize_t got = 0; (got = ::read(pipe_ends[0], buffer, sizeof buffer)) > 0;) {
        answer.append(buffer, static_cast<std::size_t>(got));
    }
    ::close(pipe_ends[0]);
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    REQUIRE(WIFEXITED(status));
    if (WEXITSTATUS(status) == kNotPermitted) {
        WARN("skipped: this account may not mount a tmpfs in a namespace of its own");
        return {};
    }
    REQUIRE(WEXITSTATUS(status) == 0);
    return answer;
}

}  // namespace ae::test
