// All hooks of a folder after a pulse.
#include "service/hooks/hook_folder.h"
#include "service/hooks/hooks.h"

#include <thread>

#include "hook_world.h"
#include <catch2/catch.hpp>
#include <sys/wait.h>

namespace ae::service {
namespace {

using test::HookWorld;
using test::kHookNamed;
using test::read_text;
using test::sample_document;
using Texts = std::vector<std::string>;

TEST_CASE("without hooks nothing is said and nothing is written", "[hooks]") {
    const HookWorld world;
    CHECK(world.tell().empty());
    CHECK_FALSE(std::filesystem::exists(world.state_dir));
    world.add("10-hook", "exit 1");
    CHECK(world.tell({}).empty());
    CHECK_FALSE(std::filesystem::exists(world.state_dir));
}

TEST_CASE("every hook is told of every certificate, in the order of their names", "[hooks]") {
    const HookWorld world;
    const std::string log = world.file("log");
    world.add("20-second", "echo 20 >> " + log);
    world.add("10-first", "echo 10 >> " + log + "; cat >> " + log);
    HookDocument other = sample_document();
    other.template_name = "CorpWeb";
    CHECK(world.tell({sample_document(), other}) ==
          Texts{std::string("hook 10-first") + kHookNamed + ": done",
                std::string("hook 20-second") + kHookNamed + ": done",
                "hook 10-first for renewed CorpWeb 00112233: done",
                "hook 20-second for renewed CorpWeb 00112233: done"});
    CHECK(read_text(log) ==
          "10\n" + to_json(sample_document()) + "20\n10\n" + to_json(other) + "20\n");
    CHECK(world.owed().empty());
}

TEST_CASE("what is owed is written down, as an attempt, before a hook runs", "[hooks]") {
    const HookWorld world;
    world.add("10-hook", "cp " + world.run.state.path_of(kOwedHooksFile) + " " +
                             world.file("then") + "; exit 0");
    world.add("20-hook", "exit 0");
    CHECK(world.tell().size() == 2);
    CHECK(owed_hooks_from_json(read_text(world.file("then"))) ==
          std::vector<OwedHook>{{"10-hook", 1, sample_document()},
                                {"20-hook", 0, sample_document()}});
}

TEST_CASE("a hook that is refused is said aloud, and the others run", "[hooks]") {
    const HookWorld world;
    world.add("10-bad", "touch " + world.file("ran"), 0777);
    world.add("20-good", "exit 0");
    const auto remarks = run_hooks(world.run, {sample_document()});
    REQUIRE(remarks.size() == 2);
    CHECK(remarks[0].level == engine::EventLevel::error);
    CHECK(remarks[0].text.starts_with("hook left out: " + (world.folder / "10-bad").string() +
                                      " can be written by others: "));
    CHECK(remarks[1].level == engine::EventLevel::information);
    CHECK_FALSE(std::filesystem::exists(world.file("ran")));
}

TEST_CASE("a run that is to end starts no hook and forgets none", "[hooks]") {
    HookWorld world;
    world.add("10-hook", "touch " + world.file("ran"));
    std::stop_source stop;
    stop.request_stop();
    world.run.stop = stop.get_token();
    CHECK(world.tell().empty());
    CHECK(world.owed() == std::vector<OwedHook>{{"10-hook", 0, sample_document()}});
    world.run.stop = {};
    CHECK(world.tell({}) == Texts{std::string("hook 10-hook") + kHookNamed + ": done"});
    CHECK(std::filesystem::exists(world.file("ran")));
}

TEST_CASE("a hook that this run's end interrupts has lost no attempt", "[hooks]") {
    HookWorld world;
    const test::Fifo fifo(world.file("fifo"));
    world.add("10-hook", "echo up > " + world.file("fifo") + "; sleep 1000");
    std::stop_source stop;
    world.run.stop = stop.get_token();
    const std::jthread asks([&] {
        static_cast<void>(fifo.next());
        stop.request_stop();
    });
    CHECK(world.tell().empty());
    CHECK(world.owed() == std::vector<OwedHook>{{"10-hook", 0, sample_document()}});
}

TEST_CASE("a user's hooks run as the user, from the user's own folder", "[hooks]") {
    if (::geteuid() != 0) {
        WARN("skipped: only root can become another user");
        return;
    }
    constexpr uid_t kNobody = 65534;
    HookWorld world;
    world.add("10-hook", "id -u > " + world.file("who"));
    ::chmod(world.temporary.path().c_str(), 0755);
    const pid_t child = ::fork();
    if (child == 0) {
        // All that is his: what the machine's context would refuse.
        bool given = true;
        for (const std::string& one :
             {std::string(), std::string("/hooks.d"), std::string("/hooks.d/10-hook")}) {
            const std::string path = world.temporary.path().string() + one;
            given = given && ::chown(path.c_str(), kNobody, kNobody) == 0;
        }
        const bool refused =
            read_hook_folder(engine::Scope::machine, world.run.folder).programs.empty();
        const bool him = given && ::setgid(kNobody) == 0 && ::setuid(kNobody) == 0;
        const auto said = him ? world.tell() : Texts{};
        ::_exit(refused && said.size() == 1 && said[0].ends_with(": done") ? 0 : 1);
    }
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    CHECK(status == 0);
    CHECK(read_text(world.file("who")) == "65534\n");
}

}  // namespace
}  // namespace ae::service
