// What a hook that failed is owed.
#include "service/hooks/hooks.h"

#include "hook_world.h"
#include <catch2/catch.hpp>

namespace ae::service {
namespace {

using test::HookWorld;
using test::kHookNamed;
using test::read_text;
using test::sample_document;
using Owed = std::vector<OwedHook>;

void owe(const HookWorld& world, const std::string& text) {
    REQUIRE(world.run.state.write(kOwedHooksFile, text));
}

TEST_CASE("a hook that fails is tried again with the next run, the others are not", "[hooks]") {
    const HookWorld world;
    world.add("10-bad", "echo no such site; exit 3");
    world.add("20-good", "echo >> " + world.file("log"));
    const auto first = run_hooks(world.run, {sample_document()});
    REQUIRE(first.size() == 2);
    CHECK(first[0].level == engine::EventLevel::warning);
    CHECK(first[0].text ==
          std::string("hook 10-bad") + kHookNamed +
              ": it ended with exit code 3; it said: no such site: ERROR_PROCESS_ABORTED "
              "(0x8007042B): a program did not end as it should. Correct what it complains "
              "about, or the program. It is tried again with the next run.");
    CHECK(world.owed() == Owed{{"10-bad", 1, sample_document()}});

    world.add("10-bad", "cat > " + world.file("seen"));
    CHECK(world.tell({}) ==
          std::vector<std::string>{std::string("hook 10-bad") + kHookNamed + ": done"});
    CHECK(read_text(world.file("seen")) == to_json(sample_document()));
    CHECK(read_text(world.file("log")) == "\n");
    CHECK(world.owed().empty());
}

TEST_CASE("a hook is given up after ten attempts", "[hooks]") {
    const HookWorld world;
    world.add("10-bad", "echo >> " + world.file("log") + "; exit 3");
    CHECK(world.tell().size() == 1);
    for (unsigned attempt = 2; attempt < kMostHookAttempts; ++attempt) {
        const auto again = run_hooks(world.run, {});
        REQUIRE(again.size() == 1);
        CHECK(again[0].level == engine::EventLevel::warning);
    }
    CHECK(world.owed() == Owed{{"10-bad", 9, sample_document()}});
    const auto last = run_hooks(world.run, {});
    REQUIRE(last.size() == 1);
    CHECK(last[0].level == engine::EventLevel::error);
    CHECK(last[0].text.ends_with(" Given up after 10 attempts."));
    CHECK(world.owed().empty());
    CHECK(world.tell({}).empty());
    CHECK(read_text(world.file("log")) == "\n\n\n\n\n\n\n\n\n\n");
}

TEST_CASE("a hook that took its runs down with it is given up too", "[hooks]") {
    const HookWorld world;
    world.add("10-bad", "touch " + world.file("ran"));
    owe(world, to_json(Owed{{"10-bad", 10, sample_document()}}));
    const auto remarks = run_hooks(world.run, {});
    REQUIRE(remarks.size() == 1);
    CHECK(remarks[0].level == engine::EventLevel::error);
    CHECK(remarks[0].text == std::string("hook 10-bad") + kHookNamed +
                                 ": given up, none of its 10 attempts came back");
    CHECK_FALSE(std::filesystem::exists(world.file("ran")));
    CHECK(world.owed().empty());

    owe(world, to_json(Owed{{"10-bad", 9, sample_document()}}));
    CHECK(world.tell({}) ==
          std::vector<std::string>{std::string("hook 10-bad") + kHookNamed + ": done"});
}

TEST_CASE("what a run that crashed still owed is told by the next one", "[hooks]") {
    const HookWorld world;
    world.add("10-hook", "cat >> " + world.file("log"));
    owe(world, to_json(Owed{{"10-hook", 1, sample_document()}}));
    HookDocument news = sample_document();
    news.template_name = "CorpWeb";
    CHECK(world.tell({news}).size() == 2);
    CHECK(read_text(world.file("log")) == to_json(sample_document()) + to_json(news));
}

TEST_CASE("a hook whose program is gone is given up", "[hooks]") {
    const HookWorld world;
    world.add("10-hook", "exit 1");
    CHECK(world.tell().size() == 1);
    std::filesystem::remove(world.folder / "10-hook");
    CHECK(world.tell({}) ==
          std::vector<std::string>{std::string("hook 10-hook") + kHookNamed +
                                   ": given up, the program is not there any more"});
    CHECK(world.owed().empty());
    CHECK(world.tell({}).empty());
}

TEST_CASE("a damaged list of what is owed is said and replaced", "[hooks]") {
    const HookWorld world;
    world.add("10-hook", "exit 0");
    owe(world, "[{");
    CHECK(world.tell() ==
          std::vector<std::string>{world.run.state.path_of(kOwedHooksFile) +
                                       " is damaged; what hooks are owed is forgotten",
                                   std::string("hook 10-hook") + kHookNamed + ": done"});
    CHECK(world.owed().empty());
}

TEST_CASE("no more than a thousand are owed", "[hooks]") {
    const HookWorld world;
    world.add("10-hook", "exit 0");
    owe(world, to_json(Owed(kMostOwedHooks, {"10-hook", 1, sample_document()})));
    HookRun run = world.run;
    std::stop_source stop;
    stop.request_stop();
    run.stop = stop.get_token();
    const auto remarks = run_hooks(run, {sample_document()});
    REQUIRE(remarks.size() == 1);
    CHECK(remarks[0].text == "1 hooks are not told: too many are owed already");
    CHECK(world.owed().size() == kMostOwedHooks);
}

}  // namespace
}  // namespace ae::service
