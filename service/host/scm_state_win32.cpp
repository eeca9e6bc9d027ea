#include "service/host/scm_state_win32.h"

#include <mutex>

namespace ae::service {
namespace {

// What only tells us something.  From the start, so that no logon is missed.
constexpr DWORD kNews =
    SERVICE_ACCEPT_POWEREVENT | SERVICE_ACCEPT_SESSIONCHANGE | SERVICE_ACCEPT_TIMECHANGE;
// What a host has to be there for.
constexpr DWORD kWishes =
    SERVICE_ACCEPT_STOP | SERVICE_ACCEPT_SHUTDOWN | SERVICE_ACCEPT_PRESHUTDOWN;

DWORD accepted_in(DWORD state) {
    switch (state) {
        case SERVICE_START_PENDING:
            return kNews;
        case SERVICE_RUNNING:
            return kNews | kWishes;
        default:
            return 0;
    }
}

class ScmState {
  public:
    void begin(SERVICE_STATUS_HANDLE service) {
        const std::lock_guard held(mutex_);
        service_ = service;
        status_ = {};
        status_.dwServiceType = SERVICE_WIN32_OWN_PROCESS;
        enter(SERVICE_START_PENDING, kStartHint);
    }

    void run() {
        const std::lock_guard held(mutex_);
        if (status_.dwCurrentState == SERVICE_START_PENDING) {
            enter(SERVICE_RUNNING, {});
        }
    }

    void stop_soon() {
        const std::lock_guard held(mutex_);
        if (status_.dwCurrentState != SERVICE_STOPPED) {
            enter(SERVICE_STOP_PENDING, kStopHint);
        }
    }

    void stop(DWORD code, DWORD own_code) {
        const std::lock_guard held(mutex_);
        status_.dwWin32ExitCode = code;
        status_.dwServiceSpecificExitCode = own_code;
        enter(SERVICE_STOPPED, {});
        service_ = nullptr;
    }

  private:
    // [SERVICE_STATUS]: checkpoints and hints belong to the pending states alone.
    void enter(DWORD state, std::chrono::milliseconds hint) {
        if (service_ == nullptr) {
            return;
        }
        const bool again = status_.dwCurrentState == state;
        status_.dwCurrentState = state;
        status_.dwControlsAccepted = accepted_in(state);
        status_.dwCheckPoint = hint.count() == 0 ? 0 : (again ? status_.dwCheckPoint + 1 : 1);
        status_.dwWaitHint = static_cast<DWORD>(hint.count());
        ::SetServiceStatus(service_, &status_);
    }

    std::mutex mutex_{};
    SERVICE_STATUS_HANDLE service_ = nullptr;
    SERVICE_STATUS status_{};
};

ScmState& state() {
    static ScmState ours;
    return ours;
}

}  // namespace

void begin_scm_state(SERVICE_STATUS_HANDLE service) { state().begin(service); }
void report_running() { state().run(); }
void report_stop_pending() { state().stop_soon(); }

void report_stopped(const Done& how) {
    if (how) {
        state().stop(NO_ERROR, 0);
        return;
    }
    const std::uint32_t code = value_of(how.error().code);
    constexpr std::uint32_t kFromWin32 = 0x80070000U;
    if ((code & 0xFFFF0000U) == kFromWin32) {
        state().stop(code & 0xFFFFU, 0);
    } else {
        state().stop(ERROR_SERVICE_SPECIFIC_ERROR, code);
    }
}

}  // namespace ae::service
