#include "service/scm/user_host_win32.h"

#include "engine/base/win32.h"
#include "service/event_log.h"
#include "service/host/command_line_win32.h"
#include "service/host/new_process_win32.h"

#include <utility>

#include <boost/asio/windows/object_handle.hpp>
#include <userenv.h>
#include <wtsapi32.h>

namespace ae::service {
namespace {

struct EnvironmentTraits {
    using value_type = void*;
    static value_type none() noexcept { return nullptr; }
    static void close(value_type block) noexcept { ::DestroyEnvironmentBlock(block); }
};
using UniqueEnvironment = UniqueHandle<EnvironmentTraits>;

struct WtsMemoryTraits {
    using value_type = WTS_SESSION_INFOW*;
    static value_type none() noexcept { return nullptr; }
    static void close(value_type memory) noexcept { ::WTSFreeMemory(memory); }
};
using UniqueSessions = UniqueHandle<WtsMemoryTraits>;

struct Streams {
    UniqueWinHandle input{};  // the process's
    UniqueFileHandle nowhere{};
    UniqueWinHandle our_end{};
};

Result<Streams> make_streams() {
    SECURITY_ATTRIBUTES inheritable{sizeof inheritable, nullptr, TRUE};
    Streams streams;
    if (::CreatePipe(streams.input.put(), streams.our_end.put(), &inheritable, 0) == FALSE ||
        ::SetHandleInformation(streams.our_end.get(), HANDLE_FLAG_INHERIT, 0) == FALSE) {
        return fail(last_error("make a pipe"));
    }
    streams.nowhere.reset(::CreateFileW(L"NUL", GENERIC_WRITE, FILE_SHARE_READ | FILE_SHARE_WRITE,
                                        &inheritable, OPEN_EXISTING, 0, nullptr));
    if (!streams.nowhere) {
        return fail(last_error("open NUL"));
    }
    return streams;
}

class Launch {
  public:
    Launch(HANDLE token, HANDLE job, const std::vector<std::string>& command)
        : token_(token), job_(job), program_(wide(command.front())), line_(command_line(command)) {
        constexpr BOOL kWithoutOurs = FALSE;
        ::CreateEnvironmentBlock(environment_.put(), token, kWithoutOurs);
    }

    // Without `streams` it has no standard streams at all.
    Result<UniqueWinHandle> start(const Streams* streams) {
        STARTUPINFOEXW how{};
        how.StartupInfo.cb = sizeof how;
        how.StartupInfo.lpDesktop = desktop_.data();
        std::vector<HANDLE> inherited;
        if (streams != nullptr) {
            how.StartupInfo.dwFlags = STARTF_USESTDHANDLES;
            how.StartupInfo.hStdInput = streams->input.get();
            how.StartupInfo.hStdOutput = streams->nowhere.get();
            how.StartupInfo.hStdError = streams->nowhere.get();
            inherited = {streams->input.get(), streams->nowhere.get()};
        }
        const ProcessAttributes attributes(inherited, job_);
        how.lpAttributeList = attributes.get();
        if (how.lpAttributeList == nullptr) {
            return fail(last_error("name the handles of a process"));
        }
        PROCESS_INFORMATION made{};
        if (::CreateProcessAsUserW(
                token_, program_.c_str(), line_.data(), nullptr, nullptr,
                inherited.empty() ? FALSE : TRUE,
                CREATE_NO_WINDOW | CREATE_UNICODE_ENVIRONMENT | EXTENDED_STARTUPINFO_PRESENT,
                environment_.get(), nullptr, &how.StartupInfo, &made) == FALSE) {
            return fail(last_error("start the host of a user's session"));
        }
        const UniqueWinHandle thread(made.hThread);
        return UniqueWinHandle(made.hProcess);
    }

  private:
    HANDLE token_;
    HANDLE job_;
    std::wstring program_;
    std::wstring line_;
    std::wstring desktop_ = L"winsta0\\default";
    UniqueEnvironment environment_{};  // none: it gets ours, which is better than no host
};

class Process final : public UserHost {
  public:
    Process(Loop& loop, UniqueWinHandle process, UniqueWinHandle job, UniqueWinHandle input,
            std::function<void(std::uint32_t)> ended)
        : job_(std::move(job)),
          input_(std::move(input)),
          inside_(std::make_shared<Inside>(loop, std::move(process), std::move(ended))) {
        inside_->process.async_wait(
            [held = std::weak_ptr(inside_)](const boost::system::error_code& error) {
                const auto alive = held.lock();
                if (!alive || error) {
                    return;
                }
                DWORD code = 0;
                ::GetExitCodeProcess(alive->process.native_handle(), &code);
                alive->ended(code);
            });
    }

    void ask_to_stop() override {
        if (input_) {
            input_.reset();
        } else {
            job_.reset();
        }
    }

  private:
    struct Inside {
        Inside(Loop& loop, UniqueWinHandle handle, std::function<void(std::uint32_t)> to_call)
            : process(loop, handle.release()), ended(std::move(to_call)) {}
        boost::asio::windows::object_handle process;
        std::function<void(std::uint32_t)> ended;
    };

    UniqueWinHandle job_;
    UniqueWinHandle input_;
    std::shared_ptr<Inside> inside_;
};

Result<UniqueWinHandle> token_of(std::uint32_t session) {
    UniqueWinHandle token;
    if (::WTSQueryUserToken(session, token.put()) == FALSE) {
        const DWORD code = ::GetLastError();
        if (code == ERROR_NO_TOKEN) {
            return UniqueWinHandle();
        }
        return fail(win32_error(code, "ask for the user of a session"));
    }
    return token;
}

// [CreateProcessAsUser] says that handles do not pass from one session to another; several programs
// rely on it that they do.  Where they do not, the host can only be ended, not asked to.
Result<UniqueWinHandle> start_with_streams(Launch& launch, Streams& streams) {
    auto started = launch.start(&streams);
    if (started) {
        return started;
    }
    auto without = launch.start(nullptr);
    if (without) {
        log_warning(
            "a user's host gets no standard input, so it is killed when the service stops: " +
            started.error().sentence());
        streams.our_end.reset();
    }
    return without;
}

}  // namespace

Result<std::unique_ptr<UserHost>> start_user_host(Loop& loop, std::uint32_t session,
                                                  const std::vector<std::string>& command,
                                                  std::function<void(std::uint32_t)> ended) {
    auto token = token_of(session);
    if (!token) {
        return pass(token);
    }
    if (!*token) {
        return nullptr;
    }
    auto streams = make_streams();
    if (!streams) {
        return pass(streams);
    }
    auto job = make_killing_job();
    if (!job) {
        return pass(job);
    }
    Launch launch(token->get(), job->get(), command);
    auto process = start_with_streams(launch, *streams);
    if (!process) {
        return pass(process);
    }
    return std::make_unique<Process>(loop, std::move(*process), std::move(*job),
                                     std::move(streams->our_end), std::move(ended));
}

Result<std::vector<std::uint32_t>> sessions_now() {
    UniqueSessions all;
    DWORD count = 0;
    if (::WTSEnumerateSessionsW(WTS_CURRENT_SERVER_HANDLE, 0, 1, all.put(), &count) == FALSE) {
        return fail(last_error("list the sessions"));
    }
    std::vector<std::uint32_t> sessions;
    for (DWORD i = 0; i < count; ++i) {
        // Not the listener of remote desktop and the like.
        if (all.get()[i].State == WTSActive || all.get()[i].State == WTSDisconnected) {
            sessions.push_back(all.get()[i].SessionId);
        }
    }
    return sessions;
}

}  // namespace ae::service
