#include "service/host/notice.h"

#include "engine/base/hresult_table.h"

#include "host_support.h"
#include <catch2/catch.hpp>

namespace ae::service {
namespace {

struct Desktop {
    explicit Desktop(const std::string& can = "actions body persistence") {
        CHECK(mock.read(loop) == "ready");
        CHECK(say("own org.freedesktop.Notifications") == "");
        CHECK(say("can " + can) == "");
    }
    void show(const std::vector<std::string>& templates = {"User-SC"}) {
        notice = show_notice(loop, templates,
                             {[this] { ++activated; }, [this] { ++dismissed; },
                              [this](const Error& why) { failures.push_back(why); }});
        CHECK(failures.empty());  // never from inside the call
    }
    // What else the mock said before its "done".
    std::string say(const std::string& command) {
        mock.write(command);
        std::string before;
        for (auto line = mock.read(loop); line != "done"; line = mock.read(loop)) {
            if (line.empty()) {
                throw std::runtime_error("the mock is silent");
            }
            before += line;
        }
        return before;
    }
    // Until the desktop has shown it, and we know its number.
    std::string shown() {
        std::string line = mock.read(loop);
        settle();
        return line;
    }
    void settle() {
        for (int turn = 0; turn < 3; ++turn) {
            run_for(loop, 10ms);
        }
    }

