#include "engine/triggers.h"

#include "tests/support/builders.h"

#include <algorithm>
#include <set>

#include <catch2/catch.hpp>

namespace ae::engine {
namespace {

using namespace test;
using std::chrono::hours;
using std::chrono::minutes;

constexpr Seconds kSecond{1};
const TimerSettings kAsWindows{.jitter = Seconds{0}};

LastRun ended_at(Time when, Outcome outcome = Outcome::done) {
    return {.trigger = Trigger::timer,
            .started = when - minutes(1),
            .ended = when,
            .outcome = outcome,
            .unreachable_in_a_row = outcome == Outcome::unreachable ? 1U : 0U};
}

LastRun unreachable(unsigned in_a_row) {
    LastRun last = ended_at(kNow, Outcome::unreachable);
    last.unreachable_in_a_row = in_a_row;
    return last;
}

Time due(const std::optional<LastRun>& last, Time now = kNow) {
    return next_due(last, kAsWindows, {}, now).at;
}

Answer on(Trigger trigger, const RunState& state, Refresh refresh = Refresh::changed) {
    return on_trigger(trigger, refresh, state);
}

TEST_CASE("a start of the service and a logon run a pulse, however recent the last one",
          "[triggers][T1]") {
    for (const Trigger trigger : {Trigger::start, Trigger::logon}) {
        CHECK(on(trigger, {}) == Answer::run);
        CHECK(on(trigger, {.last = ended_at(kNow)}) == Answer::run);
    }
}

TEST_CASE("the timer is due 8 hours after the last run of any cause ended", "[triggers][T2]") {
    CHECK(due(ended_at(kNow)) == kNow + hours(8));
    CHECK(due(ended_at(kNow - hours(3))) == kNow + hours(5));
    LastRun by_hand = ended_at(kNow - hours(1));
    by_hand.trigger = Trigger::manual;
    CHECK(due(by_hand) == kNow + hours(7));
    for (const Outcome outcome :
         {Outcome::done, Outcome::failed, Outcome::disabled, Outcome::stopped, Outcome::crashed}) {
        INFO(to_string(outcome));
        CHECK(next_due(ended_at(kNow, outcome), kAsWindows, {}, kNow) ==
              DueRun{kNow + hours(8), Trigger::timer});
    }
}

TEST_CASE("a policy refresh counts only when it changed something", "[triggers][T3]") {
    CHECK(on(Trigger::policy_refresh, {}, Refresh::changed) == Answer::run);
    CHECK(on(Trigger::policy_refresh, {}, Refresh::unchanged) == Answer::ignore);
    const RunState running{.running = true};
    CHECK(on(Trigger::policy_refresh, running, Refresh::changed) == Answer::merge);
    CHECK(on(Trigger::policy_refresh, running, Refresh::unchanged) == Answer::ignore);
}

TEST_CASE("whether policy changed plays no part for the others", "[triggers][T1][T2][T4]") {
    for (const Trigger trigger : {Trigger::start, Trigger::logon, Trigger::timer, Trigger::manual,
                                  Trigger::interactive, Trigger::retry}) {
        CHECK(on(trigger, {}, Refresh::unchanged) == Answer::run);
    }
}

TEST_CASE("edited tasks, unlocking and connectivity start nothing", "[triggers][T5][T6][T9]") {
    for (const Trigger trigger : {Trigger::task_edited, Trigger::unlock, Trigger::connectivity}) {
        INFO(to_string(trigger));
        CHECK(on(trigger, {}) == Answer::ignore);
        CHECK(on(trigger, {.last = ended_at(kNow - hours(100))}) == Answer::ignore);
        CHECK(on(trigger, {.running = true}) == Answer::ignore);
    }
    CHECK_FALSE(due_by_network(std::nullopt, {}, kNow));
    CHECK_FALSE(due_by_network(ended_at(kNow - hours(1)), {}, kNow));
    CHECK_FALSE(due_by_network(ended_at(kNow - hours(1), Outcome::failed), {}, kNow));
}

TEST_CASE("triggers during a pulse become one follow-up pulse", "[triggers][T7][T8]") {
    // Waiting for the user counts as running (T8); machine and user have a state each.
    for (const Trigger trigger : {Trigger::start, Trigger::logon, Trigger::timer,
                                  Trigger::policy_refresh, Trigger::manual}) {
        INFO(to_string(trigger));
        CHECK(on(trigger, {.running = true, .last = ended_at(kNow)}) == Answer::merge);
    }
}

TEST_CASE("the timer survives suspend, restart and a clock that was set back", "[triggers][T11]") {
    CHECK(due(std::nullopt) == kNow);
    CHECK(due(ended_at(kNow - hours(300))) < kNow);  // slept through
    CHECK(due(ended_at(kNow + kSecond)) == kNow);
    CHECK(due(ended_at(kNow + 30 * kDay)) == kNow);
    CHECK(kTimerPeriod * 2 <= hours(24));  // two runs a day at least
}

TEST_CASE("each account has its own place in the period, and always the same", "[triggers][J1]") {
    const Seconds half_hour = minutes(30);
    CHECK(offset_of(kMachine, Seconds{0}) == Seconds{0});
    CHECK(offset_of(kMachine, half_hour) == offset_of(kMachine, half_hour));
    // Known for ever: the value of this build is the value of the next.
    CHECK(offset_of("", Seconds{1}) == Seconds{0});
    CHECK(next_due(ended_at(kNow), kAsWindows, minutes(7), kNow).at ==
          kNow + hours(8) + minutes(7));

    // 3,000 neighbouring accounts fill 30 minutes evenly: 100 in each, give or take.
    std::vector<int> load(30);
    for (int i = 0; i < 3000; ++i) {
        const Seconds offset = offset_of("S-1-5-21-1-2-3-" + std::to_string(1100 + i), half_hour);
        REQUIRE(offset >= Seconds{0});
        REQUIRE(offset < half_hour);
        ++load.at(static_cast<std::size_t>(offset / minutes(1)));
    }
    CHECK(*std::ranges::min_element(load) > 60);
    CHECK(*std::ranges::max_element(load) < 150);
}

TEST_CASE("a run without a domain controller is made up for soon, then less and less often",
          "[triggers][J2]") {
    const auto pause = [](unsigned in_a_row) { return due(unreachable(in_a_row)) - kNow; };
    CHECK(pause(1) == minutes(15));
    CHECK(pause(2) == minutes(30));
    CHECK(pause(3) == minutes(60));
    CHECK(pause(5) == hours(4));
    CHECK(pause(6) == hours(8));
    CHECK(pause(1000000) == hours(8));
    CHECK(pause(0) == minutes(15));
    CHECK(next_due(unreachable(1), kAsWindows, {}, kNow).why == Trigger::retry);
    CHECK(next_due(unreachable(6), kAsWindows, {}, kNow).why == Trigger::timer);
    const TimerSettings off{.jitter = Seconds{0}, .retry_unreachable = false};
    CHECK(next_due(unreachable(1), off, {}, kNow) == DueRun{kNow + hours(8), Trigger::timer});
}

TEST_CASE("a renewal that did not come about is tried again before the certificate expires",
          "[triggers][J2]") {
    const auto run = [](Seconds left) {
        LastRun last = ended_at(kNow, Outcome::failed);
        last.at_risk = kNow + left;
        return last;
    };
    CHECK(due(run(hours(64))) == kNow + hours(8));
    CHECK(due(run(hours(32))) == kNow + hours(4));
    CHECK(due(run(hours(8))) == kNow + hours(1));
    CHECK(due(run(minutes(5))) == kNow + hours(1));
    CHECK(due(run(-hours(20))) == kNow + hours(1));
    CHECK(next_due(run(hours(32)), kAsWindows, {}, kNow).why == Trigger::retry);
    CHECK(next_due(run(hours(64)), kAsWindows, {}, kNow).why == Trigger::timer);
    const TimerSettings off{.jitter = Seconds{0}, .retry_expiring = false};
    CHECK(next_due(run(hours(8)), off, {}, kNow).at == kNow + hours(8));
}

TEST_CASE("a network that comes up makes up for a run that lacked it", "[triggers][J3]") {
    LastRun last = ended_at(kNow - hours(1), Outcome::unreachable);
    CHECK(due_by_network(last, {}, kNow) == kNow + kNetworkSettles);
    CHECK(on(Trigger::connectivity, {.last = last}) == Answer::run);
    // A network that comes and goes: not twice within a minute.
    last.ended = kNow - Seconds{10};
    CHECK(due_by_network(last, {}, kNow) == kNow + Seconds{50});
    last.ended = kNow - Seconds{55};
    CHECK(due_by_network(last, {}, kNow) == kNow + kNetworkSettles);
    last.ended = kNow + 30 * kDay;  // the clock was set back
    CHECK(due_by_network(last, {}, kNow) == kNow + kNetworkSettles);
    CHECK_FALSE(due_by_network(last, {.retry_unreachable = false}, kNow));
}

TEST_CASE("every trigger and outcome has a name of its own, and is found by it", "[triggers]") {
    std::set<std::string_view> names;
    for (int i = 0; i <= static_cast<int>(Trigger::unlock); ++i) {
        const auto trigger = static_cast<Trigger>(i);
        names.insert(to_string(trigger));
        CHECK(trigger_from_string(to_string(trigger)) == trigger);
    }
    CHECK(names == std::set<std::string_view>{"start", "logon", "timer", "policy refresh", "manual",
                                              "interactive", "retry", "connectivity", "edited task",
                                              "unlock"});
    CHECK(to_string(Trigger::policy_refresh) == "policy refresh");
    CHECK_FALSE(trigger_from_string("Timer"));
    std::set<std::string_view> outcomes;
    for (int i = 0; i <= static_cast<int>(Outcome::crashed); ++i) {
        const auto outcome = static_cast<Outcome>(i);
        outcomes.insert(to_string(outcome));
        CHECK(outcome_from_string(to_string(outcome)) == outcome);
    }
    CHECK(outcomes.size() == 6);
    CHECK_FALSE(outcome_from_string(""));
}

}  // namespace
}  // namespace ae::engine
