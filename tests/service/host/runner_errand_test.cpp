// Errands between runs: rule M1 in the host.
#include "service/host/runner.h"

#include "runner_world.h"

namespace ae::service {

using engine::Errand;
using Calls = std::vector<std::string>;

namespace {

RunRequest errand(const std::string& name) {
    return {.trigger = Trigger::manual,
            .errand = {.kind = Errand::Kind::enroll, .template_name = name}};
}
std::string call(const std::string& name) {
    return "pulse|--worker|--trigger|manual|--enroll=" + name + "|";
}

}  // namespace

TEST_CASE("an errand is no run: nothing is due sooner or later", "[host][runner][M1][T2]") {
    World world("result");
    world.write(record_of(ended(kNow - 1h), {{Outcome::done, 1}}));
    world.open();
    const auto before = world.runner->status().next;
    REQUIRE(before);
    const auto client = world.ask(errand("A"));
    REQUIRE(world.rests());
    CHECK(client->lines == Calls{result_line()});
    CHECK(client->finished == 1);
    CHECK(world.runner->status().next == before);
    CHECK(world.recorded() == record_of(ended(kNow - 1h), {{Outcome::done, 1}}));
}

TEST_CASE("one that crashes or cannot begin leaves no trace of a run", "[host][runner][M1]") {
    World world("exit 1");
    world.write(record_of(ended(kNow - 1h), {{Outcome::done, 1}}));
    world.open();
    SECTION("crashes") {
        const auto client = world.ask(errand("A"));
        REQUIRE(world.rests());
        CHECK(client->refusal().code == kUnexpected);
        CHECK(client->finished == 1);
    }
    SECTION("cannot begin") {
        std::filesystem::remove(world.program);
        const auto client = world.ask(errand("A"));
        REQUIRE(world.rests());
        CHECK(failed(client->refusal().code));
        CHECK(client->finished == 1);
    }
    CHECK(world.recorded() == record_of(ended(kNow - 1h), {{Outcome::done, 1}}));
}

TEST_CASE("errands and runs are one after the other, errands first, each with its own clients",
          "[host][runner][M1][T7]") {
    World world("echo begin $run; await; result");
    world.open();
    const auto first = world.ask(errand("A"));
    CHECK_FALSE(world.merged);
    REQUIRE(world.runs_until([&] { return first->heard("begin 1"); }));
    const auto pulse = world.ask();
    CHECK(world.merged);
    const auto second = world.ask(errand("B"));
    CHECK(world.merged);
    world.go();
    REQUIRE(world.runs_until([&] { return second->heard("begin 2"); }));
    CHECK(first->finished == 1);
    CHECK(pulse->lines.empty());
    world.go();
    REQUIRE(world.runs_until([&] { return pulse->heard("begin 3"); }));
    world.go();
    REQUIRE(world.rests());
    CHECK(second->lines == Calls{"begin 2", result_line()});
    CHECK(pulse->lines == Calls{"begin 3", result_line()});
    CHECK(world.calls() == Calls{call("A"), call("B"), "pulse|--worker|--trigger|manual|"});
}

TEST_CASE("a timer that is due meanwhile runs after the errand", "[host][runner][M1][T2]") {
    World world("await; result");
    world.write(record_of(ended(kNow - kPeriod + 1s), {{Outcome::done, 1}}));
    world.open();
    world.ask(errand("A"));
    REQUIRE(world.runs_until([&] { return world.calls().size() == 1; }));
    world.now = kNow + 1min;
    world.runner->user_is_gone();  // it only looks
    run_ready(world.loop);
    CHECK(world.calls() == Calls{call("A")});
    world.go();
    world.go();
    REQUIRE(world.runs_until([&] { return world.calls().size() == 2; }));
    CHECK(world.calls().back() == "pulse|--worker|--trigger|timer|");
    REQUIRE(world.rests());
}

TEST_CASE("many wait, and no more than that", "[host][runner][M1]") {
    World world("await; result");
    world.open();
    world.ask(errand("A"));
    for (std::size_t i = 0; i < kMostErrands; ++i) {
        world.ask(errand("B"));
    }
    const auto one_more = world.runner->ask(errand("C"), {});
    REQUIRE_FALSE(one_more);
    CHECK(one_more.error().code == kBusy);
}

TEST_CASE("the service ends: whoever waits for an errand is told", "[host][runner][M1]") {
    World world("trap 'result; exit 0' TERM; echo begin $run; await & wait");
    world.open();
    const auto first = world.ask(errand("A"));
    const auto second = world.ask(errand("B"));
    REQUIRE(world.runs_until([&] { return first->heard("begin 1"); }));
    world.stop();
    CHECK(second->refusal().code == kServiceNotActive);
    REQUIRE(world.runs_until([&] { return world.stops == 1; }));
    CHECK(first->lines.back() == result_line());
    CHECK(world.calls() == Calls{call("A")});
}

}  // namespace ae::service
