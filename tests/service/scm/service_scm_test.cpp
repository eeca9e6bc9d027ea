// A service of a name of its own goes through all of its life in the system's own SCM.
#include "engine/base/win32.h"
#include "service/scm/service_front_scm.h"
#include "service/scm/service_install_scm.h"

#include <algorithm>
#include <chrono>
#include <thread>

#include <catch2/catch.hpp>

namespace ae::service {
namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;

struct ServiceHandleTraits {
    using value_type = SC_HANDLE;
    static value_type none() noexcept { return nullptr; }
    static void close(value_type handle) noexcept { ::CloseServiceHandle(handle); }
};
using UniqueServiceHandle = UniqueHandle<ServiceHandleTraits>;

std::string test_program() {
    std::wstring path(MAX_PATH, L'\0');
    path.resize(::GetModuleFileNameW(nullptr, path.data(), MAX_PATH));
    return narrow(path.substr(0, path.rfind(L'\\') + 1)) + "scm_test_program.exe";
}

UniqueServiceHandle open_service(const std::string& name) {
    const UniqueServiceHandle manager(::OpenSCManagerW(nullptr, nullptr, SC_MANAGER_CONNECT));
    return UniqueServiceHandle(
        ::OpenServiceW(manager.get(), wide(name).c_str(), SERVICE_ALL_ACCESS));
}

// Installed for one test.
class TestService {
  public:
    explicit TestService(std::string name, std::vector<std::string> more = {})
        : setup_{.name = std::move(name),
                 .display_name = "aeclient test",
                 .description = "Made by a test.",
                 .command = {}} {
        setup_.command = {test_program(), "service", setup_.name};
        setup_.command.insert(setup_.command.end(), more.begin(), more.end());
        const Done installed = install();
        INFO((installed ? "" : installed.error().sentence()));
        REQUIRE(installed);
    }
    TestService(const TestService&) = delete;
    TestService& operator=(const TestService&) = delete;
    ~TestService() { static_cast<void>(uninstall_service(setup_.name)); }

    Done install() {
        return install_service(setup_, [this](const std::string& one) { remarks.push_back(one); });
    }

    void start() {
        const auto service = open_service(setup_.name);
        // One that ends at once may have ended before Wine's service manager greets it, and then
        // counts as not started.
        constexpr int kAttempts = 5;
        BOOL started = FALSE;
        for (int i = 0; i < kAttempts && started == FALSE; ++i) {
            started = ::StartServiceW(service.get(), 0, nullptr);
        }
        REQUIRE(started != FALSE);
    }

    [[nodiscard]] SERVICE_STATUS_PROCESS status() const {
        const auto service = open_service(setup_.name);
        SERVICE_STATUS_PROCESS status{};
        DWORD size = 0;
        REQUIRE(::QueryServiceStatusEx(service.get(), SC_STATUS_PROCESS_INFO,
                                       reinterpret_cast<BYTE*>(&status), sizeof status,
                                       &size) != FALSE);
        return status;
    }

    [[nodiscard]] bool reaches(DWORD state, steady_clock::duration within) const {
        const auto last = steady_clock::now() + within;
        while (status().dwCurrentState != state) {
            if (steady_clock::now() > last) {
                return false;
            }
            std::this_thread::sleep_for(5ms);  // the SCM tells nobody
        }
        return true;
    }

    std::vector<std::string> remarks{};

  private:
    ServiceSetup setup_;
};

std::wstring installed_command(const std::string& name) {
    const auto service = open_service(name);
    std::vector<std::byte> memory(8192);
    auto* config = reinterpret_cast<QUERY_SERVICE_CONFIGW*>(memory.data());
    DWORD size = 0;
    REQUIRE(::QueryServiceConfigW(service.get(), config, static_cast<DWORD>(memory.size()),
                                  &size) != FALSE);
    CHECK(config->dwStartType == SERVICE_AUTO_START);
    CHECK(std::wstring(config->lpServiceStartName) == L"LocalSystem");
    return config->lpBinaryPathName;
}

}  // namespace

