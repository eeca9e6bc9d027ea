// A hook as a process on Windows; hook_helper_win32.cpp plays it.
#include "engine/base/hresult_table.h"
#include "engine/base/win32.h"
#include "service/hooks/hook_process.h"
#include "tests/support/temporary_folder.h"

#include <algorithm>

#include "hook_helper.h"
#include <catch2/catch.hpp>

namespace ae::service {
namespace {

using namespace std::chrono_literals;
using test::helper_program;
using test::read_text;

struct ProcessWorld {
    test::TemporaryFolder temporary;

    [[nodiscard]] std::string file(const std::string& name) const {
        return (temporary.path() / name).string();
    }
    static HookProcess helper(const std::string& deed, const std::string& argument = {}) {
        return {.command = {helper_program(), deed, argument},
                .environment = hook_environment(engine::Scope::machine),
                .input = "news\n",
                .limit = 60s};
    }
    static Error failure(const HookProcess& hook) {
        const Done ran = run_hook_process(hook);
        return ran ? Error{} : ran.error();
    }
};

// Whether the process whose number stands in that file is gone.
bool is_gone(const std::string& file) {
    const auto id = static_cast<DWORD>(std::stoul(read_text(file)));
    const UniqueWinHandle process(::OpenProcess(SYNCHRONIZE, FALSE, id));
    constexpr DWORD kLongest = 20'000;
    return id != 0 && (!process || ::WaitForSingleObject(process.get(), kLongest) == WAIT_OBJECT_0);
}

TEST_CASE("a hook finds the document on its standard input", "[hooks]") {
    const ProcessWorld world;
    HookProcess hook = ProcessWorld::helper("copy", world.file("seen"));
    CHECK(run_hook_process(hook));
    CHECK(read_text(world.file("seen")) == "news\n");
    hook.input = std::string(1'000'000, 'x');
    CHECK(run_hook_process(hook));
    CHECK(read_text(world.file("seen")) == hook.input);
}

TEST_CASE("a hook need not read its document, however large", "[hooks]") {
    HookProcess hook = ProcessWorld::helper("fail", "0");
    hook.input = std::string(4'000'000, 'x');
    CHECK(run_hook_process(hook));
}

TEST_CASE("a hook that ends badly is told with its last words", "[hooks]") {
    const Error error = ProcessWorld::failure(ProcessWorld::helper("fail", "3"));
    CHECK(error.code == kProcessAborted);
    CHECK(error.context == "it ended with exit code 3; it said: last words");
    CHECK(ProcessWorld::failure(ProcessWorld::helper("crash")).context ==
          "it ended with exception 0xC0000005; it said nothing");
}

TEST_CASE("a hook that cannot be started is told why", "[hooks]") {
    const ProcessWorld world;
    CHECK(ProcessWorld::failure({.command = {world.file("missing.exe")}, .limit = 60s}).code ==
          kFileNotFound);
}

TEST_CASE("a hook that never ends is killed with its children when its time is over", "[hooks]") {
    const ProcessWorld world;
    HookProcess hook = ProcessWorld::helper("wait", world.file("child"));
    hook.limit = 2s;
    const Error error = ProcessWorld::failure(hook);
    CHECK(error.code == kTimeout);
    CHECK(error.context == "it did not end within 2 s and was killed; it said: going on");
    CHECK(is_gone(world.file("child")));
}

TEST_CASE("what a hook leaves running is killed, and not waited for", "[hooks]") {
    const ProcessWorld world;
    CHECK(run_hook_process(ProcessWorld::helper("leave", world.file("child"))));
    CHECK(is_gone(world.file("child")));
}

TEST_CASE("a hook that never stops printing is read, and killed when its time is over", "[hooks]") {
    HookProcess hook = ProcessWorld::helper("flood");
    hook.limit = 1s;
    const Error error = ProcessWorld::failure(hook);
    CHECK(error.code == kTimeout);
    CHECK(error.context == "it did not end within 1 s and was killed; it said: y");
}

TEST_CASE("a hook is killed when this run is to end", "[hooks]") {
    std::stop_source stop;
    HookProcess hook = ProcessWorld::helper("forever");
    hook.stop = stop.get_token();
    stop.request_stop();
    CHECK(ProcessWorld::failure(hook).code == kOperationAborted);
}

TEST_CASE("a hook inherits none of our handles", "[hooks]") {
    SECURITY_ATTRIBUTES inherited{sizeof inherited, nullptr, TRUE};
    const UniqueWinHandle ours(::CreateEventW(&inherited, TRUE, FALSE, nullptr));
    const auto number = reinterpret_cast<std::uintptr_t>(ours.get());
    CHECK(run_hook_process(ProcessWorld::helper("set", std::to_string(number))));
    CHECK(::WaitForSingleObject(ours.get(), 0) == WAIT_TIMEOUT);
}

TEST_CASE("a hook's environment is the one given and nothing of ours", "[hooks]") {
    const ProcessWorld world;
    ::SetEnvironmentVariableW(L"AE_TEST_SECRET", L"1");
    CHECK(run_hook_process(ProcessWorld::helper("variables", world.file("seen"))));
    const std::string seen = read_text(world.file("seen"));
    CHECK(seen.find("AE_TEST_SECRET") == std::string::npos);
    for (const auto& [name, value] : hook_environment(engine::Scope::machine)) {
        CHECK(seen.find(std::string(name).append("=").append(value) + "\n") != std::string::npos);
    }
}

}  // namespace
}  // namespace ae::service
