#include "service/host/runner.h"

#include <array>

#include "runner_world.h"

namespace ae::service {

using engine::Errand;

TEST_CASE("a worker is told its trigger and what was asked for", "[host][runner]") {
    struct Row {
        RunRequest request;
        std::string arguments;
    };
    const Row row = GENERATE(values<Row>({
        {{.trigger = Trigger::manual}, "--trigger|manual|"},
        {{.trigger = Trigger::policy_refresh}, "--trigger|policy refresh|"},
        {{.trigger = Trigger::manual, .force = true}, "--trigger|manual|--force|"},
        {{.trigger = Trigger::interactive, .interactive = true},
         "--trigger|interactive|--interactive|"},
        {{.trigger = Trigger::interactive, .force = true, .interactive = true},
         "--trigger|interactive|--force|--interactive|"},
        {{.trigger = Trigger::manual,
          .force = true,
          .errand = {.kind = Errand::Kind::enroll, .template_name = "--x y", .ca = "c\\d"}},
         "--trigger|manual|--force|--enroll=--x y|--ca=c\\d|"},
        {{.trigger = Trigger::manual, .errand = {.kind = Errand::Kind::retrieve, .request_id = 17}},
         "--trigger|manual|--retrieve=17|"},
        {{.trigger = Trigger::manual,
          .errand = {.kind = Errand::Kind::renew, .thumbprint = "12ab"}},
         "--trigger|manual|--renew=12ab|"},
    }));
    World world("result");
    world.write(record_of(ended(kNow - 1h), {{Outcome::done, 1}}));  // no timer is due
    world.open();
    world.ask(row.request);
    CHECK(world.runner->status().running_trigger == to_string(row.request.trigger));
    REQUIRE(world.rests());
    CHECK(world.calls() == std::vector<std::string>{"pulse|--worker|" + row.arguments});
}

TEST_CASE("a start and a timer are runs without a client", "[host][runner][T1][T2]") {
    World world("result");
    world.open();
    SECTION("start") {
        world.runner->begin(Trigger::start);
        REQUIRE(world.rests());
        CHECK(world.calls() == std::vector<std::string>{"pulse|--worker|--trigger|start|"});
    }
    SECTION("start, at the machine's own place in the period (J1)") {
        world.runner->configure({}, 10min);
        world.runner->begin(Trigger::start);
        CHECK(world.runner->status().next == DueRun{kNow + 10min, Trigger::start});
        run_ready(world.loop);
        CHECK(world.calls().empty());
    }
    SECTION("timer") {
        world.write(record_of(ended(kNow - kPeriod), {{Outcome::done, 1}}));
        CHECK(world.runner->status().next == DueRun{kNow, Trigger::timer});
        world.runner->user_is_gone();  // nobody waited; it only looks
        REQUIRE(world.rests());
        CHECK(world.calls() == std::vector<std::string>{"pulse|--worker|--trigger|timer|"});
    }
}

TEST_CASE("lines reach those who wait for that run, and nobody of the next", "[host][runner][T7]") {
    World world("echo begin $run; await; echo end $run; result");
    world.open();
    const auto first = world.ask();
    CHECK_FALSE(world.merged);
    REQUIRE(world.runs_until([&] { return first->heard("begin 1"); }));
    const auto second = world.ask();
    CHECK(world.merged);
    const auto third = world.ask({.trigger = Trigger::manual, .force = true});
    CHECK(world.merged);
    CHECK(world.runner->status().follow_up);
    world.go();
    REQUIRE(world.runs_until([&] { return first->finished == 1 && second->heard("begin 2"); }));
    CHECK(first->lines == std::vector<std::string>{"begin 1", "end 1", result_line()});
    CHECK(second->finished == 0);
    CHECK_FALSE(world.runner->status().follow_up);
    world.go();
    REQUIRE(world.rests());
    const std::vector<std::string> of_second{"begin 2", "end 2", result_line()};
    CHECK(second->lines == of_second);
    CHECK(third->lines == of_second);
    CHECK(first->lines.size() == 3);
    CHECK(std::array{first->finished, second->finished, third->finished} == std::array{1, 1, 1});
    CHECK(world.calls() == std::vector<std::string>{"pulse|--worker|--trigger|manual|",
                                                    "pulse|--worker|--trigger|manual|--force|"});
}

TEST_CASE("clients that went away harm nobody", "[host][runner]") {
    World world("echo begin $run; await; echo end $run; exit 3");
    world.open();
    auto gone = world.ask();
    REQUIRE(world.runs_until([&] { return gone->heard("begin 1"); }));
    const auto follows = world.ask();
    world.ask();  // gone at once
    REQUIRE(world.runner->ask(kManual, {}));
    gone.reset();
    world.go();
    world.go();
    REQUIRE(world.runs_until([&] { return follows->finished == 1; }));
    CHECK(follows->lines.front() == "begin 2");
    CHECK(follows->refusal().code == kUnexpected);
    CHECK(world.calls().size() == 2);
}

TEST_CASE("the record that a worker left is taken as it is", "[host][runner][T2]") {
    World world("record; result");
    LastRun last = ended(kNow, Outcome::unreachable);
    last.unreachable_in_a_row = 1;
    RunRecord record = record_of(last, {{Outcome::unreachable, 1}});
    record.failures = {"nobody answers"};
    world.prepare(record);
    world.open();
    SECTION("it is the first") {}
    SECTION("the clock was set back since the last one") {
        world.write(record_of(ended(kNow + 24h), {{Outcome::done, 1}}));
        static_cast<void>(world.runner->status());
    }
    SECTION("the one before was lost, so that the counters say what they said before") {
        world.write(record_of(ended(kNow - 1h), {{Outcome::unreachable, 1}}));
        static_cast<void>(world.runner->status());
        std::filesystem::remove(world.folder / "state/machine/run.json");
    }
    SECTION("what was there cannot be read") { world.write("{\"version\": 1, \"last"); }
    const auto client = world.ask();
    REQUIRE(world.rests());
    CHECK(client->lines == std::vector<std::string>{result_line()});
    CHECK(client->finished == 1);
    CHECK(world.runner->record() == record);
    CHECK(world.disk() == to_json(record));
    CHECK(world.runner->status().next ==
          DueRun{kNow + engine::kFirstRetry, Trigger::retry});  // as its outcome wants (J2)
}

TEST_CASE("a worker that ends without a result has crashed", "[host][runner]") {
    struct Row {
        std::string script;
        std::string word;
    };
    const Row row = GENERATE(values<Row>({
        {"exit 3", "code 3"},
        {"exit 0", "code 0"},
        {"kill -KILL $$", "signal 9"},
        {"kill -SEGV $$", "signal 11"},
        {"printf '%s' \"$(cat result)\"", "code 0"},  // cut off: no line
        {"cat event", "code 0"},                      // whose text is "result"
        {R"(echo '{"version":1,"answer":"result"')", "code 0"},
    }));
    CAPTURE(row.script);
    World world(row.script);
    const RunRecord before = record_of(ended(kNow - 1h), {{Outcome::done, 5}});
    world.write(before);
    world.open();
    SECTION("nothing else happened") {}
    SECTION("another process ran since the last look; its run stays counted") {
        world.write(record_of(ended(kNow - 1min), {{Outcome::done, 6}}));
    }
    const std::uint64_t runs_before = world.recorded().counters.runs.at(Outcome::done);
    const auto client = world.ask();
    REQUIRE(world.rests());
    CHECK(client->finished == 1);
    CHECK(client->refusal().code == kUnexpected);
    CHECK(client->refusal().context.find(row.word) != std::string::npos);
    const RunRecord after = world.recorded();
    CHECK(after.last == LastRun{Trigger::manual, kNow, kNow, Outcome::crashed, 0, {}});
    CHECK(after.counters.runs == Counted{{Outcome::done, runs_before}, {Outcome::crashed, 1}});
    CHECK(after.account_sid == before.account_sid);
    CHECK(after == world.runner->record());
    CHECK(world.runner->status().next == DueRun{kNow + kPeriod, Trigger::timer});
    CHECK(world.calls().size() == 1);
}

TEST_CASE("the result of one run is not the next one's", "[host][runner]") {
    World world("[ $run = 2 ] || result");
    world.open();
    const auto first = world.ask();
    REQUIRE(world.rests());
    const auto second = world.ask();
    REQUIRE(world.rests());
    CHECK(first->lines == std::vector<std::string>{result_line()});
    CHECK(second->refusal().code == kUnexpected);
    CHECK(world.recorded().last->outcome == Outcome::crashed);
}

TEST_CASE("a worker that another process kept out does not run again at once", "[host][runner]") {
    World world("result");
    std::optional<RunRecord> before;
    DueRun next{kNow + kPeriod, Trigger::timer};
    SECTION("nothing ran before") {}
    SECTION("the last run is hours ago") {
        before = record_of(ended(kNow - kPeriod), {{Outcome::done, 1}});
    }
    SECTION("the last run lies ahead, because the clock was set back") {
        before = record_of(ended(kNow + 24h), {{Outcome::done, 1}});
    }
    SECTION("a certificate is at risk: the retry stays (J2)") {
        before = record_of(ended(kNow - 2h, Outcome::failed), {{Outcome::failed, 1}});
        before->last->at_risk = kNow + 8h;
        next = {kNow + 1h, Trigger::retry};
    }
    SECTION("what is on the disk knows of no run") {
        before = RunRecord{.account_sid = "S-1-5-21-1-2-3-1104"};
    }
    if (before) {
        world.write(*before);
    }
    world.open();
    const std::string disk = world.disk();
    const auto client = world.ask();
    REQUIRE(world.rests());
    CHECK(client->lines == std::vector<std::string>{result_line()});
    CHECK(client->finished == 1);
    CHECK(world.calls().size() == 1);
    CHECK(world.runner->status().next == next);
    CHECK(world.disk() == disk);  // the other process' to write
}

TEST_CASE("a record without a run, written meanwhile, is no run's", "[host][runner]") {
    World world("record; result");
    RunRecord nothing;
    nothing.counters.runs = {{Outcome::done, 1}};
    world.prepare(nothing);
    world.open();
    const auto client = world.ask();
    REQUIRE(world.rests());
    CHECK(client->finished == 1);
    CHECK(world.runner->status().next == DueRun{kNow + kPeriod, Trigger::timer});
}

TEST_CASE("a program that cannot be started is a crashed run", "[host][runner]") {
    World world("result");
    world.program = "/nowhere/aeclient";
    world.open();
    // Of another process, and not seen yet.
    world.write(record_of(ended(kNow - 1h), {{Outcome::done, 1}}));
    const auto client = world.ask();
    CHECK(client->finished == 1);
    CHECK(client->refusal().code == kFileNotFound);
    CHECK(world.rests());
    CHECK(world.recorded().counters.runs == Counted{{Outcome::done, 1}, {Outcome::crashed, 1}});
    CHECK(world.runner->status().state == "idle");
    CHECK(world.runner->status().next == DueRun{kNow + kPeriod, Trigger::timer});
}

TEST_CASE("a run of another process moves the next one", "[host][runner][T2]") {
    World world("result");
    world.write(record_of(ended(kNow - 7h), {{Outcome::done, 1}}));
    Runner& runner = world.open();
    CHECK(runner.status().next == DueRun{kNow + 1h, Trigger::timer});
    world.write(record_of(ended(kNow), {{Outcome::done, 2}}));
    CHECK(runner.status().next == DueRun{kNow + kPeriod, Trigger::timer});
    CHECK(runner.record() == world.recorded());
    world.write("rubbish");
    CHECK(runner.status().next == DueRun{kNow + kPeriod, Trigger::timer});
}

TEST_CASE("a retry that status learns of is not slept through", "[host][runner][J2]") {
    World world("result");
    world.now = std::chrono::floor<Seconds>(std::chrono::system_clock::now());  // the alarm's own
    world.write(record_of(ended(world.now - 1h), {{Outcome::done, 1}}));
    Runner& runner = world.open();
    runner.configure({}, {});
    LastRun last = ended(world.now - 20min, Outcome::unreachable);
    last.unreachable_in_a_row = 1;
    world.write(record_of(last, {{Outcome::done, 1}, {Outcome::unreachable, 1}}));
    CHECK(runner.status().next == DueRun{world.now - 5min, Trigger::retry});
    CHECK_FALSE(runner.running());
    REQUIRE(world.runs_until([&] { return world.calls().size() == 1; }));
    CHECK(world.calls() == std::vector<std::string>{"pulse|--worker|--trigger|retry|"});
    REQUIRE(world.rests());
}

TEST_CASE("a network that came up during a run that lacked it counts", "[host][runner][J3]") {
    World world("echo begin; await; record; result");
    const Outcome outcome = GENERATE(Outcome::unreachable, Outcome::done);
    world.prepare(record_of(ended(kNow, outcome), {{outcome, 1}}));
    world.open();
    const auto client = world.ask();
    REQUIRE(world.runs_until([&] { return client->heard("begin"); }));
    world.runner->network_changed();
    world.go();
    REQUIRE(world.rests());
    CHECK(world.runner->status().next ==
          (outcome == Outcome::unreachable
               ? DueRun{kNow + engine::kShortestNetworkPause, Trigger::connectivity}
               : DueRun{kNow + kPeriod, Trigger::timer}));
}

TEST_CASE("a user who is asked is waited for, but not by those who ask by hand",
          "[host][runner][T8]") {
    World world("record; result");
    world.prepare(record_of(ended(kNow), {{Outcome::done, 1}}));
    Runner& runner = world.open();
    world.changed = [&] {
        if (!runner.running() && world.calls().size() == 1) {
            runner.wait_for_user();
        }
    };
    world.ask();
    REQUIRE(world.rests());
    CHECK(runner.status().state == "waiting for the user");
    CHECK_FALSE(runner.status().next);
    SECTION("another trigger waits too, until the user is gone") {
        runner.policy_refreshed(engine::Refresh::changed);
        CHECK(runner.status().follow_up);
        CHECK_FALSE(runner.running());
        runner.user_is_gone();
    }
    SECTION("by hand") { world.ask(); }
    CHECK(runner.running());
    REQUIRE(world.rests());
    CHECK(world.calls().size() == 2);
    CHECK(runner.status().state == "idle");
}

TEST_CASE("a stop while nothing runs comes at once, and from the loop", "[host][runner][stop]") {
    World world("result");
    Runner& runner = world.open();
    world.stop();
    CHECK(world.stops == 0);
    run_ready(world.loop);
    CHECK(world.stops == 1);
    const auto refused = runner.ask(kManual, {});
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == kServiceNotActive);
    runner.policy_refreshed(engine::Refresh::changed);
    runner.network_changed();
    runner.begin(Trigger::start);
    CHECK_FALSE(runner.running());
    run_ready(world.loop);
    CHECK(world.stops == 1);
}

