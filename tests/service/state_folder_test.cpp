#include "service/state_folder.h"

#include "engine/base/text.h"
#include "tests/service/state_folder_world.h"
#include "tests/support/skip.h"

#include <array>
#include <atomic>
#include <map>
#include <thread>
#include <vector>

#include <catch2/catch.hpp>

namespace {

using namespace ae;
using namespace ae::service;
using namespace ae::test;
using engine::Scope;
namespace fs = std::filesystem;

using World = StateWorld;

// Each writer is a thread with files of its own, which is to the lock what a process is.  Returns
// how many calls failed.
int append_from_two(const World& world, int count, std::size_t largest) {
    std::atomic<int> failures = 0;
    std::array<std::thread, 2> writers;
    for (std::size_t i = 0; i < writers.size(); ++i) {
        writers.at(i) = std::thread([&, name = static_cast<char>('a' + i)] {
            for (int number = 0; number < count; ++number) {
                failures += world.append(numbered_line(name, number), largest) ? 0 : 1;
            }
        });
    }
    for (std::thread& writer : writers) {
        writer.join();
    }
    return failures;
}

// The numbers of each writer's lines, in the order of the file; fails the test on a damaged line.
std::map<char, std::vector<int>> numbers_of(const std::string& text) {
    std::map<char, std::vector<int>> numbers;
    REQUIRE(text.ends_with('\n'));
    for (const auto line : split(std::string_view(text).substr(0, text.size() - 1), '\n')) {
        const int number = std::stoi(std::string(line.substr(1)));
        CHECK(std::string(line) + "\n" == numbered_line(line[0], number));
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
    CHECK(fs::path(world.state.path_of("run.json")) == fs::path(world.root) / "machine/run.json");
    CHECK(fs::path(StateFolder(world.root, Scope::user).path_of("x")) ==
          fs::path(world.root) / "user/x");
}

TEST_CASE("a file is replaced whole", "[state-folder]") {
    const World world;
    REQUIRE(world.state.write("run.json", "first"));
    REQUIRE(world.state.write("run.json", "second, and longer"));
    CHECK(world.state.read("run.json").value() == "second, and longer");
    REQUIRE(world.state.write("run.json", ""));
    CHECK(world.state.read("run.json").value() == "");
    CHECK(world.state.read("run.jso").value() == std::nullopt);
    for (const auto& item : fs::directory_iterator(world.machine)) {
        CHECK((item.path().filename() == "run.json" || item.path().filename() == "state.lock"));
    }
}

TEST_CASE("a reader that has the file open does not stop the next write", "[state-folder]") {
    const World world;
    REQUIRE(world.state.write("run.json", "old"));
    std::atomic<bool> ends = false;
    int torn = 0;
    std::thread reader([&] {
        while (!ends) {
            const auto text = world.state.read("run.json");
            torn += text && (*text == "old" || *text == "new") ? 0 : 1;
        }
    });
    int failures = 0;
    for (int i = 0; i < 100; ++i) {
        failures += world.state.write("run.json", i % 2 == 0 ? "new" : "old") ? 0 : 1;
    }
    ends = true;
    reader.join();
    CHECK(failures == 0);
    CHECK(torn == 0);
}

TEST_CASE("lines are added at the end", "[state-folder]") {
    const World world;
    REQUIRE(world.append("one\n"));
    REQUIRE(world.append("two\nthree\n"));
    CHECK(world.text("log") == "one\ntwo\nthree\n");
    CHECK(world.text("log.1") == "missing");
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

TEST_CASE("what is no plain file is refused and stops nothing", "[state-folder]") {
    const World world;
    REQUIRE(world.append("one\n"));
    fs::remove(world.machine / "log");
    fs::create_directory(world.machine / "log");
    CHECK_FALSE(world.append("two\n"));
    CHECK_FALSE(world.state.read("log"));
    CHECK(world.state.write("run.json", "goes on"));
}

TEST_CASE("links are not followed", "[state-folder]") {
    const World world;
    REQUIRE(world.append("one\n"));
    const fs::path victim = world.temporary.path() / "victim";
    write_text(victim, "precious");
    for (const char* name : {"log", "run.json", "state.lock", ".new-run.json"}) {
        INFO(name);
        fs::remove(world.machine / name);
        std::error_code refused;
        fs::create_symlink(victim, world.machine / name, refused);
        if (refused) {
            AE_SKIP("W-LINKS", "Wine makes no symbolic links");
            return;
        }
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

TEST_CASE("two that are the first ones at the same time do not stand in each other's way",
          "[state-folder]") {
    for (int i = 0; i < 50; ++i) {
        const World world;
        REQUIRE(append_from_two(world, 1, kPlenty) == 0);
        CHECK(numbers_of(world.text("log")).size() == 2);
    }
}

TEST_CASE("two append at the same time, and no line is damaged or lost", "[state-folder]") {
    constexpr int kLines = 200;
    const World world;
    CHECK(append_from_two(world, kLines, kPlenty) == 0);
    const auto numbers = numbers_of(world.text("log"));
    REQUIRE(numbers.size() == 2);
    std::vector<int> all(kLines);
    for (int i = 0; i < kLines; ++i) {
        all[static_cast<std::size_t>(i)] = i;
    }
    CHECK(numbers.at('a') == all);
    CHECK(numbers.at('b') == all);
}

TEST_CASE("rotation takes the oldest lines only", "[state-folder]") {
    constexpr int kLines = 200;
    constexpr std::size_t kLargest = 4000;
    const World world;
    CHECK(append_from_two(world, kLines, kLargest) == 0);
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
        if (numbers.size() == 2) {  // else one of them had ended long before the other
            CHECK(list.back() == kLines - 1);
        }
    }
}