TEST_CASE("a service runs when the SCM starts it, and is stopped within five seconds", "[scm]") {
    TestService service("AeClientTestLife");
    CHECK(service.status().dwCurrentState == SERVICE_STOPPED);
    service.start();
    REQUIRE(service.reaches(SERVICE_RUNNING, 20s));
    const auto handle = open_service("AeClientTestLife");
    SERVICE_STATUS status{};

    SECTION("stop") {
        CHECK((service.status().dwControlsAccepted & SERVICE_ACCEPT_STOP) != 0);
        CHECK((service.status().dwControlsAccepted & SERVICE_ACCEPT_SESSIONCHANGE) != 0);
        REQUIRE(::ControlService(handle.get(), SERVICE_CONTROL_STOP, &status) != FALSE);
        CHECK(service.reaches(SERVICE_STOPPED, 5s));
        CHECK(service.status().dwWin32ExitCode == NO_ERROR);
    }
    SECTION("what it does not know changes nothing") {
        constexpr DWORD kOfSomebodyElse = 200;
        ::ControlService(handle.get(), kOfSomebodyElse, &status);
        CHECK(::ControlService(handle.get(), SERVICE_CONTROL_INTERROGATE, &status) != FALSE);
        CHECK(service.status().dwCurrentState == SERVICE_RUNNING);
    }
    SECTION("uninstalling stops it first, and again does nothing") {
        const Done gone = uninstall_service("AeClientTestLife");
        INFO((gone ? "" : gone.error().sentence()));
        CHECK(gone);
        CHECK(uninstall_service("AeClientTestLife"));
    }
}

TEST_CASE("how a service failed is its exit code", "[scm]") {
    SECTION("what Win32 has a code for") {
        TestService service("AeClientTestDenied", {"80070005"});
        service.start();
        REQUIRE(service.reaches(SERVICE_STOPPED, 20s));
        CHECK(service.status().dwWin32ExitCode == ERROR_ACCESS_DENIED);
    }
    SECTION("and what not") {
        TestService service("AeClientTestFailed", {"80094012"});
        service.start();
        REQUIRE(service.reaches(SERVICE_STOPPED, 20s));
        CHECK(service.status().dwWin32ExitCode == ERROR_SERVICE_SPECIFIC_ERROR);
        CHECK(service.status().dwServiceSpecificExitCode == 0x80094012);
    }
}

TEST_CASE("installing again is allowed, and puts right what was changed", "[scm]") {
    TestService service("AeClientTestTwice");
    const std::wstring right = installed_command("AeClientTestTwice");
    CHECK(right == L'"' + wide(test_program()) + L"\" service AeClientTestTwice");
    REQUIRE(::ChangeServiceConfigW(open_service("AeClientTestTwice").get(), SERVICE_NO_CHANGE,
                                   SERVICE_DEMAND_START, SERVICE_NO_CHANGE, L"C:\\wrong.exe",
                                   nullptr, nullptr, nullptr, nullptr, nullptr, nullptr) != FALSE);
    REQUIRE(service.install());
    CHECK(installed_command("AeClientTestTwice") == right);
}

TEST_CASE("what the system does not know of a service is passed over, and said", "[scm]") {
    TestService service("AeClientTestLevels");
    SERVICE_DELAYED_AUTO_START_INFO delayed{TRUE};
    const bool knows =
        ::ChangeServiceConfig2W(open_service("AeClientTestLevels").get(),
                                SERVICE_CONFIG_DELAYED_AUTO_START_INFO, &delayed) != FALSE;
    const bool said = std::any_of(
        service.remarks.begin(), service.remarks.end(),
        [](const std::string& one) { return one.find("the delayed start") != std::string::npos; });
    CHECK(said != knows);
    for (const std::string& one : service.remarks) {
        CHECK(one.find("this system does not know ") == 0);
    }
}

TEST_CASE("a process that the SCM did not start is told so, and nothing else happens", "[scm]") {
    ServiceFront front;
    front.name = "AeClientTestByHand";
    front.run = []() -> Done {
        FAIL_CHECK("it ran");
        return done();
    };
    const auto starter = run_under_scm(front);
    REQUIRE(starter);
    CHECK(*starter == Starter::hand);
}

}  // namespace ae::service
