#include "engine/base/win32.h"
#include "service/host/command_line_win32.h"
#include "service/host/notice.h"
#include "service/host/supervisor.h"
#include "service/host/watches.h"

#include <optional>

#include "loop_support.h"
#include <catch2/catch.hpp>
#include <shellapi.h>

namespace ae::service {
namespace {

std::vector<std::string> as_windows_reads(const std::wstring& line) {
    int count = 0;
    const UniqueLocalMemory<wchar_t**> words(::CommandLineToArgvW(line.c_str(), &count));
    std::vector<std::string> read;
    for (int i = 0; i < count; ++i) {
        read.push_back(narrow(words.get()[i]));
    }
    return read;
}

bool windows_can_be_made() {
    const HWND window = ::CreateWindowExW(0, L"Static", L"", WS_POPUP, 0, 0, 0, 0, nullptr, nullptr,
                                          nullptr, nullptr);
    return window != nullptr && ::DestroyWindow(window) != FALSE;
}

}  // namespace

TEST_CASE("a program reads the words of its command line as they were written",
          "[host][CommandLineToArgvW]") {
    const std::vector<std::string> words = {R"(C:\Program Files\aeclient\aeclient.exe)",
                                            "service",
                                            "",
                                            "two words",
                                            R"(C:\dir\)",
                                            R"(C:\a dir\)",
                                            R"(say "this")",
                                            R"(\"\\" \\)",
                                            "tab\there",
                                            "K\xC3\xB6ln"};
    CHECK(as_windows_reads(command_line(words)) == words);
}

TEST_CASE("the program's name stands in quotes, whatever it is", "[host][CreateService]") {
    CHECK(command_line({R"(C:\aeclient.exe)", "service", "run"}) ==
          LR"("C:\aeclient.exe" service run)");
}

TEST_CASE("the network can be watched, and left alone again", "[host][network-watch]") {
    Loop loop;
    int changes = 0;
    auto watch = watch_network(loop, [&] { ++changes; });
    REQUIRE(watch);
    run_ready(loop);
    watch->reset();
    CHECK(run_ready(loop) == 0);
    CHECK(changes == 0);
}

TEST_CASE("nobody is told of logons within a session, and that is no trouble",
          "[host][logon-watch][T1]") {
    Loop loop;
    int calls = 0;
    auto watch = watch_logons(
        loop, {}, [&] { ++calls; }, [&](const Error&) { ++calls; });
    REQUIRE(watch);
    run_ready(loop);
    CHECK(calls == 0);
}

TEST_CASE("without a service control manager the supervisor is silent", "[host][supervisor]") {
    Loop loop;
    const auto supervisor = make_supervisor(loop);
    supervisor->ready();
    supervisor->say("idle");
    supervisor->stopping();
    CHECK(run_ready(loop) == 0);
}

// With a desktop the notice is on it, which only a person can see.
TEST_CASE("without a desktop the notice fails, and says so from the loop",
          "[host][notice][R-UI5]") {
    Loop loop;
    std::optional<Error> failed;
    int others = 0;
    auto notice = show_notice(loop, {"User"},
                              {.activated = [&] { ++others; },
                               .dismissed = [&] { ++others; },
                               .failed = [&](const Error& why) { failed = why; }});
    CHECK(!failed);  // never from within the call
    if (windows_can_be_made()) {
        run_for(loop, 200ms);
        CHECK(!failed);
    } else {
        REQUIRE(run_until(loop, [&] { return failed.has_value(); }));
        CHECK(ae::failed(failed->code));
        CHECK(failed->context.find("make a window for a notice") == 0);
    }
    notice.reset();
    run_ready(loop);
    CHECK(others == 0);
}

TEST_CASE("a notice may be withdrawn at once", "[host][notice]") {
    Loop loop;
    int answers = 0;
    show_notice(loop, {"User"},
                {.activated = [&] { ++answers; },
                 .dismissed = [&] { ++answers; },
                 .failed = [&](const Error&) { ++answers; }})
        .reset();
    run_ready(loop);
    CHECK(answers == 0);
}

}  // namespace ae::service
