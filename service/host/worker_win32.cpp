#include "engine/base/hresult_table.h"
#include "service/control/control_session.h"
#include "service/host/child_pipe_win32.h"
#include "service/host/command_line_win32.h"
#include "service/host/new_process_win32.h"
#include "service/host/worker.h"
#include "service/own_program_win32.h"
#include "service/stop_event_win32.h"

#include <array>
#include <optional>
#include <string_view>
#include <utility>

#include <boost/asio/windows/object_handle.hpp>
#include <boost/asio/windows/stream_handle.hpp>

namespace ae::service {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

constexpr const char* kShownName = "aeclient";
constexpr DWORD kFirstException = 0xC0000000;  // [MS-ERREF] 2.3: severity "error"
constexpr UINT kKilled = 0xC000013A;           // STATUS_CONTROL_C_EXIT

UniqueFileHandle nowhere(DWORD access) {
    SECURITY_ATTRIBUTES inherited{sizeof inherited, nullptr, TRUE};
    return UniqueFileHandle(::CreateFileW(L"NUL", access, FILE_SHARE_READ | FILE_SHARE_WRITE,
                                          &inherited, OPEN_EXISTING, 0, nullptr));
}

// A service has no standard error.
UniqueFileHandle our_standard_error() {
    HANDLE copy = INVALID_HANDLE_VALUE;
    const HANDLE ours = ::GetStdHandle(STD_ERROR_HANDLE);
    return ours != nullptr && ours != INVALID_HANDLE_VALUE &&
                   ::DuplicateHandle(::GetCurrentProcess(), ours, ::GetCurrentProcess(), &copy, 0,
                                     TRUE, DUPLICATE_SAME_ACCESS)
               ? UniqueFileHandle(copy)
               : nowhere(GENERIC_WRITE);
}

struct Started {
    UniqueWinHandle process{};
    UniqueWinHandle job{};
    UniqueWinHandle stop{};  // event
    UniqueFileHandle output{};
};

Result<Started> spawn(const std::wstring& program, const std::vector<std::string>& arguments) {
    auto output = make_child_pipe(PipeFlow::from_child);
    if (!output) {
        return pass(output);
    }
    auto job = make_killing_job();
    if (!job) {
        return pass(job);
    }
    SECURITY_ATTRIBUTES inherited{sizeof inherited, nullptr, TRUE};
    UniqueWinHandle stop(::CreateEventW(&inherited, TRUE, FALSE, nullptr));
    const UniqueFileHandle input = nowhere(GENERIC_READ);
    const UniqueFileHandle errors = our_standard_error();
    if (!stop || !input || !errors) {
        return fail(last_error("make its handles"));
    }
    const ProcessAttributes attributes(
        {input.get(), output->childs.get(), errors.get(), stop.get()}, job->get());
    STARTUPINFOEXW how{};
    how.StartupInfo.cb = sizeof how;
    how.StartupInfo.dwFlags = STARTF_USESTDHANDLES;
    how.StartupInfo.hStdInput = input.get();
    how.StartupInfo.hStdOutput = output->childs.get();
    how.StartupInfo.hStdError = errors.get();
    how.lpAttributeList = attributes.get();
    if (how.lpAttributeList == nullptr) {
        return fail(last_error("name its handles"));
    }
    std::vector<std::string> words{kShownName};
    words.insert(words.end(), arguments.begin(), arguments.end());
    std::wstring line = command_line(words);
    std::wstring environment = environment_with(
        kStopEventVariable, std::to_wstring(reinterpret_cast<std::uintptr_t>(stop.get())));
    PROCESS_INFORMATION made{};
    if (!::CreateProcessW(
            program.c_str(), line.data(), nullptr, nullptr, TRUE,
            CREATE_NO_WINDOW | CREATE_UNICODE_ENVIRONMENT | EXTENDED_STARTUPINFO_PRESENT,
            environment.data(), nullptr, &how.StartupInfo, &made)) {
        return fail(last_error("create the process"));
    }
    const UniqueWinHandle thread(made.hThread);
    return Started{UniqueWinHandle(made.hProcess), std::move(*job), std::move(stop),
                   std::move(output->ours)};
}

class Process : public std::enable_shared_from_this<Process> {
  public:
    Process(Loop& loop, Started started, WorkerEvents events)
        : events_(std::move(events)),
          job_(std::move(started.job)),
          stop_(std::move(started.stop)),
          process_(loop, started.process.release()),
          output_(loop, started.output.release()) {}

