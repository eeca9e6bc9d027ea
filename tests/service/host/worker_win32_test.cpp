// A process of the host on Windows; worker_helper_win32.cpp plays it.
#include "engine/base/hresult_table.h"
#include "engine/base/win32.h"
#include "service/host/new_process_win32.h"
#include "service/host/worker.h"

#include <algorithm>
#include <optional>
#include <stdexcept>

#include "loop_support.h"
#include <catch2/catch.hpp>

namespace ae::service {
namespace {

std::string this_program() {
    std::wstring path(32768, L'\0');
    path.resize(::GetModuleFileNameW(nullptr, path.data(), static_cast<DWORD>(path.size())));
    return narrow(path);
}

// It stands beside this test.
std::string helper_program() {
    const std::string path = this_program();
    return path.substr(0, path.rfind('\\') + 1) + "worker_helper.exe";
}

struct Run {
    Result<std::unique_ptr<Worker>> start(const std::string& program,
                                          const std::vector<std::string>& arguments) {
        return start_worker(loop, arguments,
                            {[this](const std::string& line) { lines.push_back(line); },
                             [this](const WorkerEnd& how) {
                                 CHECK_FALSE(end);
                                 end = how;
                             }},
                            program);
    }
    void helper(const std::vector<std::string>& arguments) {
        auto started = start(helper_program(), arguments);
        if (!started) {
            throw std::runtime_error(started.error().sentence());
        }
        worker = std::move(*started);
        CHECK_FALSE(end);
    }
    bool ends() {
        return run_until(loop, [this] { return end.has_value(); });
    }
    bool says(const std::string& text) {
        return run_until(loop, [&] { return std::count(lines.begin(), lines.end(), text) > 0; });
    }

