#include "service/host/descriptor_posix.h"
#include "service/host/new_process_posix.h"
#include "service/host/worker.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <string_view>
#include <utility>

#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <fcntl.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>

namespace ae::service {
namespace {

constexpr const char* kThisOne = "/proc/self/exe";
constexpr const char* kShownName = "aeclient";
// What speaks to our service manager is ours alone.
constexpr std::array<std::string_view, 6> kOurs{
    "NOTIFY_SOCKET=", "WATCHDOG_USEC=", "WATCHDOG_PID=",
    "LISTEN_FDS=",    "LISTEN_PID=",    "LISTEN_FDNAMES="};
std::vector<char*> environment_for_worker() {
    std::vector<char*> kept;
    for (char** entry = environ; *entry != nullptr; ++entry) {
        bool ours = false;
        for (const auto name : kOurs) {
            ours = ours || std::string_view(*entry).starts_with(name);
        }
        if (!ours) {
            kept.push_back(*entry);
        }
    }
    kept.push_back(nullptr);
    return kept;
}

// 0 or the number of the error.
int spawn(const std::string& program, const std::vector<std::string>& arguments, int output,
          pid_t& process) {
    std::vector<std::string> texts{kShownName};
    texts.insert(texts.end(), arguments.begin(), arguments.end());
    SpawnActions actions;
    for (const int problem : {
             // In this order: `output` may be 0 itself.
             ::posix_spawn_file_actions_adddup2(&actions.value, output, STDOUT_FILENO),
             ::posix_spawn_file_actions_addopen(&actions.value, STDIN_FILENO, "/dev/null", O_RDONLY,
                                                0),
             // All of ours are closed by exec already; this is for those of libraries.
             ::posix_spawn_file_actions_addclosefrom_np(&actions.value, STDERR_FILENO + 1),
         }) {
        if (problem != 0) {
            return problem;
        }
    }
    return spawn_group(program, std::move(texts), environment_for_worker(), actions, process);
}

// Each wait for its end holds it, so that it is reaped also when nobody wants to hear of it any
// more.
class Process : public std::enable_shared_from_this<Process> {
  public:
    Process(Loop& loop, pid_t id, UniqueDescriptor output, WorkerEvents events)
        : id_(id),
          events_(std::move(events)),
          output_(loop, std::move(output), [this] { read(); }) {}

    void wait_for_end(Loop& loop) {
        // glibc 2.36 declares pidfd_open for C alone.
        UniqueDescriptor handle(static_cast<int>(::syscall(SYS_pidfd_open, id_, 0)));
        auto descriptor = std::make_shared<boost::asio::posix::stream_descriptor>(loop);
        boost::system::error_code error;
        if (handle) {
            descriptor->assign(handle.get(), error);
        }
        if (!handle || error) {  // before Linux 5.3, and where a container forbids it
            auto signals = std::make_shared<boost::asio::signal_set>(loop);
            signals->add(SIGCHLD, error);
            wait_for_signal(signals);
            // It may have been quicker than that.
            boost::asio::post(loop, [self = shared_from_this()] { self->look(); });
            return;
        }
        (void)handle.release();
        descriptor->async_wait(
            boost::asio::posix::descriptor_base::wait_read,
            [self = shared_from_this(), descriptor](const boost::system::error_code& failed) {
                if (!failed) {
                    self->look();
                }
            });
    }

    void stop() const {
        if (id_ != 0) {
            ::kill(id_, SIGTERM);
        }
    }
    void kill() const {
        if (id_ != 0) {
            ::kill(-id_, SIGKILL);  // its process group
        }
    }
    void forget() {
        events_ = {};
        output_.reset();
    }

  private:
    using Signals = std::shared_ptr<boost::asio::signal_set>;
    void wait_for_signal(const Signals& signals) {
        signals->async_wait([self = shared_from_this(), signals](
                                const boost::system::error_code& failed, int /*number*/) {
            if (!failed && !self->look()) {
                self->wait_for_signal(signals);
            }
        });
    }

