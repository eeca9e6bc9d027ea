// What only Linux has: modes, signals of life of other processes, and disks that refuse.
#include "engine/base/hresult_table.h"
#include "service/state_folder.h"
#include "stores/files_posix.h"
#include "stores/store_context.h"
#include "tests/service/state_folder_world.h"
#include "tests/stores/file_store.h"
#include "tests/support/on_tmpfs.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <filesystem>
#include <sstream>
#include <thread>

#include <catch2/catch.hpp>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

namespace {

using namespace ae;
using namespace ae::service;
using namespace ae::test;
using engine::Scope;
namespace fs = std::filesystem;

using World = StateWorld;

// Whether this child goes on for a tenth of a second; writers that wait turn by turn show nowhere.
bool goes_on(pid_t process) {
    for (int i = 0; i < 10; ++i) {
        if (::waitpid(process, nullptr, WNOHANG) != 0) {
            return false;
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    return true;
}

// Appends `count` numbered lines of its own, each by itself.
[[noreturn]] void append_numbered(const StateFolder& state, char name, int count,
                                  std::size_t largest) {
    int failures = 0;
    for (int i = 0; i < count; ++i) {
        failures += state.append("log", "log.1", numbered_line(name, i), largest) ? 0 : 1;
    }
    ::_exit(failures == 0 ? 0 : 1);
}

void run_two(const StateFolder& state, int count, std::size_t largest) {
    std::array<pid_t, 2> children{};
    for (std::size_t i = 0; i < children.size(); ++i) {
        children.at(i) = ::fork();
        REQUIRE(children.at(i) >= 0);
        if (children.at(i) == 0) {
            append_numbered(state, static_cast<char>('a' + i), count, largest);
        }
    }
    for (const pid_t child : children) {
        int status = 0;
        REQUIRE(::waitpid(child, &status, 0) == child);
        CHECK(status == 0);
    }
}

}  // namespace

TEST_CASE("what is written is nobody else's business", "[state-folder]") {
    const World world;
    REQUIRE(world.state.write("run.json", "x"));
    REQUIRE(world.append("one\n"));
    CHECK(mode_of(world.machine / "run.json") == 0600);
    CHECK(mode_of(world.machine / "log") == 0600);
    CHECK(mode_of(world.machine) == 0755);
    CHECK(mode_of(world.root) == 0755);
    const TemporaryFolder home;
    REQUIRE(StateFolder(home.path() / "state", Scope::user).write("run.json", "x"));
    CHECK(mode_of(home.path() / "state") == 0700);
}

TEST_CASE("what a crash left of a write is replaced by the next one", "[state-folder]") {
    const World world;
    REQUIRE(world.state.write("run.json", "old"));
    write_text(world.machine / ".new-run.json", "hal");
    CHECK(world.state.read("run.json").value() == "old");
    REQUIRE(world.state.write("run.json", "new"));
    CHECK(world.text("run.json") == "new");
    CHECK_FALSE(fs::exists(world.machine / ".new-run.json"));
}

TEST_CASE("the stores and the state share a folder and leave each other alone", "[state-folder]") {
    const World world;
    REQUIRE(world.state.write("run.json", "kept"));
    REQUIRE(world.append("kept\n"));
    const auto opened = stores::StoreContext::open(world.root, Scope::machine, {});
    REQUIRE(opened);  // and it is held open: a run that could not get it leaves a record too
    CHECK(world.text("run.json") == "kept");
    CHECK(world.text("log") == "kept\n");
    CHECK(world.state.write("run.json", "newer"));
    CHECK(world.append("newer\n"));
    CHECK(world.text("log") == "kept\nnewer\n");
}

TEST_CASE("a pipe is refused and stops nothing", "[state-folder]") {
    const World world;
    REQUIRE(world.append("one\n"));
    fs::remove(world.machine / "log");
    REQUIRE(::mkfifo((world.machine / "log").c_str(), 0600) == 0);
    const Done appended = world.append("two\n");
    REQUIRE_FALSE(appended);
    CHECK(appended.error().code == kInvalidData);
    CHECK_FALSE(world.state.read("log"));
}

TEST_CASE("a folder that others may write to is refused", "[state-folder]") {
    const World world;
    REQUIRE(world.append("one\n"));
    fs::permissions(world.machine, fs::perms(0777));
    for (const Done& refused : {world.append("two\n"), world.state.write("run.json", "x")}) {
        REQUIRE_FALSE(refused);
        CHECK(refused.error().code == kAccessDenied);
    }
    const auto read = world.state.read("log");
    REQUIRE_FALSE(read);
    CHECK(read.error().code == kAccessDenied);
}

TEST_CASE("two processes append at the same time, and no line is damaged or lost",
          "[state-folder]") {
    constexpr int kLines = 500;
    const World world;
    run_two(world.state, kLines, kPlenty);
    std::vector<std::string> expected;
    for (int i = 0; i < kLines; ++i) {
        expected.push_back(numbered_line('a', i));
        expected.push_back(numbered_line('b', i));
    }
    std::ranges::sort(expected);
    std::vector<std::string> found;
    std::istringstream lines(world.text("log"));
    for (std::string line; std::getline(lines, line);) {
        found.push_back(line + '\n');
    }
    std::ranges::sort(found);
    CHECK(found == expected);
}

TEST_CASE("writers wait for each other", "[state-folder]") {
    const World world;
    REQUIRE(world.append("one\n"));
    const int lock = ::open((world.machine / "state.lock").c_str(), O_RDONLY | O_CLOEXEC);
    REQUIRE(lock >= 0);
    for (const bool appends : {true, false}) {
        REQUIRE(::flock(lock, LOCK_EX) == 0);
        const pid_t child = ::fork();
        REQUIRE(child >= 0);
        if (child == 0) {
            const Done written = appends ? world.append("two\n") : world.state.write("x", "y");
            ::_exit(written ? 0 : 1);
        }
        REQUIRE(goes_on(child));
        REQUIRE(::flock(lock, LOCK_UN) == 0);
        int status = -1;
        REQUIRE(::waitpid(child, &status, 0) == child);
        CHECK(status == 0);
    }
    ::close(lock);
    CHECK(world.text("log") == "one\ntwo\n");
}

TEST_CASE("a full disk leaves no half line behind, and one clear error", "[state-folder]") {
    const TemporaryFolder temporary;
    const std::string disk = temporary.path() / "disk";
    fs::create_directory(disk);
    const std::string findings = on_tmpfs(disk, "mode=0755,size=64k", [&] {
        std::string found;
        const auto expect = [&](bool held, const std::string& what) {
            found += held ? "" : what + "\n";
        };
        const StateFolder state(disk + "/state", Scope::machine);
        const std::string line = std::string(99, 'x') + "\n";
        expect(state.append("log", "log.1", line, kPlenty).has_value(), "the first line");
        expect(state.write("run.json", "old").has_value(), "the first record");
        const std::string flood(std::size_t{128} * 1024, 'y');
        const Done refused = state.append("log", "log.1", flood + "\n", kPlenty);
        expect(!refused, "the flood was taken");
        if (!refused) {
            expect(refused.error().code == kDiskFull, refused.error().sentence());
            expect(refused.error().context.find("machine/log") != std::string::npos,
                   "no path: " + refused.error().context);
        }
        expect(state.read("log").value() == line, "half of the flood stayed");
        const Done unwritten = state.write("run.json", flood);
        expect(!unwritten && unwritten.error().code == kDiskFull, "the large record was written");
        expect(state.read("run.json").value() == "old", "the old record is gone");
        expect(state.append("log", "log.1", line, kPlenty).has_value(), "no room was given back");
        expect(state.read("log").value() == line + line, "the second line is missing");
        return found;
    });
    INFO(findings);
    CHECK(findings.empty());
}

TEST_CASE("a disk that is read-only can be read", "[state-folder]") {
    const TemporaryFolder temporary;
    const std::string disk = temporary.path() / "disk";
    fs::create_directory(disk);
    const std::string findings = on_tmpfs(disk, "mode=0755", [&] {
        std::string found;
        const StateFolder state(disk + "/state", Scope::machine);
        found += state.append("log", "log.1", "one\n", kPlenty) ? "" : "cannot append\n";
        if (::mount(nullptr, disk.c_str(), nullptr, MS_REMOUNT | MS_RDONLY, nullptr) != 0) {
            return std::string("cannot remount");
        }
        found += state.read("log").value() == "one\n" ? "" : "cannot read\n";
        for (const Done& refused :
             {state.append("log", "log.1", "two\n", kPlenty), state.write("run.json", "x")}) {
            found +=
                !refused && refused.error().code == kWriteProtected ? "" : "not write-protected\n";
        }
        return found;
    });
    INFO(findings);
    CHECK(findings.empty());
}