    Loop loop{};
    std::vector<std::string> lines{};
    std::optional<WorkerEnd> end{};
    std::unique_ptr<Worker> worker{};
};

bool is_gone(const std::string& process) {
    const auto number = static_cast<DWORD>(std::stoul(process));
    REQUIRE(number != 0);
    const UniqueWinHandle handle(::OpenProcess(SYNCHRONIZE, FALSE, number));
    return !handle || ::WaitForSingleObject(handle.get(), 0) == WAIT_OBJECT_0;
}

DWORD own_handles() {
    DWORD count = 0;
    REQUIRE(::GetProcessHandleCount(::GetCurrentProcess(), &count));
    return count;
}

const std::string kLongest = std::to_string(kLongestLine);

}  // namespace

TEST_CASE("a worker's lines arrive in order, then its exit code", "[host][worker]") {
    Run run;
    run.helper({"lines"});
    REQUIRE(run.ends());
    CHECK(run.lines == std::vector<std::string>{"one", "", "three"});
    CHECK(run.end->exited);
    CHECK(run.end->code == 5);
    CHECK(run.end->warning.empty());
}

TEST_CASE("arguments arrive as they were given", "[host][worker]") {
    const std::vector<std::string> words{"plain",
                                         "two words",
                                         "",
                                         "\"",
                                         "C:\\a b\\",
                                         "\\\\\"\\",
                                         "a\\\\b",
                                         "Stra\xc3\x9f"
                                         "e"};
    std::vector<std::string> arguments{"arguments"};
    arguments.insert(arguments.end(), words.begin(), words.end());
    Run run;
    run.helper(arguments);
    REQUIRE(run.ends());
    CHECK(run.lines == words);
}

TEST_CASE("a worker that an exception ended did not exit", "[host][worker]") {
    Run run;
    run.helper({"crash"});
    REQUIRE(run.ends());
    CHECK(run.lines == std::vector<std::string>{"before"});
    CHECK_FALSE(run.end->exited);
    CHECK(crash_text(*run.end) == "exception 0xC0000005 ended it");
}

TEST_CASE("a worker that is asked to stop finishes what it has begun", "[host][worker]") {
    Run run;
    run.helper({"finish-when-asked"});
    REQUIRE(run.says("up"));
    run.worker->ask_to_stop();
    REQUIRE(run.ends());
    CHECK(run.lines == std::vector<std::string>{"up", "finishing"});
    CHECK(run.end->exited);
    CHECK(run.end->code == 0);
}

TEST_CASE("a stubborn worker is killed with all that it started", "[host][worker]") {
    Run run;
    run.helper({"stubborn"});
    REQUIRE(run.says("up"));
    run.worker->ask_to_stop();
    run_for(run.loop, 50ms);
    CHECK_FALSE(run.end);
    CHECK_FALSE(is_gone(run.lines.at(0)));
    run.worker->kill();
    REQUIRE(run.ends());
    CHECK_FALSE(run.end->exited);
    CHECK(crash_text(*run.end) == "it was killed");
    CHECK(run_until(run.loop, [&] { return is_gone(run.lines.at(0)); }));
    run.worker->ask_to_stop();  // too late, and harmless
    run.worker->kill();
}

TEST_CASE("what a worker leaves running neither holds up its end nor stays", "[host][worker]") {
    Run run;
    run.helper({"leave-another"});
    REQUIRE(run.ends());
    CHECK(run_until(run.loop, [&] { return is_gone(run.lines.at(0)); }));
    CHECK(run.end->exited);
    CHECK(run.end->code == 3);
}

TEST_CASE("megabytes of output arrive whole", "[host][worker]") {
    Run run;
    run.helper({"count", "300000"});
    REQUIRE(run.ends());
    REQUIRE(run.lines.size() == 300000);
    CHECK(run.lines.back() == "300000");
    std::size_t octets = 0;
    for (const auto& line : run.lines) {
        octets += line.size() + 1;
    }
    CHECK(octets == 1988895);
}

TEST_CASE("a line of 16 MiB is heard, one octet more ends the worker", "[host][worker]") {
    Run run;
    SECTION("as long as may be") {
        run.helper({"long-line", kLongest});
        REQUIRE(run.ends());
        REQUIRE(run.lines.size() == 2);
        CHECK(run.lines[0].size() == kLongestLine);
        CHECK(run.end->exited);
        CHECK(run.end->warning.empty());
    }
    SECTION("longer") {
        run.helper({"long-line", std::to_string(kLongestLine + 1)});
        REQUIRE(run.ends());
        CHECK(run.lines.empty());
        CHECK(run.end->warning.find("16 MiB") != std::string::npos);
    }
    SECTION("without an end") {
        run.helper({"endless-line"});
        REQUIRE(run.ends());
        CHECK_FALSE(run.end->exited);
        CHECK(crash_text(*run.end) == "it was killed");
        CHECK(run.end->warning.find("16 MiB") != std::string::npos);
    }
}

TEST_CASE("a last line without a line feed is dropped and told of", "[host][worker]") {
    Run run;
    run.helper({"half"});
    REQUIRE(run.ends());
    CHECK(run.lines == std::vector<std::string>{"whole"});
    CHECK(run.end->warning == "its last line was cut off");
}

TEST_CASE("a worker inherits our standard error and nothing else", "[host][worker]") {
    Run run;
    SECTION("no input, a pipe to print to, no window") {
        run.helper({"streams"});
        REQUIRE(run.ends());
        CHECK(run.lines == std::vector<std::string>{"no input", "pipe", "no window"});
    }
    SECTION("not what a careless library left open") {
        SECURITY_ATTRIBUTES careless{sizeof careless, nullptr, TRUE};
        const UniqueWinHandle leaked(::CreateEventW(&careless, TRUE, FALSE, nullptr));
        run.helper({"set-event", std::to_string(reinterpret_cast<std::uintptr_t>(leaked.get()))});
        REQUIRE(run.ends());
        CHECK(::WaitForSingleObject(leaked.get(), 0) == WAIT_TIMEOUT);
    }
    SECTION("our environment") {
        ::SetEnvironmentVariableW(L"AE_OTHER", L"kept");
        run.helper({"variable", "AE_OTHER"});
        REQUIRE(run.ends());
        CHECK(run.lines == std::vector<std::string>{"kept"});
        ::SetEnvironmentVariableW(L"AE_OTHER", nullptr);
    }
}

TEST_CASE("a variable is added to an environment in its place, and replaces the one before",
          "[host][worker]") {
    const auto entries = [] {
        const std::wstring block = environment_with(L"AE_TEST_b", L"new");
        REQUIRE(block.ends_with(std::wstring(2, L'\0')));
        std::vector<std::string> all;
        for (const wchar_t* at = block.c_str(); *at != L'\0'; at += std::wcslen(at) + 1) {
            if (narrow(at).starts_with("AE_TEST_")) {
                all.push_back(narrow(at));
            }
        }
        return all;
    };
    ::SetEnvironmentVariableW(L"AE_TEST_A", L"1");
    ::SetEnvironmentVariableW(L"AE_TEST_C", L"3");
    CHECK(entries() == std::vector<std::string>{"AE_TEST_A=1", "AE_TEST_b=new", "AE_TEST_C=3"});
    ::SetEnvironmentVariableW(L"AE_TEST_B", L"old");
    CHECK(entries() == std::vector<std::string>{"AE_TEST_A=1", "AE_TEST_b=new", "AE_TEST_C=3"});
    for (const wchar_t* name : {L"AE_TEST_A", L"AE_TEST_B", L"AE_TEST_C"}) {
        ::SetEnvironmentVariableW(name, nullptr);
    }
}

TEST_CASE("a program that is missing or cannot run is an error", "[host][worker]") {
    Run run;
    const auto missing = run.start("C:\\nowhere\\aeclient.exe", {});
    REQUIRE_FALSE(missing);
    CHECK((missing.error().code == kFileNotFound ||
           missing.error().code == hresult(0x80070003)));  // ERROR_PATH_NOT_FOUND
    CHECK_THAT(missing.error().context, Catch::Contains("nowhere"));
    const auto folder = run.start("C:\\windows", {});
    REQUIRE_FALSE(folder);
}

TEST_CASE("without a program's name the worker is the program that runs", "[host][worker]") {
    Run run;
    auto started = run.start({}, {"--list-test-names-only", "a worker that*"});
    REQUIRE(started);
    REQUIRE(run.ends());
    CHECK(std::count_if(run.lines.begin(), run.lines.end(), [](const std::string& line) {
              return line.starts_with("a worker that an exception ended did not exit");
          }) == 1);
}

TEST_CASE("a worker that nobody wants any more is killed and silent, and leaves no handle",
          "[host][worker]") {
    const auto use = [](auto act) {
        Run run;
        act(run);
        CHECK(run_until(run.loop, [&] { return is_gone(run.lines.at(0)); }));
        run_for(run.loop, 10ms);
        CHECK(run.lines.size() == 1);
    };
    const auto from_its_line = [](Run& run) {
        auto started = start_worker(run.loop, {"own-number"},
                                    {[&](const std::string& line) {
                                         run.lines.push_back(line);
                                         run.worker.reset();
                                     },
                                     [](const WorkerEnd&) { FAIL("nobody is to hear of it"); }},
                                    helper_program());
        REQUIRE(started);
        run.worker = std::move(*started);
        REQUIRE(run_until(run.loop, [&] { return !run.lines.empty(); }));
    };
    use(from_its_line);  // what the system opens once is open now
    const auto before = own_handles();
    for (int i = 0; i < 3; ++i) {
        use(from_its_line);
        use([](Run& run) {
            run.helper({"leave-another"});
            REQUIRE(run.ends());
            run.worker.reset();
        });
    }
    CHECK(own_handles() <= before);
}

TEST_CASE("started by the test below: a host that ends without a farewell", "[.host-ends]") {
    Run run;
    run.helper({"own-number"});
    REQUIRE(run.says("two"));
    ::ExitProcess(static_cast<UINT>(std::stoul(run.lines.at(0))));
}

TEST_CASE("a worker ends with its host", "[host][worker]") {
    std::wstring program = wide(this_program());
    std::wstring line = L"test [.host-ends]";
    STARTUPINFOW how{};
    how.cb = sizeof how;
    PROCESS_INFORMATION made{};
    REQUIRE(::CreateProcessW(program.c_str(), line.data(), nullptr, nullptr, FALSE, 0, nullptr,
                             nullptr, &how, &made));
    const UniqueWinHandle thread(made.hThread);
    const UniqueWinHandle host(made.hProcess);
    constexpr DWORD kPatience = 20000;
    REQUIRE(::WaitForSingleObject(host.get(), kPatience) == WAIT_OBJECT_0);
    DWORD worker = 0;
    REQUIRE(::GetExitCodeProcess(host.get(), &worker));
    Loop loop;
    CHECK(run_until(loop, [&] { return is_gone(std::to_string(worker)); }));
}

}  // namespace ae::service