TEST_CASE("a run that is stopped may finish what it has begun; none follows",
          "[host][runner][stop]") {
    const bool reports = GENERATE(true, false);
    World world(reports ? "trap 'record; result; exit 0' TERM; echo begin; await"
                        : "echo begin; await");
    const RunRecord record = record_of(ended(kNow, Outcome::stopped), {{Outcome::stopped, 7}});
    world.prepare(record);
    Runner& runner = world.open();
    const auto client = world.ask();
    REQUIRE(world.runs_until([&] { return client->heard("begin"); }));
    const auto follows = world.ask();
    world.stop();
    CHECK(follows->refusal().code == kServiceNotActive);
    CHECK(follows->finished == 1);
    const auto refused = runner.ask(kManual, {});
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == kServiceNotActive);
    CHECK(client->finished == 0);
    CHECK(world.stops == 0);
    REQUIRE(world.runs_until([&] { return world.stops == 1; }));
    run_ready(world.loop);
    CHECK(client->finished == 1);
    CHECK(follows->finished == 1);
    CHECK(world.calls().size() == 1);
    CHECK(world.stops == 1);
    if (reports) {
        CHECK(client->lines == std::vector<std::string>{"begin", result_line()});
        CHECK(world.recorded() == record);
    } else {
        CHECK(client->refusal().code == kServiceNotActive);
        CHECK(world.recorded().last->outcome == Outcome::stopped);
        CHECK(world.recorded().counters.runs == Counted{{Outcome::stopped, 1}});
    }
}