    void begin() {
        read();
        process_.async_wait([self = shared_from_this()](const error_code& error) {
            if (!error) {
                self->ended();
            }
        });
    }

    void stop() const { ::SetEvent(stop_.get()); }
    void kill() const { ::TerminateJobObject(job_.get(), kKilled); }
    void forget() {
        events_ = {};
        close();
        error_code ignored;
        process_.close(ignored);
    }

  private:
    void close() {
        error_code ignored;
        output_.close(ignored);
    }

    void read() {
        reading_ = true;
        output_.async_read_some(
            asio::buffer(buffer_),
            [self = shared_from_this()](const error_code& error, std::size_t count) {
                self->reading_ = false;
                self->heard(error, count);
            });
    }

    void heard(const error_code& error, std::size_t count) {
        if (!error) {
            take({buffer_.data(), count});
        } else if (error != asio::error::operation_aborted) {
            close();
        }
        go_on();
    }

    // What lies in the pipe when it has ended is all that it had to say: others who hold the other
    // end are neither waited for nor heard to their end.
    void go_on() {
        const bool more = output_.is_open() && (!end_ || something_waits());
        if (more) {
            read();
        } else if (end_) {
            finish();
        }
    }

    bool something_waits() {
        DWORD count = 0;
        return ::PeekNamedPipe(output_.native_handle(), nullptr, 0, nullptr, &count, nullptr) &&
               count != 0;
    }

    void ended() {
        DWORD code = 0;
        ::GetExitCodeProcess(process_.native_handle(), &code);
        end_ = {code < kFirstException, static_cast<int>(code), {}};
        kill();  // what it left running
        if (reading_) {
            error_code ignored;
            output_.cancel(ignored);  // comes back to go_on()
        } else {
            go_on();
        }
    }

    void finish() {
        close();
        if (!lines_.empty() && warning_.empty()) {
            warning_ = "its last line was cut off";
        }
        end_->warning = std::move(warning_);
        const auto tell = std::exchange(events_, {}).end;
        if (tell) {
            tell(*end_);
        }
    }

    void take(std::string_view octets) {
        lines_.add(octets);
        while (output_.is_open()) {  // else nobody wants to hear more
            auto line = lines_.next();
            if (!line) {
                refuse();
                return;
            }
            if (!*line) {
                return;
            }
            const auto tell = events_.line;
            if (tell) {
                tell(**line);
            }
        }
    }

    void refuse() {
        warning_ = "it printed a line of more than 16 MiB and was killed";
        lines_ = LineReader(kLongestLine);
        close();
        kill();
    }

    WorkerEvents events_;
    UniqueWinHandle job_;
    UniqueWinHandle stop_;
    asio::windows::object_handle process_;
    asio::windows::stream_handle output_;
    LineReader lines_{kLongestLine};
    std::array<char, 16384> buffer_{};
    bool reading_ = false;
    std::optional<WorkerEnd> end_{};
    std::string warning_{};
};

class Win32Worker final : public Worker {
  public:
    explicit Win32Worker(std::shared_ptr<Process> process) : process_(std::move(process)) {}
    Win32Worker(const Win32Worker&) = delete;
    Win32Worker& operator=(const Win32Worker&) = delete;
    Win32Worker(Win32Worker&&) = delete;
    Win32Worker& operator=(Win32Worker&&) = delete;
    ~Win32Worker() override {
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
                                             WorkerEvents events, const std::string& program) {
    auto path = program.empty() ? own_program() : program;
    if (!path) {
        return pass(path, "start the pulse's process");
    }
    auto started = spawn(wide(*path), arguments);
    if (!started) {
        return pass(started, "start the pulse's process " + *path);
    }
    auto process = std::make_shared<Process>(loop, std::move(*started), std::move(events));
    process->begin();
    return std::make_unique<Win32Worker>(std::move(process));
}

std::string crash_text(const WorkerEnd& how) {
    const auto code = static_cast<std::uint32_t>(how.code);
    return code == kKilled ? "it was killed" : "exception " + to_hex(hresult(code)) + " ended it";
}

void die_with_parent() {}  // its job sees to that

}  // namespace ae::service
