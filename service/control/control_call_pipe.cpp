#include "engine/base/hresult_table.h"
#include "service/account_win32.h"
#include "service/control/control_call.h"
#include "service/scm/service_install_scm.h"

#include <algorithm>
#include <limits>
#include <string>
#include <utility>

#include <winsvc.h>

namespace ae::service {
namespace {

// What a machine's pipe grants everybody who is logged on; GENERIC_WRITE would be more.
constexpr DWORD kAccess = GENERIC_READ | FILE_WRITE_DATA;
// The server may see who we are and cannot act as us.
constexpr DWORD kIdentification = SECURITY_SQOS_PRESENT | SECURITY_IDENTIFICATION;

struct ServiceHandleTraits {
    using value_type = SC_HANDLE;
    static value_type none() noexcept { return nullptr; }
    static void close(value_type handle) noexcept { ::CloseServiceHandle(handle); }
};
using UniqueServiceHandle = UniqueHandle<ServiceHandleTraits>;

// 0: it does not run, or nobody says.
DWORD process_of_service() {
    const UniqueServiceHandle manager(::OpenSCManagerW(nullptr, nullptr, SC_MANAGER_CONNECT));
    if (!manager) {
        return 0;
    }
    const UniqueServiceHandle service(
        ::OpenServiceW(manager.get(), wide(kServiceName).c_str(), SERVICE_QUERY_STATUS));
    SERVICE_STATUS_PROCESS status{};
    DWORD size = 0;
    return service && ::QueryServiceStatusEx(service.get(), SC_STATUS_PROCESS_INFO,
                                             reinterpret_cast<BYTE*>(&status), sizeof status, &size)
               ? status.dwProcessId
               : 0;
}

// Who is not elevated may not look into the service's process; but the service manager says which
// one that is.
Result<Peer> server_of(const ControlAddress& address, HANDLE pipe) {
    DWORD process = 0;
    if (!::GetNamedPipeServerProcessId(pipe, &process) || process == 0) {
        return fail(kAccessDenied, "nobody knows who listens at " + address.path,
                    "Restart the service");
    }
    if (address.scope == engine::Scope::machine && process == process_of_service()) {
        return Peer{address.owner, true};
    }
    auto server = peer_of_process(process);
    if (!server) {
        return fail(kAccessDenied,
                    "process " + std::to_string(process) + " listens at " + address.path +
                        " and does not show that it is the service; nothing was sent",
                    "If it is a service that you started by hand, ask from an elevated prompt; "
                    "else end it and start the service");
    }
    return server;
}

DWORD left_of(const ControlDeadline& deadline) {
    if (!deadline) {
        return INFINITE;
    }
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(*deadline - ControlClock::now());
    return static_cast<DWORD>(
        std::clamp<std::int64_t>(left.count(), 0, std::numeric_limits<std::int32_t>::max()));
}

Error not_reached(const ControlAddress& address, DWORD code) {
    switch (code) {
        case ERROR_FILE_NOT_FOUND:
        case ERROR_PATH_NOT_FOUND:
            return nobody_listens(address);
        case ERROR_ACCESS_DENIED:
            return out_of_reach(address);
        default:
            return Error(win32_error(code, "cannot reach " + address.path))
                .with_remedy("Look into the log of the service");
    }
}

Result<UniqueFileHandle> open_pipe(const ControlAddress& address, const ControlDeadline& deadline) {
    const std::wstring name = wide(address.path);
    while (true) {
        UniqueFileHandle pipe(::CreateFileW(name.c_str(), kAccess, 0, nullptr, OPEN_EXISTING,
                                            FILE_FLAG_OVERLAPPED | kIdentification, nullptr));
        if (pipe) {
            return pipe;
        }
        if (const DWORD code = ::GetLastError(); code != ERROR_PIPE_BUSY) {
            return fail(not_reached(address, code));
        }
        // Another client was quicker; the next instance is being made.  0 would be "its default".
        const DWORD left = left_of(deadline);
        if (left == 0 ||
            (!::WaitNamedPipeW(name.c_str(), left) && ::GetLastError() == ERROR_SEM_TIMEOUT)) {
            return fail(no_answer(address));
        }
    }
}

class PipeCall final : public ControlCall {
  public:
    PipeCall(ControlAddress address, UniqueFileHandle pipe, std::chrono::milliseconds time)
        : address_(std::move(address)), pipe_(std::move(pipe)), time_(time) {}

    Done send(std::string_view octets) override {
        const ControlDeadline deadline = ControlClock::now() + time_;
        while (!octets.empty()) {
            OVERLAPPED operation = begin();
            const auto count =
                end(operation, deadline,
                    ::WriteFile(pipe_.get(), octets.data(), static_cast<DWORD>(octets.size()),
                                nullptr, &operation));
            if (!count) {
                return fail(count.error());
            }
            if (*count == 0) {
                break;  // refused at the door: what it said can still be read
            }
            octets.remove_prefix(*count);
        }
        return done();
    }

    Result<std::size_t> receive(std::span<char> into, const ControlDeadline& deadline) override {
        OVERLAPPED operation = begin();
        return end(operation, deadline,
                   ::ReadFile(pipe_.get(), into.data(), static_cast<DWORD>(into.size()), nullptr,
                              &operation));
    }

  private:
    OVERLAPPED begin() {
        ::ResetEvent(over_.get());
        OVERLAPPED operation{};
        operation.hEvent = over_.get();
        return operation;
    }

    // How many octets; 0: the other end is closed.  Nothing of `operation` goes on after this.
    Result<std::size_t> end(OVERLAPPED& operation, const ControlDeadline& deadline, BOOL begun) {
        const DWORD code = begun ? ERROR_SUCCESS : ::GetLastError();
        if (code != ERROR_SUCCESS && code != ERROR_IO_PENDING) {
            return ended(code);
        }
        if (::WaitForSingleObject(over_.get(), left_of(deadline)) != WAIT_OBJECT_0) {
            ::CancelIoEx(pipe_.get(), &operation);
        }
        DWORD count = 0;
        return ::GetOverlappedResult(pipe_.get(), &operation, &count, TRUE)
                   ? Result<std::size_t>(count)
                   : ended(::GetLastError());
    }

    [[nodiscard]] Result<std::size_t> ended(DWORD code) const {
        switch (code) {
            case ERROR_BROKEN_PIPE:
            case ERROR_PIPE_NOT_CONNECTED:
            case ERROR_NO_DATA:
                return std::size_t{0};
            case ERROR_OPERATION_ABORTED:
                return fail(no_answer(address_));
            default:
                return fail(not_reached(address_, code));
        }
    }

    ControlAddress address_;
    UniqueFileHandle pipe_;
    std::chrono::milliseconds time_;
    UniqueWinHandle over_{::CreateEventW(nullptr, TRUE, FALSE, nullptr)};
};

}  // namespace

Result<std::unique_ptr<ControlCall>> call_service(const ControlAddress& address,
                                                  std::chrono::milliseconds time) {
    auto pipe = open_pipe(address, ControlClock::now() + time);
    if (!pipe) {
        return pass(pipe);
    }
    const auto server = server_of(address, pipe->get());
    if (!server) {
        return fail(server.error());
    }
    if (Done trusted = may_answer(address, *server); !trusted) {
        return pass(trusted);
    }
    return std::make_unique<PipeCall>(address, std::move(*pipe), time);
}

}  // namespace ae::service
