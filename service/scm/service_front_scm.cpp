#include "service/scm/service_front_scm.h"

#include "engine/base/hresult_table.h"
#include "engine/base/win32.h"
#include "service/host/scm_state_win32.h"

#include <array>
#include <exception>

#include <wtsapi32.h>

namespace ae::service {
namespace {

// [StartServiceCtrlDispatcher] hands ServiceMain nothing of ours; it runs while run_under_scm()
// waits for it.
struct Running {
    const ServiceFront* front = nullptr;
    Done how = done();
};

Running& running() {
    static Running ours;
    return ours;
}

// [PBT_APMRESUMEAUTOMATIC]: every resume; a second one, for a user's presence, may follow.
bool is_resume(DWORD event) { return event == PBT_APMRESUMEAUTOMATIC; }

DWORD WINAPI handle(DWORD control, DWORD event, void* data, void* context) noexcept {
    const auto& front = *static_cast<const ServiceFront*>(context);
    switch (control) {
        case SERVICE_CONTROL_INTERROGATE:
            return NO_ERROR;
        case SERVICE_CONTROL_STOP:
        case SERVICE_CONTROL_SHUTDOWN:
        case SERVICE_CONTROL_PRESHUTDOWN:
            report_stop_pending();
            front.stop();
            return NO_ERROR;
        case SERVICE_CONTROL_POWEREVENT:
            if (is_resume(event)) {
                front.clock_changed();
            }
            return NO_ERROR;
        case SERVICE_CONTROL_TIMECHANGE:
            front.clock_changed();
            return NO_ERROR;
        case SERVICE_CONTROL_SESSIONCHANGE:
            if (data != nullptr) {
                front.session_changed(
                    event, static_cast<const WTSSESSION_NOTIFICATION*>(data)->dwSessionId);
            }
            return NO_ERROR;
        default:
            return ERROR_CALL_NOT_IMPLEMENTED;
    }
}

Done run(const ServiceFront& front) try {
    return front.run();
} catch (const std::exception& error) {
    return fail(kUnexpected, std::string("the service broke: ") + error.what());
}

void WINAPI service_main(DWORD /*count*/, wchar_t** /*arguments*/) noexcept {
    const ServiceFront& front = *running().front;
    // Never null: run_under_scm() has it from the caller, who waits.
    const SERVICE_STATUS_HANDLE service = ::RegisterServiceCtrlHandlerExW(
        wide(front.name).c_str(), &handle, const_cast<ServiceFront*>(&front));
    if (service == nullptr) {
        running().how = fail(last_error("register with the service control manager"));
        return;
    }
    begin_scm_state(service);
    running().how = run(front);
    report_stopped(running().how);
}

}  // namespace

Result<Starter> run_under_scm(const ServiceFront& front) {
    running() = {.front = &front};
    std::wstring name = wide(front.name);
    const std::array<SERVICE_TABLE_ENTRYW, 2> table{{{name.data(), &service_main}, {}}};
    if (::StartServiceCtrlDispatcherW(table.data()) == FALSE) {
        const DWORD code = ::GetLastError();
        if (code == ERROR_FAILED_SERVICE_CONTROLLER_CONNECT) {
            return Starter::hand;
        }
        return fail(win32_error(code, "talk to the service control manager"));
    }
    if (!running().how) {
        return pass(running().how);
    }
    return Starter::scm;
}

}  // namespace ae::service
