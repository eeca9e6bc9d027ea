#include "engine/base/left_thread.h"
#include "engine/base/win32.h"
#include "service/stop_event_win32.h"
#include "service/stop_on_signals.h"

#include <array>
#include <atomic>
#include <cstdint>
#include <cwchar>
#include <exception>
#include <thread>
#include <utility>

namespace ae::service {
namespace {

std::atomic<std::stop_source*> asked = nullptr;  // until the first wish; then the second ends us

void ask_once() noexcept {
    if (auto* stop = asked.exchange(nullptr)) {
        stop->request_stop();
    }
}

// [HandlerRoutine], on a thread of its own.  After a console was closed the process ends with the
// handler's return, and after some seconds anyway: the pulse uses them.
BOOL WINAPI on_console(DWORD event) noexcept {
    if (event == CTRL_LOGOFF_EVENT) {
        return TRUE;  // somebody's, not ours: a service hears of each
    }
    const bool first = asked.load() != nullptr;
    ask_once();
    if (first && event == CTRL_CLOSE_EVENT) {
        ::Sleep(INFINITE);
    }
    return first ? TRUE : FALSE;
}

// None: no host started us.  What we start ourselves is not to know of it.
HANDLE event_of_host() {
    constexpr std::size_t kLongestNumber = 32;
    std::array<wchar_t, kLongestNumber> text{};
    const DWORD length =
        ::GetEnvironmentVariableW(kStopEventVariable, text.data(), static_cast<DWORD>(text.size()));
    if (length == 0 || length >= text.size()) {
        return nullptr;
    }
    ::SetEnvironmentVariableW(kStopEventVariable, nullptr);
    const auto number = static_cast<std::uintptr_t>(std::wcstoull(text.data(), nullptr, 10));
    // The system's handles are numbers, and this is one that we inherited.
    const HANDLE event = reinterpret_cast<HANDLE>(number);
    return ::SetHandleInformation(event, HANDLE_FLAG_INHERIT, 0) ? event : nullptr;
}

}  // namespace

// What is allocated here lives as long as the process.
void stop_on_signals(std::stop_source stop) try {
    static std::stop_source source(std::move(stop));
    asked = &source;
    ::SetConsoleCtrlHandler(on_console, TRUE);
    if (const HANDLE event = event_of_host()) {
        leave_running(std::thread([event]() noexcept {
            if (::WaitForSingleObject(event, INFINITE) == WAIT_OBJECT_0) {
                ask_once();
            }
        }));
    }
} catch (const std::exception&) {
    // No thread: whoever started us kills us when we do not stop.
}

}  // namespace ae::service