TEST_CASE("a worker that ignores the wish to stop is killed after 4 s", "[host][runner][stop]") {
    World stubborn("trap '' TERM; echo begin; await");
    stubborn.open();
    const auto client = stubborn.ask();
    REQUIRE(stubborn.runs_until([&] { return client->heard("begin"); }));
    // A second host, which gets no time to notice that its worker ended until that worker's own
    // 4 s are over too: then both are told in one go.
    World starved("echo begin; await");
    starved.open();
    const auto other = starved.ask();
    REQUIRE(starved.runs_until([&] { return other->heard("begin"); }));

    starved.stop();
    const auto asked = std::chrono::steady_clock::now();
    stubborn.stop();
    REQUIRE(stubborn.runs_until([&] { return stubborn.stops == 1; }));
    const auto took = std::chrono::steady_clock::now() - asked;
    CHECK(took >= kStopGrace);
    CHECK(took < kStopGrace + kKillTime);  // by its end, not for want of it
    CHECK(client->refusal().code == kServiceNotActive);
    CHECK(client->finished == 1);
    CHECK(stubborn.recorded().last->outcome == Outcome::stopped);

    REQUIRE(starved.runs_until([&] { return starved.stops == 1; }));
    run_ready(starved.loop);
    CHECK(starved.stops == 1);
    CHECK(other->finished == 1);
    CHECK(starved.recorded().last->outcome == Outcome::stopped);
}

}  // namespace ae::service
