// With a program that plays a user's host in a session that has a user (Wine: the only one).
#include "engine/base/win32.h"
#include "service/scm/session_hosts_win32.h"
#include "service/scm/session_rules.h"
#include "service/scm/user_host_win32.h"

#include <chrono>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <thread>

#include <catch2/catch.hpp>

namespace ae::service {
namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;

std::string test_program() {
    std::wstring path(MAX_PATH, L'\0');
    path.resize(::GetModuleFileNameW(nullptr, path.data(), MAX_PATH));
    return narrow(path.substr(0, path.rfind(L'\\') + 1)) + "scm_test_program.exe";
}

std::uint32_t our_session() {
    DWORD session = 0;
    REQUIRE(::ProcessIdToSessionId(::GetCurrentProcessId(), &session) != FALSE);
    return session;
}

// What the hosts of one test say that they did.
class Diary {
  public:
    Diary()
        : path_(std::filesystem::temp_directory_path() /
                ("ae-sessions-" + std::to_string(::GetCurrentProcessId()) + ".txt")) {
        std::filesystem::remove(path_);
    }
    Diary(const Diary&) = delete;
    Diary& operator=(const Diary&) = delete;
    ~Diary() {
        std::error_code ignored;
        std::filesystem::remove(path_, ignored);
    }

    [[nodiscard]] std::vector<std::string> host(const std::vector<std::string>& more = {}) const {
        std::vector<std::string> command{test_program(), "host", path_.string()};
        command.insert(command.end(), more.begin(), more.end());
        return command;
    }

    [[nodiscard]] std::string text() const {
        std::ifstream file(path_);
        return {std::istreambuf_iterator<char>(file), {}};
    }

    [[nodiscard]] bool becomes(const std::string& expected) const {
        return comes([&] { return text() == expected; });
    }

    [[nodiscard]] bool is_alive() const {
        return std::filesystem::exists(path_.string() + ".alive");
    }
    [[nodiscard]] bool dies() const {
        return comes([this] { return !is_alive(); });
    }

    // Long enough for many hosts, one after the other.
    [[nodiscard]] bool stays(const std::string& expected) const {
        std::this_thread::sleep_for(500ms);
        return text() == expected;
    }

  private:
    static bool comes(const std::function<bool()>& what) {
        const auto last = steady_clock::now() + 20s;
        while (!what() && steady_clock::now() < last) {
            std::this_thread::sleep_for(5ms);  // another process does it
        }
        return what();
    }

    std::filesystem::path path_;
};

}  // namespace

TEST_CASE("a logon starts a host in its session, a second one no other, the logoff ends it",
          "[scm][sessions][T1]") {
    const Diary diary;
    SessionHosts hosts(diary.host());
    hosts.begin();
    hosts.session_changed(kSessionLogon, our_session());
    REQUIRE(diary.becomes("started "));
    hosts.session_changed(kSessionLogon, our_session());
    hosts.session_changed(WTS_SESSION_UNLOCK, our_session());
    hosts.session_changed(kSessionLogoff, our_session());
    CHECK(diary.becomes("started stopped "));
    hosts.session_changed(kSessionLogon, our_session());
    CHECK(diary.becomes("started stopped started "));
}

TEST_CASE("the users' hosts end with the service, by themselves and soon", "[scm][sessions]") {
    const Diary diary;
    {
        SessionHosts hosts(diary.host());
        hosts.begin();
        hosts.session_changed(kSessionLogon, our_session());
        REQUIRE(diary.becomes("started "));
        const auto begun = steady_clock::now();
        hosts.stop();
        hosts.session_changed(kSessionLogon, our_session());
        hosts.end();
        CHECK(steady_clock::now() - begun < kUserHostGrace);
    }
    CHECK(diary.text() == "started stopped ");
}

TEST_CASE("a host that fails is not started again at once", "[scm][sessions]") {
    const Diary diary;
    {
        SessionHosts hosts(diary.host({"7"}));
        hosts.begin();
        hosts.session_changed(kSessionLogon, our_session());
        REQUIRE(diary.becomes("started "));
        CHECK(diary.stays("started "));
    }
    CHECK(diary.text() == "started ");
}

TEST_CASE("a program that cannot be started is waited for by nobody", "[scm][sessions]") {
    SessionHosts hosts({"C:\\there is no such program.exe"});
    hosts.begin();
    hosts.session_changed(kSessionLogon, our_session());
    hosts.session_changed(kSessionLogoff, our_session());
    const auto begun = steady_clock::now();
    hosts.end();
    CHECK(steady_clock::now() - begun < kUserHostGrace);
}

TEST_CASE("a host's end is told with its exit code", "[scm][sessions]") {
    const Diary diary;
    Loop loop;
    std::uint32_t code = 0;
    auto host = start_user_host(loop, our_session(), diary.host({"7"}),
                                [&](std::uint32_t with) { code = with; });
    REQUIRE(host);
    REQUIRE(*host != nullptr);
    loop.run_for(20s);
    CHECK(code == 7);
}

TEST_CASE("destroying a host ends its process", "[scm][sessions]") {
    const Diary diary;
    Loop loop;
    auto host = start_user_host(loop, our_session(), diary.host(), [](std::uint32_t) {});
    REQUIRE(host);
    REQUIRE(diary.becomes("started "));
    REQUIRE(diary.is_alive());
    host->reset();
    CHECK(diary.dies());
}

}  // namespace ae::service
