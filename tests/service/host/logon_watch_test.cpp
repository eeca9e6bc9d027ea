#include "engine/base/hresult_table.h"
#include "service/host/logon_session.h"
#include "service/host/watches.h"

#include "host_support.h"
#include <catch2/catch.hpp>

namespace ae::service {
namespace {

constexpr std::uint32_t kUid = 1234;
const AccountId kAccount = std::to_string(kUid);

struct Logind {
    Logind() {
        say("own org.freedesktop.login1");
        start_watch();
    }
    void start_watch() {
        auto made = watch_logons(
            loop, kAccount, [this] { ++logons; },
            [this](const Error& why) { troubles.push_back(why.sentence()); });
        if (!made) {
            throw std::runtime_error(made.error().sentence());
        }
        watch = std::move(*made);
        settle();
    }
    // What the mock printed before its "done".
    std::vector<std::string> say(const std::string& command) {
        mock->write(command);
        std::vector<std::string> lines;
        for (auto line = mock->read(loop); line != "done"; line = mock->read(loop)) {
            if (line.empty()) {
                throw std::runtime_error("the mock is silent");
            }
            if (line != "ready") {
                lines.push_back(line);
            }
        }
        return lines;
    }
    // Until what the bus had to tell was told: there and back, and once more for what followed.
    void settle() {
        for (int turn = 0; turn < 3; ++turn) {
            run_for(loop, 10ms);
            say("can nothing");
        }
    }
    int logons_after(const std::string& command) {
        const int before = logons;
        say(command);
        settle();
        return logons - before;
    }

    Loop loop{};
    PrivateBus bus{loop};
    std::unique_ptr<Program> mock = std::make_unique<Program>(
        std::vector<std::string>{"/usr/bin/python3", "-B", AE_TEST_MOCK_BUS});
    int logons = 0;
    std::vector<std::string> troubles{};
    std::unique_ptr<Watch> watch{};
};

}  // namespace

TEST_CASE("which of logind's sessions is a logon", "[host][logon-watch][T1][T6]") {
    struct Row {
        const char* what;
        LogonSession session;
        bool logon;
    };
    const auto row = GENERATE(values<Row>({
        {"a console", {kUid, "user", "tty", "login", false}, true},
        {"an X11 desktop", {kUid, "user", "x11", "gdm-password", false}, true},
        {"a Wayland desktop", {kUid, "user", "wayland", "sddm", false}, true},
        {"ssh", {kUid, "user", "tty", "sshd", true}, true},
        {"a remote one of no type", {kUid, "user", "unspecified", "xrdp-sesman", true}, true},
        {"a local one of no type", {kUid, "user", "unspecified", "login", false}, false},
        {"root's, as newer versions call it", {0, "user-early", "tty", "login", false}, true},
        {"without a home folder yet", {kUid, "user-incomplete", "tty", "sshd", true}, false},
        {"the logon screen", {kUid, "greeter", "wayland", "gdm-launch-environment", false}, false},
        {"the screen lock", {kUid, "lock-screen", "x11", "x", false}, false},
        {"a timer's", {kUid, "background", "unspecified", "cron", false}, false},
        {"a timer's that says it is a user's", {kUid, "user", "tty", "crond", false}, false},
        {"the account's service manager",
         {kUid, "manager", "unspecified", "systemd-user", false},
         false},
        {"the same in a stack that says user", {kUid, "user", "tty", "systemd-user", true}, false},
        {"one of no class", {kUid, "", "tty", "login", false}, false},
    }));
    INFO(row.what);
    CHECK(is_interactive(row.session) == row.logon);
}

TEST_CASE("a new session of this account is a logon; others, services and unlocking are none",
          "[host][logon-watch][T1][T6]") {
    Logind logind;
    CHECK(logind.logons_after("session c1 1234 user tty local login") == 1);
    CHECK(logind.logons_after("session c2 1234 user wayland local gdm-password") == 1);
    CHECK(logind.logons_after("session c3 1234 user tty remote sshd") == 1);
    CHECK(logind.logons_after("session c4 1235 user tty local login") == 0);
    CHECK(logind.logons_after("session c5 1234 greeter wayland local gdm-launch") == 0);
    CHECK(logind.logons_after("session c6 1234 background unspecified local cron") == 0);
    CHECK(logind.logons_after("session c7 1234 user tty local crond") == 0);
    CHECK(logind.logons_after("lock c1") == 0);
    CHECK(logind.logons_after("session c8 1234 user tty local login") == 1);
    CHECK(logind.troubles.empty());
}

TEST_CASE("another account cannot make us believe in a logon", "[host][logon-watch]") {
    Logind logind;
    CHECK(logind.logons_after("session c1 1234 user tty local login") == 1);
    CHECK(logind.logons_after("forged c1") == 0);
}

TEST_CASE("a bus that goes away is complained about once, and found again when it is back",
          "[host][logon-watch]") {
    Logind logind;
    logind.bus.end();
    logind.mock->end();
    CHECK(run_until(logind.loop, [&] { return !logind.troubles.empty(); }));
    // Nothing but the one look after kFirstReconnect.
    logind.loop.restart();
    const auto handlers = logind.loop.run_for(kFirstReconnect / 2);
    CHECK(handlers == 0);

    run_for(logind.loop, kFirstReconnect);
    CHECK(logind.troubles.size() == 1);
    logind.bus.start();
    logind.mock = std::make_unique<Program>(
        std::vector<std::string>{"/usr/bin/python3", "-B", AE_TEST_MOCK_BUS});
    logind.say("own org.freedesktop.login1");
    int sessions = 0;
    CHECK(run_until(logind.loop, [&] {
        logind.say("session d" + std::to_string(++sessions) + " 1234 user tty local login");
        run_for(logind.loop, 200ms);
        return logind.logons > 0;
    }));
    CHECK(logind.troubles.size() == 1);
}

TEST_CASE("no bus is an error at once; a bus without logind is told of", "[host][logon-watch]") {
    Loop loop;
    SECTION("no bus") {
        const Variable nowhere("DBUS_SYSTEM_BUS_ADDRESS", "unix:path=/nowhere/bus");
        const auto watch = watch_logons(
            loop, kAccount, [] {}, [](const Error&) {});
        REQUIRE_FALSE(watch);
        CHECK(watch.error().code == kServerUnavailable);
    }
    SECTION("no logind") {
        const PrivateBus bus(loop);
        std::vector<Error> troubles;
        const auto watch = watch_logons(
            loop, kAccount, [] {}, [&](const Error& why) { troubles.push_back(why); });
        REQUIRE(watch);
        CHECK(run_until(loop, [&] { return !troubles.empty(); }));
        CHECK(troubles.at(0).code == kNotSupported);
    }
}

TEST_CASE("a watch for logons may be destroyed by its own callback", "[host][logon-watch]") {
    Logind logind;
    int logons = 0;
    std::unique_ptr<Watch> other = std::move(*watch_logons(
        logind.loop, kAccount,
        [&] {
            ++logons;
            other.reset();
        },
        [](const Error&) {}));
    logind.settle();
    logind.say("session c1 1234 user tty local login");
    logind.settle();
    logind.say("session c2 1234 user tty local login");
    logind.settle();
    CHECK(logons == 1);
    CHECK(logind.logons == 2);
}

}  // namespace ae::service