    // Whether it has ended.  Until it is reaped its number, and its group's, are nobody else's.
    bool look() {
        if (id_ == 0) {
            return true;
        }
        siginfo_t info{};
        const auto id = static_cast<id_t>(id_);
        if (::waitid(P_PID, id, &info, WEXITED | WNOHANG | WNOWAIT) == 0) {
            if (info.si_pid == 0) {
                return false;
            }
            kill();
            ::waitid(P_PID, id, &info, WEXITED);
        } else {
            warning_ = "somebody else took its exit code";
        }
        id_ = 0;
        read_rest();
        output_.reset();
        if (!partial_.empty() && warning_.empty()) {
            warning_ = "its last line was cut off";
        }
        const auto end = std::exchange(events_, {}).end;
        if (end) {
            end({info.si_code == CLD_EXITED, info.si_status, std::move(warning_)});
        }
        return true;
    }

    // How many octets.
    int read() {
        std::array<char, 16384> buffer;  // NOLINT: filled by read
        const auto count = ::read(output_.get(), buffer.data(), buffer.size());
        if (count > 0) {
            take({buffer.data(), static_cast<std::size_t>(count)});
        } else if (count == 0 || errno != EAGAIN) {
            output_.reset();
        }
        return static_cast<int>(count);
    }

    // What lies in the pipe now is all that it had to say: others who hold the pipe's other end,
    // because they left its group, are neither waited for nor heard to their end.
    void read_rest() {
        int left = 0;
        if (output_.get() >= 0 && ::ioctl(output_.get(), FIONREAD, &left) == 0) {
            while (left > 0 && output_.get() >= 0) {
                left -= std::max(read(), 1);
            }
        }
    }

    void take(std::string_view text) {
        const auto tell = events_.line;
        for (auto end = text.find('\n'); end != std::string_view::npos; end = text.find('\n')) {
            partial_ += text.substr(0, end);
            text.remove_prefix(end + 1);
            const std::string line = std::exchange(partial_, {});
            if (line.size() > kLongestLine) {
                refuse();
                return;
            }
            if (tell) {
                tell(line);
            }
            if (output_.get() < 0) {
                return;  // nobody wants to hear more
            }
        }
        partial_ += text;
        if (partial_.size() > kLongestLine) {
            refuse();
        }
    }

    void refuse() {
        warning_ = "it printed a line of more than 16 MiB and was killed";
        partial_ = {};
        output_.reset();
        kill();
    }

    pid_t id_;  // 0: reaped
    WorkerEvents events_;
    Readable output_;
    std::string partial_{};
    std::string warning_{};
};

class PosixWorker final : public Worker {
  public:
    explicit PosixWorker(std::shared_ptr<Process> process) : process_(std::move(process)) {}
    PosixWorker(const PosixWorker&) = delete;
    PosixWorker& operator=(const PosixWorker&) = delete;
    PosixWorker(PosixWorker&&) = delete;
    PosixWorker& operator=(PosixWorker&&) = delete;
    ~PosixWorker() override {
        process_->forget();
        process_->kill();
    }
    void ask_to_stop() override { process_->stop(); }
    void kill() override { process_->kill(); }

  private:
    std::shared_ptr<Process> process_;
};

}  // namespace

Result<std::unique_ptr<Worker>> start_worker(Loop& loop, const std::vector<std::string>& arguments,
                                             WorkerEvents events, const std::string& given) {
    const std::string program = given.empty() ? kThisOne : given;
    const std::string what = "start the pulse's process " + program;
    std::array<int, 2> ends{-1, -1};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) {
        return fail(system_error(errno, what));
    }
    UniqueDescriptor output(ends[0]);
    const UniqueDescriptor input(ends[1]);
    if (::fcntl(output.get(), F_SETFL, O_NONBLOCK) != 0) {
        return fail(system_error(errno, what));
    }
    keep_exit_codes();
    pid_t id = 0;
    if (const int problem = spawn(program, arguments, input.get(), id); problem != 0) {
        return fail(system_error(problem, what));
    }
    auto process = std::make_shared<Process>(loop, id, std::move(output), std::move(events));
    process->wait_for_end(loop);
    return std::make_unique<PosixWorker>(std::move(process));
}

std::string crash_text(const WorkerEnd& how) {
    return "signal " + std::to_string(how.code) + " ended it";
}

void die_with_parent() {
    // The image is called "exe" after the link that it was started by.
    ::prctl(PR_SET_NAME, kShownName);
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    // A parent that was gone before that sends no signal any more.  Not getppid(): as a container's
    // first process the host has the very number that orphans see.
    pollfd output{STDOUT_FILENO, 0, 0};
    if (::poll(&output, 1, 0) == 1 && (output.revents & POLLERR) != 0) {
        ::kill(::getpid(), SIGKILL);
    }
}

}  // namespace ae::service
