#include "service/state_folder.h"

#include "engine/base/hresult_table.h"
#include "engine/base/text.h"
#include "stores/files_posix.h"
#include "stores/store_context.h"
#include "tests/stores/file_store.h"
#include "tests/support/on_tmpfs.h"

#include <array>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <map>
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

constexpr std::size_t kPlenty = 1'000'000;

// A state folder below a folder that the test deletes.
struct World {
    TemporaryFolder temporary;
    std::string root = temporary.path() / "state";
    StateFolder state{root, Scope::machine};
    fs::path machine = fs::path(root) / "machine";

    [[nodiscard]] std::string text(const std::string& name) const {
        return fs::exists(machine / name) ? read_text(machine / name) : "missing";
    }
    [[nodiscard]] Done append(std::string_view lines, std::size_t largest = kPlenty) const {
        return state.append("log", "log.1", lines, largest);
    }
};

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
        const std::string line = name + std::to_string(i) + std::string(40, '.') + "\n";
        failures += state.append("log", "log.1", line, largest) ? 0 : 1;
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

// The numbers of each process' lines, in the order of the file; fails the test on a damaged line.
std::map<char, std::vector<int>> numbers_of(const std::string& text) {
    std::map<char, std::vector<int>> numbers;
    REQUIRE(text.ends_with('\n'));
    for (const auto line : split(std::string_view(text).substr(0, text.size() - 1), '\n')) {
        const int number = std::stoi(std::string(line.substr(1)));
        const std::string whole = line[0] + std::to_string(number) + std::string(40, '.');
        CHECK(std::string(line) == whole);
        numbers[line[0]].push_back(number);
    }
    return numbers;
}

}  // namespace

TEST_CASE("nothing is there, and nothing is made, until something is written", "[state-folder]") {
    const World world;
    const auto read = world.state.read("run.json");
    REQUIRE(read);
    CHECK_FALSE(read->has_value());
    CHECK_FALSE(fs::exists(world.root));
    CHECK(world.state.path_of("run.json") == world.root + "/machine/run.json");
    CHECK(StateFolder(world.root, Scope::user).path_of("x") == world.root + "/user/x");
}

TEST_CASE("a file is replaced whole and is nobody else's business", "[state-folder]") {
    const World world;
    REQUIRE(world.state.write("run.json", "first"));
    REQUIRE(world.state.write("run.json", "second, and longer"));
    const auto read = world.state.read("run.json");
    REQUIRE(read);
    CHECK(*read == "second, and longer");
    CHECK(mode_of(world.machine / "run.json") == 0600);
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

TEST_CASE("lines are added at the end, to a file that others cannot read", "[state-folder]") {
    const World world;
    REQUIRE(world.append("one\n"));
    REQUIRE(world.append("two\nthree\n"));
    CHECK(world.text("log") == "one\ntwo\nthree\n");
    CHECK(world.text("log.1") == "missing");
    CHECK(mode_of(world.machine / "log") == 0600);
}

TEST_CASE("a file that would grow too large becomes the older one", "[state-folder]") {
    const World world;
    REQUIRE(world.append("12345\n", 12));
    REQUIRE(world.append("abcde\n", 12));  // 12 exactly
    CHECK(world.text("log") == "12345\nabcde\n");
    CHECK(world.text("log.1") == "missing");
    REQUIRE(world.append("\n", 12));  // 13
    CHECK(world.text("log") == "\n");
    CHECK(world.text("log.1") == "12345\nabcde\n");
    REQUIRE(world.append("123456789ab\n", 12));
    CHECK(world.text("log") == "123456789ab\n");
    CHECK(world.text("log.1") == "\n");
}

TEST_CASE("half a line of a crash does not swallow the next one", "[state-folder]") {
    const World world;
    REQUIRE(world.append("one\n"));
    write_text(world.machine / "log", "one\ntw");
    REQUIRE(world.append("three\n"));
    CHECK(world.text("log") == "one\ntw\nthree\n");
}

TEST_CASE("links are not followed", "[state-folder]") {
    const World world;
    REQUIRE(world.append("one\n"));
    const fs::path victim = world.temporary.path() / "victim";
    write_text(victim, "precious");
    for (const char* name : {"log", "run.json", "state.lock", ".new-run.json"}) {
        INFO(name);
        fs::remove(world.machine / name);
        fs::create_symlink(victim, world.machine / name);
    }
    CHECK_FALSE(world.append("two\n"));  // the lock is a link
    CHECK_FALSE(world.state.write("run.json", "x"));
    fs::remove(world.machine / "state.lock");
    CHECK_FALSE(world.append("two\n"));
    CHECK_FALSE(world.state.read("run.json"));
    CHECK(world.state.write("run.json", "mine"));  // takes the link's place
    CHECK(world.text("run.json") == "mine");
    CHECK_FALSE(fs::is_symlink(world.machine / "run.json"));
    CHECK(read_text(victim) == "precious");
}

TEST_CASE("what is no plain file is refused and stops nothing", "[state-folder]") {
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
    const auto numbers = numbers_of(world.text("log"));
    REQUIRE(numbers.size() == 2);
    std::vector<int> all(kLines);
    for (int i = 0; i < kLines; ++i) {
        all[static_cast<std::size_t>(i)] = i;
    }
    CHECK(numbers.at('a') == all);
    CHECK(numbers.at('b') == all);
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

TEST_CASE("rotation takes the oldest lines only, also with two processes", "[state-folder]") {
    constexpr int kLines = 500;
    constexpr std::size_t kLargest = 4000;
    const World world;
    run_two(world.state, kLines, kLargest);
    const std::string older = world.text("log.1");
    const std::string newer = world.text("log");
    CHECK(older.size() <= kLargest);
    CHECK(older.size() > kLargest - 50);  // it was full
    CHECK(newer.size() <= kLargest);
    const auto numbers = numbers_of(older + newer);
    for (const auto& [name, list] : numbers) {
        for (std::size_t i = 1; i < list.size(); ++i) {
            CHECK(list[i] == list[i - 1] + 1);  // nothing is missing between the first and the last
        }
        if (numbers.size() == 2) {  // else one process had ended long before the other
            CHECK(list.back() == kLines - 1);
        }
    }
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
