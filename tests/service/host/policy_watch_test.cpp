#include "service/host/watches.h"

#include <fstream>

#include "host_support.h"
#include <catch2/catch.hpp>
#include <sys/stat.h>

namespace ae::service {
namespace {

namespace fs = std::filesystem;

void write_file(const fs::path& path, const std::string& text = "x") {
    std::ofstream(path, std::ios::app) << text;
}

// A watch of `folder`, and what came of it.
struct Watched {
    explicit Watched(const fs::path& folder) {
        auto made = watch_policy(loop, folder.string(), [this] { ++calls; });
        if (!made) {
            throw std::runtime_error(made.error().sentence());
        }
        watch = std::move(*made);
        run_ready(loop);
    }
    // Once, and only once.
    bool one_call() {
        const int before = calls;
        const auto started = std::chrono::steady_clock::now();
        const bool came = run_until(loop, [&] { return calls != before; });
        settled = std::chrono::steady_clock::now() - started;
        run_ready(loop);
        return came && calls == before + 1;
    }
    bool no_call() {
        const int before = calls;
        run_for(loop, kPolicySettles + 200ms);
        return calls == before;
    }

    Loop loop{};
    int calls = 0;
    std::chrono::steady_clock::duration settled{};
    std::unique_ptr<Watch> watch{};
};

}  // namespace

TEST_CASE("what happens to a policy file is one change, however many steps it took",
          "[host][policy-watch][T3]") {
    const TempFolder folder;
    write_file(folder / "a.reg");
    Watched policy(folder / "");

    SECTION("a file is made and written") {
        write_file(folder / "b.reg", "one");
        write_file(folder / "b.reg", "two");
        CHECK(policy.one_call());
        CHECK(policy.settled >= kPolicySettles - 100ms);
    }
    SECTION("a file is written in place") { write_file(folder / "a.reg", "more"); }
    SECTION("a file is cut off without being opened") { fs::resize_file(folder / "a.reg", 0); }
    SECTION("a file is removed") { fs::remove(folder / "a.reg"); }
    SECTION("a file is renamed") { fs::rename(folder / "a.reg", folder / "a.off"); }
    SECTION("a file's mode changes") { fs::permissions(folder / "a.reg", fs::perms::none); }
    SECTION("the folder's own mode changes") { ::chmod((folder / "").c_str(), 0755); }
    if (policy.calls == 0) {
        CHECK(policy.one_call());
    }
}

TEST_CASE("a file that takes another's place, as editors and packages write, is a change",
          "[host][policy-watch][T3]") {
    const TempFolder folder;
    const TempFolder elsewhere;
    write_file(folder / "a.reg");
    write_file(elsewhere / "new", "new");
    Watched policy(folder / "");
    fs::rename(elsewhere / "new", folder / "a.reg");
    CHECK(policy.one_call());
}

TEST_CASE("reading the policy is no change of it", "[host][policy-watch][T3]") {
    const TempFolder folder;
    write_file(folder / "a.reg");
    Watched policy(folder / "");
    std::string text;
    std::ifstream(folder / "a.reg") >> text;
    for (const auto& entry : fs::directory_iterator(folder / "")) {
        CHECK(entry.is_regular_file());
    }
    CHECK(text == "x");
    CHECK(run_ready(policy.loop) == 0);  // not even an event
}

TEST_CASE("a folder that does not exist yet is noticed when it is made, with what is in it",
          "[host][policy-watch][T3]") {
    const TempFolder root;
    Watched policy(root / "etc/aeclient/policy.d");
    fs::create_directories(root / "etc/aeclient");
    CHECK(policy.one_call());  // on the way to it: may be it already
    fs::create_directory(root / "etc/aeclient/policy.d");
    CHECK(policy.one_call());
    write_file(root / "etc/aeclient/policy.d/a.reg");
    CHECK(policy.one_call());
}

TEST_CASE("a folder that is made with all above it in one go is watched to its end",
          "[host][policy-watch][T3]") {
    const TempFolder root;
    Watched policy(root / "a/b/c/d");
    fs::create_directories(root / "a/b/c/d");
    CHECK(policy.one_call());
    write_file(root / "a/b/c/d/a.reg");
    CHECK(policy.one_call());
}

TEST_CASE("a folder that was deleted and made anew is watched again", "[host][policy-watch][T3]") {
    const TempFolder root;
    fs::create_directory(root / "policy.d");
    write_file(root / "policy.d/a.reg");
    Watched policy(root / "policy.d");
    fs::remove_all(root / "policy.d");
    CHECK(policy.one_call());
    fs::create_directory(root / "policy.d");
    CHECK(policy.one_call());
    write_file(root / "policy.d/a.reg");
    CHECK(policy.one_call());
}

TEST_CASE("of a folder that another takes the place of, only the new one counts",
          "[host][policy-watch][T3]") {
    const TempFolder root;
    fs::create_directories(root / "above/policy.d");
    fs::create_directories(root / "new");
    Watched policy(root / "above/policy.d");

    SECTION("the folder itself") {
        fs::rename(root / "above/policy.d", root / "above/old");
        fs::rename(root / "new", root / "above/policy.d");
        CHECK(policy.one_call());
        write_file(root / "above/old/a.reg");
        CHECK(run_ready(policy.loop) == 0);
    }
    SECTION("the one above it") {
        fs::create_directory(root / "new/policy.d");
        fs::rename(root / "above", root / "old");
        fs::rename(root / "new", root / "above");
        CHECK(policy.one_call());
        write_file(root / "old/policy.d/a.reg");
        CHECK(run_ready(policy.loop) == 0);
    }
    write_file(root / "above/policy.d/a.reg");
    CHECK(policy.one_call());
}

TEST_CASE("a link that leads to another folder from now on is a change",
          "[host][policy-watch][T3]") {
    const TempFolder root;
    fs::create_directory(root / "one");
    fs::create_directory(root / "two");
    fs::create_directory_symlink(root / "one", root / "policy.d");
    Watched policy(root / "policy.d");
    fs::create_directory_symlink(root / "two", root / "next");
    fs::rename(root / "next", root / "policy.d");
    CHECK(policy.one_call());
    write_file(root / "two/a.reg");
    CHECK(policy.one_call());
}

TEST_CASE("what happens beside the way to the folder is no change", "[host][policy-watch][T3]") {
    const TempFolder root;
    fs::create_directory(root / "policy.d");
    fs::create_directory(root / "policy.d/below");
    Watched policy(root / "policy.d");
    write_file(root / "policy.dx");
    fs::create_directory(root / "policy");
    fs::remove(root / "policy.dx");
    write_file(root / "policy.d/below/a.reg");
    CHECK(policy.no_call());
}

TEST_CASE("changes that the kernel had no room to tell are a change", "[host][policy-watch][T3]") {
    const TempFolder root;
    Watched policy(root / "policy.d");  // not there: nothing else can count
    std::ifstream limit("/proc/sys/fs/inotify/max_queued_events");
    int most = 0;
    limit >> most;
    REQUIRE(most > 0);
    REQUIRE(most <= 1000000);
    for (int made = 0; made <= most / 2; ++made) {  // two events each
        const auto path = root / std::to_string(made);
        write_file(path, "");
        fs::remove(path);
    }
    CHECK(policy.one_call());
}

TEST_CASE("a watch may be destroyed while a change settles, and by its own callback",
          "[host][policy-watch]") {
    const TempFolder folder;
    SECTION("while it settles") {
        Watched policy(folder / "");
        write_file(folder / "a.reg");
        CHECK(run_ready(policy.loop) > 0);
        policy.watch.reset();
        CHECK(policy.no_call());
    }
    SECTION("by its own callback") {
        Loop loop;
        std::unique_ptr<Watch> watch;
        int calls = 0;
        auto made = watch_policy(loop, (folder / "").string(), [&] {
            ++calls;
            watch.reset();
        });
        REQUIRE(made);
        watch = std::move(*made);
        write_file(folder / "a.reg");
        CHECK(run_until(loop, [&] { return calls == 1; }));
        run_ready(loop);  // what it had waited for was called off
        write_file(folder / "a.reg");
        CHECK(run_ready(loop) == 0);
    }
}

}  // namespace ae::service
