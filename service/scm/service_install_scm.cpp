#include "service/scm/service_install_scm.h"

#include "engine/base/hresult_table.h"
#include "engine/base/win32.h"
#include "service/host/command_line_win32.h"

#include <array>
#include <thread>

namespace ae::service {
namespace {

struct ServiceHandleTraits {
    using value_type = SC_HANDLE;
    static value_type none() noexcept { return nullptr; }
    static void close(value_type handle) noexcept { ::CloseServiceHandle(handle); }
};
using UniqueServiceHandle = UniqueHandle<ServiceHandleTraits>;

constexpr const wchar_t* kLocalSystem = nullptr;
constexpr std::chrono::milliseconds kLookAgain{50};
// After the third the service stays down until somebody, or the next boot, starts it.
constexpr std::array<DWORD, 3> kRestartPauses{5'000, 60'000, 600'000};  // ms
constexpr DWORD kFailuresForgottenAfter = 24 * 60 * 60;                 // s
// What a host does: it starts the hosts of users with their tokens, and CAs and directories know
// it by its own token.  Everything else LocalSystem loses at the start.  Each ends with a null.
constexpr wchar_t kPrivileges[] =
    L"SeTcbPrivilege\0SeAssignPrimaryTokenPrivilege\0SeIncreaseQuotaPrivilege\0"
    L"SeImpersonatePrivilege\0SeChangeNotifyPrivilege\0SeCreateGlobalPrivilege\0";

Error scm_error(DWORD code, const std::string& doing) {
    Error error = win32_error(code, doing);
    if (code == ERROR_ACCESS_DENIED) {
        return std::move(error).with_remedy(
            "Run it as an administrator: in a command prompt that was opened with \"Run as "
            "administrator\"");
    }
    if (code == ERROR_SERVICE_MARKED_FOR_DELETE) {
        return std::move(error).with_remedy(
            "It was uninstalled and somebody still looks at it: close the Services window and try "
            "again");
    }
    return error;
}

Error scm_error(const std::string& doing) { return scm_error(::GetLastError(), doing); }

Result<UniqueServiceHandle> open_manager(DWORD rights) {
    UniqueServiceHandle manager(::OpenSCManagerW(nullptr, nullptr, rights));
    if (!manager) {
        return fail(scm_error("talk to the service control manager"));
    }
    return manager;
}

struct Opened {
    UniqueServiceHandle service{};
    bool is_new = false;
};

Result<Opened> make_or_change(const ServiceSetup& setup) {
    const std::string doing = "install the service " + setup.name;
    auto manager = open_manager(SC_MANAGER_CONNECT | SC_MANAGER_CREATE_SERVICE);
    if (!manager) {
        return pass(manager, doing);
    }
    const std::wstring name = wide(setup.name);
    const std::wstring shown = wide(setup.display_name);
    const std::wstring command = command_line(setup.command);
    Opened opened;
    opened.service.reset(::CreateServiceW(manager->get(), name.c_str(), shown.c_str(),
                                          SERVICE_ALL_ACCESS, SERVICE_WIN32_OWN_PROCESS,
                                          SERVICE_AUTO_START, SERVICE_ERROR_NORMAL, command.c_str(),
                                          nullptr, nullptr, nullptr, kLocalSystem, nullptr));
    if (opened.service) {
        opened.is_new = true;
        return opened;
    }
    if (const DWORD code = ::GetLastError(); code != ERROR_SERVICE_EXISTS) {
        return fail(scm_error(code, doing));
    }
    opened.service.reset(::OpenServiceW(manager->get(), name.c_str(), SERVICE_ALL_ACCESS));
    // Here a name of none would leave the account as it is.
    if (!opened.service ||
        ::ChangeServiceConfigW(opened.service.get(), SERVICE_WIN32_OWN_PROCESS, SERVICE_AUTO_START,
                               SERVICE_ERROR_NORMAL, command.c_str(), nullptr, nullptr, nullptr,
                               L"LocalSystem", L"", shown.c_str()) == FALSE) {
        return fail(scm_error(doing));
    }
    return opened;
}

class Settings {
  public:
    Settings(SC_HANDLE service, const PassedOver& remark) : service_(service), remark_(remark) {}

    template <class Value>
    void set(DWORD level, const std::string& what, Value value) {
        if (!how_ || ::ChangeServiceConfig2W(service_, level, &value) != FALSE) {
            return;
        }
        const DWORD code = ::GetLastError();
        if (code == ERROR_INVALID_LEVEL) {
            remark_("this system does not know " + what + " of a service; it goes without");
        } else {
            how_ = fail(scm_error(code, "set " + what + " of the service"));
        }
    }

    [[nodiscard]] Done how() const { return how_; }

  private:
    SC_HANDLE service_;
    const PassedOver& remark_;
    Done how_ = done();
};

Done configure(SC_HANDLE service, const ServiceSetup& setup, const PassedOver& remark) {
    Settings settings(service, remark);
    std::wstring text = wide(setup.description);
    settings.set(SERVICE_CONFIG_DESCRIPTION, "the description",
                 SERVICE_DESCRIPTIONW{.lpDescription = text.data()});
    std::array<SC_ACTION, kRestartPauses.size() + 1> actions{};
    for (std::size_t i = 0; i < kRestartPauses.size(); ++i) {
        actions[i] = {SC_ACTION_RESTART, kRestartPauses[i]};
    }
    actions.back() = {SC_ACTION_NONE, 0};  // of every further failure
    SERVICE_FAILURE_ACTIONSW failures{};
    failures.dwResetPeriod = kFailuresForgottenAfter;
    failures.cActions = static_cast<DWORD>(actions.size());
    failures.lpsaActions = actions.data();
    settings.set(SERVICE_CONFIG_FAILURE_ACTIONS, "the restarts", failures);
    // A host that ends by itself with an error counts as one that crashed.
    settings.set(SERVICE_CONFIG_FAILURE_ACTIONS_FLAG, "restarts after an error",
                 SERVICE_FAILURE_ACTIONS_FLAG{TRUE});
    settings.set(SERVICE_CONFIG_DELAYED_AUTO_START_INFO, "the delayed start",
                 SERVICE_DELAYED_AUTO_START_INFO{TRUE});
    settings.set(SERVICE_CONFIG_SERVICE_SID_INFO, "the identity",
                 SERVICE_SID_INFO{SERVICE_SID_TYPE_UNRESTRICTED});
    std::wstring privileges(std::begin(kPrivileges), std::end(kPrivileges));
    settings.set(SERVICE_CONFIG_REQUIRED_PRIVILEGES_INFO, "the privileges",
                 SERVICE_REQUIRED_PRIVILEGES_INFOW{privileges.data()});
    settings.set(SERVICE_CONFIG_PRESHUTDOWN_INFO, "the time for a shutdown",
                 SERVICE_PRESHUTDOWN_INFO{
                     static_cast<DWORD>(std::chrono::milliseconds(kPreshutdownTime).count())});
    return settings.how();
}

Result<DWORD> state_of(SC_HANDLE service) {
    SERVICE_STATUS_PROCESS status{};
    DWORD size = 0;
    if (::QueryServiceStatusEx(service, SC_STATUS_PROCESS_INFO, reinterpret_cast<BYTE*>(&status),
                               sizeof status, &size) == FALSE) {
        return fail(scm_error("ask for the service's state"));
    }
    return status.dwCurrentState;
}

Done stop_and_wait(SC_HANDLE service) {
    const auto last = std::chrono::steady_clock::now() + kLongestStop;
    while (true) {
        auto state = state_of(service);
        if (!state) {
            return pass(state);
        }
        if (*state == SERVICE_STOPPED) {
            return done();
        }
        // One that is starting takes it later: it is asked again.
        SERVICE_STATUS status{};
        if (*state != SERVICE_STOP_PENDING &&
            ::ControlService(service, SERVICE_CONTROL_STOP, &status) == FALSE) {
            const DWORD code = ::GetLastError();
            if (code != ERROR_SERVICE_NOT_ACTIVE && code != ERROR_SERVICE_CANNOT_ACCEPT_CTRL) {
                return fail(scm_error(code, "stop the service"));
            }
        }
        if (std::chrono::steady_clock::now() > last) {
            return fail(kTimeout, "the service does not stop",
                        "End its process aeclient.exe in the Task Manager and try again");
        }
        std::this_thread::sleep_for(kLookAgain);
    }
}

}  // namespace

ServiceSetup own_service(const std::string& program) {
    return {.name = kServiceName,
            .display_name = "AeClient certificate autoenrollment",
            .description =
                "Enrolls, renews and tidies up this computer's and its users' "
                "certificates as the domain's policy says.",
            .command = {program, "service", "run"}};
}

Done install_service(const ServiceSetup& setup, const PassedOver& remark) {
    auto opened = make_or_change(setup);
    if (!opened) {
        return pass(opened);
    }
    Done configured = configure(opened->service.get(), setup, remark);
    if (!configured && opened->is_new) {
        ::DeleteService(opened->service.get());
    }
    return configured;
}

Done uninstall_service(const std::string& name) {
    const std::string doing = "uninstall the service " + name;
    auto manager = open_manager(SC_MANAGER_CONNECT);
    if (!manager) {
        return pass(manager, doing);
    }
    const UniqueServiceHandle service(::OpenServiceW(manager->get(), wide(name).c_str(),
                                                     SERVICE_QUERY_STATUS | SERVICE_STOP | DELETE));
    if (!service) {
        const DWORD code = ::GetLastError();
        return code == ERROR_SERVICE_DOES_NOT_EXIST ? done() : Done(fail(scm_error(code, doing)));
    }
    if (Done stopped = stop_and_wait(service.get()); !stopped) {
        return pass(stopped, doing);
    }
    if (::DeleteService(service.get()) == FALSE) {
        const DWORD code = ::GetLastError();
        if (code != ERROR_SERVICE_MARKED_FOR_DELETE) {
            return fail(scm_error(code, doing));
        }
    }
    return done();
}

}  // namespace ae::service
