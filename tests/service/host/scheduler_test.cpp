#include "service/host/scheduler.h"

#include "tests/support/builders.h"

#include <catch2/catch.hpp>

namespace ae::service {
namespace {

using namespace test;
using engine::Answer;
using engine::DueRun;
using engine::LastRun;
using engine::Outcome;
using engine::Refresh;
using engine::Trigger;
using std::chrono::hours;
using std::chrono::minutes;

constexpr Seconds kSecond{1};
constexpr Seconds kOffset = minutes(7);

LastRun ended_at(Time when, Outcome outcome = Outcome::done) {
    return {.trigger = Trigger::timer,
            .started = when,
            .ended = when,
            .outcome = outcome,
            .unreachable_in_a_row = outcome == Outcome::unreachable ? 1U : 0U};
}

Scheduler scheduler_after(const std::optional<LastRun>& last) {
    return Scheduler(last, {}, kOffset);
}

// What take() says, and the run ends at once.
std::optional<RunRequest> run(Scheduler& scheduler, Time now, Outcome outcome = Outcome::done) {
    auto taken = scheduler.take(now);
    if (taken) {
        scheduler.ended(ended_at(now, outcome));
    }
    return taken;
}

TEST_CASE("the start of the service waits for the machine's place in the period, a logon does not",
          "[scheduler][T1][J1]") {
    Scheduler machine = scheduler_after(std::nullopt);
    machine.begin(Trigger::start, kNow);
    CHECK(machine.next(kNow) == DueRun{kNow + kOffset, Trigger::start});
    CHECK_FALSE(machine.take(kNow + kOffset - kSecond));
    CHECK(run(machine, kNow + kOffset) == RunRequest{.trigger = Trigger::start});

    Scheduler user = scheduler_after(std::nullopt);
    user.begin(Trigger::logon, kNow);
    CHECK(run(user, kNow) == RunRequest{.trigger = Trigger::logon});
}

TEST_CASE("a timer that was missed while the machine was off waits for the start run",
          "[scheduler][T1][T11][J1]") {
    // Monday morning: a whole floor of machines is switched on at eight.
    Scheduler machine = scheduler_after(ended_at(kNow - 3 * kDay));
    machine.begin(Trigger::start, kNow);
    CHECK_FALSE(machine.take(kNow));
    CHECK(run(machine, kNow + kOffset)->trigger == Trigger::start);
    CHECK(machine.next(kNow + kOffset) ==
          DueRun{kNow + kOffset + hours(8) + kOffset, Trigger::timer});
}

TEST_CASE("8 hours and its place in the period after the end of the last run",
          "[scheduler][T2][J1]") {
    Scheduler scheduler = scheduler_after(ended_at(kNow));
    const Time due = kNow + hours(8) + kOffset;
    CHECK_FALSE(scheduler.take(due - kSecond));
    CHECK(scheduler.take(due) == RunRequest{.trigger = Trigger::timer});
    // Not from its begin: a run of an hour moves the next one by an hour.
    CHECK_FALSE(scheduler.next(due + minutes(30)));
    scheduler.ended(ended_at(due + hours(1)));
    CHECK(scheduler.next(due + hours(1))->at == due + hours(9) + kOffset);
}

TEST_CASE("every run re-arms the timer, also one of another process", "[scheduler][T2][T4]") {
    Scheduler scheduler = scheduler_after(ended_at(kNow));
    scheduler.ask({.trigger = Trigger::manual});
    REQUIRE(run(scheduler, kNow + hours(5)));
    CHECK(scheduler.next(kNow + hours(5))->at == kNow + hours(13) + kOffset);
    scheduler.learn(ended_at(kNow + hours(6)));
    CHECK(scheduler.next(kNow + hours(6))->at == kNow + hours(14) + kOffset);
}

TEST_CASE("manual, logon and policy runs begin at once, without jitter",
          "[scheduler][T1][T3][T4][J1]") {
    for (const Trigger trigger : {Trigger::manual, Trigger::logon, Trigger::policy_refresh}) {
        INFO(engine::to_string(trigger));
        Scheduler scheduler = scheduler_after(ended_at(kNow - kSecond));
        CHECK(scheduler.ask({.trigger = trigger}) == Answer::run);
        CHECK(run(scheduler, kNow) == RunRequest{.trigger = trigger});
        CHECK_FALSE(scheduler.take(kNow));
    }
}

TEST_CASE("a run that comes before the start run was due takes its place", "[scheduler][T1][T4]") {
    Scheduler scheduler = scheduler_after(std::nullopt);
    scheduler.begin(Trigger::start, kNow);
    scheduler.ask({.trigger = Trigger::manual});
    CHECK(run(scheduler, kNow)->trigger == Trigger::manual);
    CHECK(scheduler.next(kNow)->why == Trigger::timer);
}

TEST_CASE("a policy refresh that changed nothing runs nothing", "[scheduler][T3]") {
    Scheduler scheduler = scheduler_after(ended_at(kNow));
    CHECK(scheduler.ask({.trigger = Trigger::policy_refresh}, Refresh::unchanged) ==
          Answer::ignore);
    CHECK_FALSE(scheduler.take(kNow));
}

TEST_CASE("triggers during a run become one run after it", "[scheduler][T7]") {
    Scheduler scheduler = scheduler_after(std::nullopt);
    scheduler.begin(Trigger::logon, kNow);
    REQUIRE(scheduler.take(kNow));
    CHECK_FALSE(scheduler.has_follow_up());
    CHECK(scheduler.ask({.trigger = Trigger::policy_refresh}) == Answer::merge);
    CHECK(scheduler.ask({.trigger = Trigger::manual, .force = true}) == Answer::merge);
    CHECK(scheduler.ask({.trigger = Trigger::policy_refresh}) == Answer::merge);
    CHECK(scheduler.has_follow_up());
    CHECK_FALSE(scheduler.take(kNow + hours(100)));
    CHECK_FALSE(scheduler.next(kNow));
    scheduler.ended(ended_at(kNow + minutes(1)));
    CHECK(run(scheduler, kNow + minutes(1)) ==
          RunRequest{.trigger = Trigger::manual, .force = true});
    CHECK_FALSE(scheduler.take(kNow + minutes(1)));
    CHECK_FALSE(scheduler.has_follow_up());
}

TEST_CASE("a run that waits for the user counts as running, until somebody asks by hand",
          "[scheduler][T8]") {
    Scheduler scheduler = scheduler_after(std::nullopt);
    scheduler.begin(Trigger::logon, kNow);
    REQUIRE(scheduler.take(kNow));
    scheduler.ended_waiting(ended_at(kNow));
    CHECK(scheduler.waiting());
    CHECK(scheduler.ask({.trigger = Trigger::policy_refresh}) == Answer::merge);
    CHECK_FALSE(scheduler.take(kNow + hours(100)));

    SECTION("the user goes away: what was merged runs now") {
        scheduler.stop_waiting();
        CHECK(run(scheduler, kNow + hours(7))->trigger == Trigger::policy_refresh);
    }
    SECTION("the user answers") {
        CHECK(scheduler.ask({.trigger = Trigger::interactive, .interactive = true}) == Answer::run);
        CHECK(run(scheduler, kNow + minutes(2)) ==
              RunRequest{.trigger = Trigger::interactive, .interactive = true});
    }
    SECTION("somebody asked by hand before it waited") {
        Scheduler other = scheduler_after(std::nullopt);
        other.begin(Trigger::logon, kNow);
        REQUIRE(other.take(kNow));
        other.ask({.trigger = Trigger::manual});
        other.ended_waiting(ended_at(kNow));
        CHECK_FALSE(other.waiting());
        CHECK(run(other, kNow)->trigger == Trigger::manual);
    }
}

TEST_CASE("the network makes up for a run that lacked it, and for nothing else",
          "[scheduler][T9][J3]") {
    Scheduler lucky = scheduler_after(ended_at(kNow - minutes(10)));
    lucky.network_changed(kNow);
    CHECK(lucky.next(kNow)->why == Trigger::timer);

    Scheduler scheduler = scheduler_after(ended_at(kNow - minutes(10), Outcome::unreachable));
    CHECK(scheduler.next(kNow) == DueRun{kNow + minutes(5) + kOffset, Trigger::retry});
    scheduler.network_changed(kNow);
    CHECK(scheduler.next(kNow) == DueRun{kNow + engine::kNetworkSettles, Trigger::connectivity});
    // The VPN still builds up its routes: the last change counts.
    scheduler.network_changed(kNow + Seconds(3));
    CHECK_FALSE(scheduler.take(kNow + Seconds(7)));
    CHECK(run(scheduler, kNow + Seconds(8), Outcome::unreachable)->trigger ==
          Trigger::connectivity);
    // In vain: not again within a minute, however often the network changes.
    scheduler.network_changed(kNow + Seconds(9));
    CHECK(scheduler.next(kNow + Seconds(9))->at == kNow + Seconds(68));

    Scheduler starting = scheduler_after(ended_at(kNow - minutes(10), Outcome::unreachable));
    starting.begin(Trigger::start, kNow);
    starting.network_changed(kNow);
    CHECK(starting.next(kNow)->why == Trigger::start);
}

TEST_CASE("the timer by wall clock: suspend, restart, a clock that jumps", "[scheduler][T11]") {
    SECTION("slept through") {
        Scheduler scheduler = scheduler_after(ended_at(kNow));
        CHECK(run(scheduler, kNow + hours(50))->trigger == Trigger::timer);
    }
    SECTION("forward: once, and then again after 8 hours") {
        Scheduler scheduler = scheduler_after(ended_at(kNow));
        CHECK(run(scheduler, kNow + 4000 * kDay));
        CHECK_FALSE(scheduler.take(kNow + 4000 * kDay + hours(8)));
        CHECK(run(scheduler, kNow + 4000 * kDay + hours(8) + kOffset));
    }
    SECTION("back: at once, and then again after 8 hours") {
        Scheduler scheduler = scheduler_after(ended_at(kNow));
        CHECK(run(scheduler, kNow - 4000 * kDay));
        CHECK(scheduler.next(kNow - 4000 * kDay)->at == kNow - 4000 * kDay + hours(8) + kOffset);
    }
    SECTION("back while the start run waits") {
        Scheduler scheduler = scheduler_after(std::nullopt);
        scheduler.begin(Trigger::start, kNow);
        CHECK(scheduler.take(kNow - kDay)->trigger == Trigger::start);
    }
    SECTION("a new host goes on where the old one ended") {
        Scheduler scheduler = scheduler_after(ended_at(kNow - hours(3)));
        CHECK(scheduler.next(kNow)->at == kNow + hours(5) + kOffset);
    }
}

TEST_CASE("what policy changes about the timer holds at once", "[scheduler][J1][J2]") {
    Scheduler scheduler = scheduler_after(ended_at(kNow, Outcome::unreachable));
    CHECK(scheduler.next(kNow)->at == kNow + minutes(15) + kOffset);
    scheduler.configure({.jitter = Seconds{0}, .retry_unreachable = false}, Seconds{0});
    CHECK(scheduler.next(kNow) == DueRun{kNow + hours(8), Trigger::timer});
}

TEST_CASE("machine and user know nothing of each other", "[scheduler][T7]") {
    Scheduler machine = scheduler_after(ended_at(kNow));
    Scheduler user = scheduler_after(ended_at(kNow));
    machine.ask({.trigger = Trigger::manual});
    REQUIRE(machine.take(kNow));
    CHECK_FALSE(user.running());
    CHECK(user.ask({.trigger = Trigger::logon}) == Answer::run);
}

}  // namespace
}  // namespace ae::service
