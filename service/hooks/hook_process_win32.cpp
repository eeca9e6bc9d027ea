#include "engine/base/hresult_table.h"
#include "service/hooks/hook_end.h"
#include "service/hooks/hook_pipe_win32.h"
#include "service/hooks/hook_process.h"
#include "service/host/command_line_win32.h"
#include "service/host/new_process_win32.h"

#include <algorithm>
#include <array>
#include <optional>

namespace ae::service {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr DWORD kFirstException = 0xC0000000;  // [MS-ERREF] 2.3: severity "error"
constexpr UINT kKilled = 0xC000013A;           // STATUS_CONTROL_C_EXIT

Error cannot_start(DWORD code) {
    Error error = win32_error(code, "it cannot be started");
    error.remedy = "It must be a program for this Windows, and its interpreter be installed";
    return error;
}

std::wstring environment_block(std::vector<std::pair<std::string, std::string>> variables) {
    std::vector<std::pair<std::wstring, std::wstring>> all;
    for (const auto& [name, value] : variables) {
        all.emplace_back(wide(name), wide(value));
    }
    // [CreateProcessW]: sorted by name, case ignored.
    std::sort(all.begin(), all.end(), [](const auto& left, const auto& right) {
        return ::CompareStringOrdinal(left.first.c_str(), -1, right.first.c_str(), -1, TRUE) ==
               CSTR_LESS_THAN;
    });
    std::wstring block;
    for (const auto& [name, value] : all) {
        block.append(name).append(L"=").append(value).push_back(L'\0');
    }
    return block + L'\0';
}

std::wstring system_folder() {
    std::array<wchar_t, MAX_PATH> path{};
    const UINT length = ::GetSystemDirectoryW(path.data(), static_cast<UINT>(path.size()));
    return {path.data(), std::min<std::size_t>(length, path.size() - 1)};
}

Result<UniqueWinHandle> create(const HookProcess& hook, HANDLE input, HANDLE output, HANDLE job) {
    const ProcessAttributes attributes({input, output}, job);
    STARTUPINFOEXW how{};
    how.StartupInfo.cb = sizeof how;
    how.StartupInfo.dwFlags = STARTF_USESTDHANDLES;
    how.StartupInfo.hStdInput = input;
    how.StartupInfo.hStdOutput = output;
    how.StartupInfo.hStdError = output;
    how.lpAttributeList = attributes.get();
    if (how.lpAttributeList == nullptr) {
        return fail(cannot_start(::GetLastError()));
    }
    const std::wstring program = wide(hook.command.front());
    std::wstring line = command_line(hook.command);
    std::wstring environment = environment_block(hook.environment);
    PROCESS_INFORMATION made{};
    if (!::CreateProcessW(
            program.c_str(), line.data(), nullptr, nullptr, TRUE,
            CREATE_NO_WINDOW | CREATE_UNICODE_ENVIRONMENT | EXTENDED_STARTUPINFO_PRESENT,
            environment.data(), system_folder().c_str(), &how.StartupInfo, &made)) {
        return fail(cannot_start(::GetLastError()));
    }
    const UniqueWinHandle thread(made.hThread);
    return UniqueWinHandle(made.hProcess);
}

// A std::stop_callback would spare the looking, but its destructor can wait for ever in GCC 12's
// library for Windows when a stop is being asked for at that moment.
constexpr milliseconds kStopLatency{50};

// A process with its job and the pipes that it reads and prints to.
class Hook {
  public:
    Hook(const HookProcess& asked, UniqueWinHandle process, UniqueWinHandle job,
         UniqueFileHandle input, UniqueFileHandle output)
        : asked_(asked),
          process_(std::move(process)),
          job_(std::move(job)),
          input_(std::move(input)),
          output_(std::move(output)) {}

    Done watch() {
        const auto last = steady_clock::now() + asked_.limit;
        if (input_.is_open()) {
            input_.begin_write(asked_.input.data(), static_cast<DWORD>(asked_.input.size()));
        }
        read();
        while (true) {
            const auto left = std::chrono::ceil<milliseconds>(last - steady_clock::now());
            const HANDLE ready = wait(std::clamp(left, milliseconds::zero(), kStopLatency));
            if (ready == process_.get()) {
                return conclude();
            }
            if (asked_.stop.stop_requested()) {
                return kill(hook_stopped());
            }
            if (ready == nullptr) {
                if (left > kStopLatency) {
                    continue;
                }
                return kill(hook_too_slow(asked_.limit, words_));
            }
            if (ready == input_.event()) {
                input_.finish();
                input_.close();  // all is told
            } else {
                heard();
            }
        }
    }

  private:
    // Which one; nullptr: the time is over.  Its end counts more than what it prints.
    HANDLE wait(milliseconds time) {
        std::array<HANDLE, 3> all{process_.get()};
        DWORD count = 1;
        for (const PipeTransfer* one : {&input_, &output_}) {
            if (one->is_open()) {
                all[count++] = one->event();
            }
        }
        const DWORD answer =
            ::WaitForMultipleObjects(count, all.data(), FALSE, static_cast<DWORD>(time.count()));
        return answer < WAIT_OBJECT_0 + count ? all[answer - WAIT_OBJECT_0] : nullptr;
    }

    void read() {
        if (output_.is_open()) {
            output_.begin_read(buffer_.data(), static_cast<DWORD>(buffer_.size()));
        }
    }

    void heard() {
        words_.add({buffer_.data(), output_.finish()});
        read();
    }

    // What lies in the pipe when it has ended is all that it had to say.
    Done conclude() {
        ::TerminateJobObject(job_.get(), kKilled);  // what it left running
        while (output_.is_open() && (::WaitForSingleObject(output_.event(), 0) == WAIT_OBJECT_0)) {
            heard();
        }
        DWORD code = 0;
        ::GetExitCodeProcess(process_.get(), &code);
        if (code == 0) {
            return done();
        }
        return fail(hook_failed(code < kFirstException ? "exit code " + std::to_string(code)
                                                       : "exception " + to_hex(hresult(code)),
                                words_));
    }

    Done kill(Error why) {
        ::TerminateJobObject(job_.get(), kKilled);
        return fail(std::move(why));
    }

    const HookProcess& asked_;
    UniqueWinHandle process_;
    UniqueWinHandle job_;
    LastWords words_{};
    std::array<char, 16384> buffer_{};
    PipeTransfer input_;
    PipeTransfer output_;
};

}  // namespace

Done run_hook_process(const HookProcess& hook) {
    auto input = make_child_pipe(PipeFlow::to_child);
    auto output = make_child_pipe(PipeFlow::from_child);
    auto job = make_killing_job();
    if (!input) {
        return pass(input);
    }
    if (!output) {
        return pass(output);
    }
    if (!job) {
        return pass(job);
    }
    auto process = create(hook, input->childs.get(), output->childs.get(), job->get());
    if (!process) {
        return pass(process);
    }
    input->childs.reset();
    output->childs.reset();
    return Hook(hook, std::move(*process), std::move(*job), std::move(input->ours),
                std::move(output->ours))
        .watch();
}

}  // namespace ae::service