    Loop loop{};
    PrivateBus bus{loop};
    Program mock{{"/usr/bin/python3", "-B", AE_TEST_MOCK_BUS}};
    int activated = 0;
    int dismissed = 0;
    std::vector<Error> failures{};
    std::unique_ptr<Notice> notice{};
};

}  // namespace

TEST_CASE("the notice names the templates, asks with one button, and goes to the list after 15 s",
          "[host][notice][R-UI1][R-UI3]") {
    Desktop desktop;
    desktop.show({"User-SC", "A&B <i>"});
    CHECK(desktop.shown() ==
          "Notify [\"aeclient\", 0, \"security-high\", \"Certificates wait for you\", "
          "\"Your organisation provides certificates that need your consent: User-SC, A&B <i>.\", "
          "[\"default\", \"Begin\", \"begin\", \"Begin\"], {\"urgency\": 1}, 15000]");
    CHECK(desktop.failures.empty());
}

TEST_CASE("a desktop without a list of notices keeps the bubble", "[host][notice][R-UI3]") {
    Desktop desktop("actions body");
    desktop.show();
    const std::string shown = desktop.shown();
    CHECK(shown.substr(shown.size() - 4) == ", 0]");
}

TEST_CASE("a template's name cannot be markup", "[host][notice]") {
    Desktop desktop("actions body body-markup");
    desktop.show({"A&B <i>", "C\nD"});
    const std::string shown = desktop.shown();
    INFO(shown);
    CHECK(shown.find("A&amp;B &lt;i&gt;, C\\\\x0aD") != std::string::npos);
}

TEST_CASE("many templates are counted", "[host][notice]") {
    Desktop desktop;
    desktop.show({"T1", "T2", "T3", "T4", "T5", "T6", "T7"});
    CHECK(desktop.shown().find("T4, T5, 2 more.") != std::string::npos);
}

TEST_CASE("the user's answer is told, the first one only", "[host][notice][R-UI4]") {
    Desktop desktop;
    desktop.show();
    desktop.shown();
    SECTION("the notice itself is clicked on") { desktop.say("action 7 default"); }
    SECTION("its button is pressed") { desktop.say("action 7 begin"); }
    desktop.say("action 7 begin");
    desktop.say("closed 7 2");
    desktop.settle();
    CHECK(desktop.activated == 1);
    CHECK(desktop.dismissed == 0);
}

TEST_CASE("a notice that was closed is dismissed, whoever closed it", "[host][notice][R-UI3]") {
    Desktop desktop;
    desktop.show();
    desktop.shown();
    desktop.say("closed 8 2");
    desktop.say("action 8 default");
    desktop.settle();
    CHECK(desktop.dismissed + desktop.activated == 0);  // another program's notice
    // 1: it expired, which is the desktop's doing and no answer of the user's.
    const int reason = GENERATE(1, 2, 4);
    desktop.say("closed 7 " + std::to_string(reason));
    desktop.settle();
    CHECK(desktop.dismissed == (reason == 1 ? 0 : 1));
    CHECK(desktop.failures.size() == (reason == 1 ? 1U : 0U));
    CHECK(desktop.activated == 0);
    desktop.notice.reset();
    CHECK(desktop.say("can actions") == "");  // nothing left to withdraw
}

TEST_CASE("a notice that is destroyed is withdrawn, also one whose number is not known yet",
          "[host][notice][R-UI3]") {
    Desktop desktop;
    SECTION("it is shown") {
        desktop.show();
        desktop.shown();
        desktop.notice.reset();
    }
    SECTION("the desktop is about to show it") {
        desktop.say("hold");
        desktop.show();
        desktop.shown();
        desktop.notice.reset();
        desktop.settle();
        desktop.mock.write("release");
        CHECK(desktop.mock.read(desktop.loop) == "done");
    }
    CHECK(desktop.mock.read(desktop.loop) == "Close 7");
    desktop.settle();
    CHECK(desktop.dismissed + desktop.activated == 0);
    CHECK(desktop.failures.empty());
}

TEST_CASE("where nobody shows notices, or nobody can answer them, that is told",
          "[host][notice][R-UI5]") {
    SECTION("no bus") {
        Loop loop;
        const Variable nowhere("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nowhere/bus");
        std::vector<Error> failures;
        const auto notice =
            show_notice(loop, {"A"}, {{}, {}, [&](const Error& why) { failures.push_back(why); }});
        CHECK(failures.empty());
        CHECK(run_until(loop, [&] { return !failures.empty(); }));
        CHECK(failures.at(0).code == kServerUnavailable);
    }
    SECTION("no desktop on the bus") {
        Loop loop;
        const PrivateBus bus(loop);
        std::vector<Error> failures;
        const auto notice =
            show_notice(loop, {"A"}, {{}, {}, [&](const Error& why) { failures.push_back(why); }});
        CHECK(run_until(loop, [&] { return !failures.empty(); }));
        CHECK(failures.at(0).context.find("org.freedesktop.Notifications") != std::string::npos);
    }
    SECTION("a desktop without buttons") {
        Desktop desktop("body persistence");
        desktop.show();
        CHECK(run_until(desktop.loop, [&] { return !desktop.failures.empty(); }));
        CHECK(desktop.failures.at(0).code == kNotSupported);
    }
}

TEST_CASE("a desktop or a bus that goes away takes the notice with it, and that is told once",
          "[host][notice][R-UI5]") {
    Desktop desktop;
    desktop.show();
    desktop.shown();
    SECTION("the desktop") { desktop.mock.end(); }
    SECTION("the bus") { desktop.bus.end(); }
    CHECK(run_until(desktop.loop, [&] { return !desktop.failures.empty(); }));
    desktop.settle();
    CHECK(desktop.failures.size() == 1);
    CHECK(desktop.failures.at(0).code == kServerUnavailable);
    CHECK(desktop.dismissed + desktop.activated == 0);
    CHECK(run_ready(desktop.loop) == 0);
}

TEST_CASE("a notice may be destroyed by its own answer", "[host][notice]") {
    Desktop desktop;
    int answers = 0;
    std::unique_ptr<Notice> notice;
    const auto end = [&] {
        ++answers;
        notice.reset();
    };
    notice = show_notice(desktop.loop, {"A"}, {end, end, [&](const Error&) { end(); }});
    desktop.shown();
    SECTION("begin") { desktop.say("action 7 begin"); }
    SECTION("closed") { desktop.say("closed 7 2"); }
    SECTION("the bus ends") { desktop.bus.end(); }
    CHECK(run_until(desktop.loop, [&] { return answers == 1; }));
    desktop.settle();
    CHECK(answers == 1);
}

}  // namespace ae::service
