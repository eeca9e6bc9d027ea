#include "engine/base/hresult_table.h"
#include "service/hooks/hook_end.h"
#include "service/hooks/hook_process.h"
#include "service/host/descriptor_posix.h"
#include "service/host/new_process_posix.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>

#include <fcntl.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>

namespace ae::service {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

// How often we look whether we are to stop and, where the kernel knows no pidfd, whether it ended.
constexpr milliseconds kLookAround{100};
Error cannot_start(int number, const std::string& what) {
    Error error = system_error(number, what);
    switch (number) {
        case ENOENT:
            error.code = kFileNotFound;
            break;
        case EACCES:
        case EPERM:
            error.code = kAccessDenied;
            break;
        default:
            break;
    }
    error.remedy = "It must be a program, or a script whose first line names its interpreter";
    return error;
}

// A file of no name: unlike a pipe it is there as a whole, whether or not the hook reads it.
Result<UniqueDescriptor> document(const std::string& text) {
    UniqueDescriptor file(::memfd_create("aeclient-hook", MFD_CLOEXEC));
    std::string_view left = text;
    while (file && !left.empty()) {
        const auto count = ::write(file.get(), left.data(), left.size());
        if (count < 0) {
            file.reset();
        } else {
            left.remove_prefix(static_cast<std::size_t>(count));
        }
    }
    if (!file || ::lseek(file.get(), 0, SEEK_SET) != 0) {
        return fail(system_error(errno, "it cannot be told anything"));
    }
    return file;
}

// 0 or the number of the error.
int spawn(const HookProcess& hook, int input, int output, pid_t& process) {
    std::vector<std::string> variables;
    for (const auto& [name, value] : hook.environment) {
        variables.push_back(std::string(name).append("=").append(value));
    }
    SpawnActions actions;
    for (const int problem : {
             // In this order: `input` is the older one, so `output` is never 0.
             ::posix_spawn_file_actions_adddup2(&actions.value, input, STDIN_FILENO),
             ::posix_spawn_file_actions_adddup2(&actions.value, output, STDOUT_FILENO),
             ::posix_spawn_file_actions_adddup2(&actions.value, STDOUT_FILENO, STDERR_FILENO),
             ::posix_spawn_file_actions_addclosefrom_np(&actions.value, STDERR_FILENO + 1),
             ::posix_spawn_file_actions_addchdir_np(&actions.value, "/"),
         }) {
        if (problem != 0) {
            return problem;
        }
    }
    return spawn_group(hook.command.front(), hook.command, pointers_to(variables), actions,
                       process);
}

// A process group with its first process and the pipe that it prints to.  Until that is reaped its
// number, and its group's, are nobody else's.
class Group {
  public:
    Group(pid_t id, UniqueDescriptor output)
        : id_(id),
          output_(std::move(output)),
          end_(static_cast<int>(::syscall(SYS_pidfd_open, id, 0))) {}
    Group(const Group&) = delete;
    Group& operator=(const Group&) = delete;
    Group(Group&&) = delete;
    Group& operator=(Group&&) = delete;
    ~Group() {
        kill_all();
        siginfo_t info{};
        while (::waitid(P_PID, static_cast<id_t>(id_), &info, WEXITED) != 0 && errno == EINTR) {
        }
    }

    // Until there is something to read, or it has ended, or the time is over.
    void wait(milliseconds time) {
        std::array<pollfd, 2> all{pollfd{output_.get(), POLLIN, 0}, pollfd{end_.get(), POLLIN, 0}};
        ::poll(all.data(), all.size(), static_cast<int>(time.count()));
        if (all[0].revents != 0) {
            read_some();
        }
    }

    // What is known of its end; si_pid is 0 while it runs.
    [[nodiscard]] siginfo_t look() const {
        siginfo_t info{};
        if (::waitid(P_PID, static_cast<id_t>(id_), &info, WEXITED | WNOHANG | WNOWAIT) != 0) {
            info.si_pid = id_;  // somebody else took its exit code, so that is not known
            info.si_code = 0;
        }
        return info;
    }

    // It has ended: what lies in the pipe is all that it had to say.  Who still holds the other end
    // is not heard to his end, and killed with the group.
    void read_rest() {
        int left = 0;
        if (output_ && ::ioctl(output_.get(), FIONREAD, &left) == 0) {
            while (left > 0 && output_) {
                left -= std::max(read_some(), 1);
            }
        }
    }

    [[nodiscard]] const LastWords& words() const { return words_; }

  private:
    void kill_all() const { ::kill(-id_, SIGKILL); }

    int read_some() {
        std::array<char, 16384> buffer;  // NOLINT: filled by read
        const auto count = ::read(output_.get(), buffer.data(), buffer.size());
        if (count > 0) {
            words_.add({buffer.data(), static_cast<std::size_t>(count)});
        } else if (count == 0 || (errno != EAGAIN && errno != EINTR)) {
            output_.reset();  // it closed its output; it may go on
        }
        return static_cast<int>(count);
    }

    pid_t id_;
    UniqueDescriptor output_;
    UniqueDescriptor end_;  // none before Linux 5.3, and where a container forbids it
    LastWords words_{};
};

Done conclude(const siginfo_t& info, const LastWords& words) {
    if (info.si_code == CLD_EXITED && info.si_status == 0) {
        return done();
    }
    if (info.si_code == 0) {
        return fail(hook_failed("an exit code that is not known", words));
    }
    const char* what = info.si_code == CLD_EXITED ? "exit code " : "signal ";
    return fail(hook_failed(what + std::to_string(info.si_status), words));
}

Done watch(const HookProcess& hook, Group& group) {
    const auto last = steady_clock::now() + hook.limit;
    while (true) {
        if (const siginfo_t info = group.look(); info.si_pid != 0) {
            group.read_rest();
            return conclude(info, group.words());
        }
        const auto left = std::chrono::ceil<milliseconds>(last - steady_clock::now());
        if (left <= milliseconds::zero()) {
            return fail(hook_too_slow(hook.limit, group.words()));
        }
        if (hook.stop.stop_requested()) {
            return fail(hook_stopped());
        }
        group.wait(std::min(left, kLookAround));
    }
}

}  // namespace

Done run_hook_process(const HookProcess& hook) {
    auto input = document(hook.input);
    if (!input) {
        return pass(input);
    }
    std::array<int, 2> ends{-1, -1};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) {
        return fail(cannot_start(errno, "it cannot be started"));
    }
    UniqueDescriptor output(ends[0]);
    UniqueDescriptor its_output(ends[1]);
    ::fcntl(output.get(), F_SETFL, O_NONBLOCK);
    keep_exit_codes();
    pid_t id = 0;
    if (const int problem = spawn(hook, input->get(), its_output.get(), id); problem != 0) {
        return fail(cannot_start(problem, "it cannot be started"));
    }
    its_output.reset();
    Group group(id, std::move(output));
    return watch(hook, group);
}

}  // namespace ae::service
