#include "engine/triggers.h"

#include "tests/support/builders.h"

#include <set>

#include <catch2/catch.hpp>

namespace ae::engine {
namespace {

using namespace test;
using std::chrono::hours;

constexpr Seconds kSecond{1};

// A context whose last run of any cause ended `ago`.
RunState ended(Seconds ago) { return {.last_end = kNow - ago}; }

Answer on(Trigger trigger, const RunState& state, bool changed = true) {
    return on_trigger(trigger, changed, state, kNow);
}

TEST_CASE("a start of the service and a logon run a pulse, however recent the last one",
          "[triggers][T1]") {
    CHECK(on(Trigger::start, {}) == Answer::run);
    CHECK(on(Trigger::start, ended(kSecond)) == Answer::run);
}

TEST_CASE("the timer runs 8 hours after the last run of any cause ended", "[triggers][T2]") {
    CHECK(on(Trigger::timer, ended(hours(8) - kSecond)) == Answer::ignore);
    CHECK(on(Trigger::timer, ended(hours(8))) == Answer::run);
    CHECK(next_timer(kNow, kNow) == kNow + hours(8));
    CHECK(next_timer(kNow - hours(3), kNow) == kNow + hours(5));
}

TEST_CASE("a manual pulse re-arms the timer", "[triggers][T2][T4]") {
    // The timer was due at noon; a manual pulse ended an hour before.
    CHECK(on(Trigger::timer, ended(hours(1))) == Answer::ignore);
    CHECK(next_timer(kNow - hours(1), kNow) == kNow + hours(7));
}

TEST_CASE("a policy refresh counts only when it changed something", "[triggers][T3]") {
    CHECK(on(Trigger::policy_refresh, ended(kSecond), true) == Answer::run);
    CHECK(on(Trigger::policy_refresh, ended(kSecond), false) == Answer::ignore);
    RunState running;
    running.running = true;
    CHECK(on(Trigger::policy_refresh, running, false) == Answer::ignore);
}

TEST_CASE("whether policy changed plays no part for the others", "[triggers][T1][T2][T4]") {
    for (const Trigger trigger : {Trigger::start, Trigger::timer, Trigger::manual}) {
        CHECK(on(trigger, {}, false) == Answer::run);
    }
}

TEST_CASE("a manual pulse runs at once", "[triggers][T4]") {
    CHECK(on(Trigger::manual, ended(kSecond)) == Answer::run);
}

TEST_CASE("edited tasks, unlocking and connectivity start nothing", "[triggers][T5][T6][T9]") {
    RunState running;
    running.running = true;
    for (const Trigger trigger : {Trigger::task_edited, Trigger::unlock, Trigger::connectivity}) {
        INFO(to_string(trigger));
        CHECK(on(trigger, {}) == Answer::ignore);
        CHECK(on(trigger, ended(hours(100))) == Answer::ignore);
        CHECK(on(trigger, running) == Answer::ignore);
    }
}

TEST_CASE("triggers during a pulse become one follow-up pulse", "[triggers][T7][T8]") {
    // Waiting for the user counts as running (T8); machine and user have a state each.
    RunState running = ended(kSecond);
    running.running = true;
    for (const Trigger trigger :
         {Trigger::start, Trigger::timer, Trigger::policy_refresh, Trigger::manual}) {
        INFO(to_string(trigger));
        CHECK(on(trigger, running) == Answer::merge);
        running.follow_up = true;
        CHECK(on(trigger, running) == Answer::merge);
        running.follow_up = false;
    }
}

TEST_CASE("the timer survives suspend, restart and a clock that was set back", "[triggers][T11]") {
    CHECK(next_timer(std::nullopt, kNow) == kNow);
    CHECK(on(Trigger::timer, {}) == Answer::run);
    CHECK(on(Trigger::timer, ended(hours(300))) == Answer::run);  // slept through
    CHECK(next_timer(kNow + kSecond, kNow) == kNow);
    CHECK(on(Trigger::timer, {.last_end = kNow + 30 * kDay}) == Answer::run);
    CHECK(next_timer(kNow, kNow) != kNow);
    CHECK(kTimerPeriod * 2 <= hours(24));  // two runs a day at least
}

TEST_CASE("every trigger has a name of its own", "[triggers]") {
    std::set<std::string_view> names;
    for (int i = 0; i <= static_cast<int>(Trigger::connectivity); ++i) {
        names.insert(to_string(static_cast<Trigger>(i)));
    }
    CHECK(names == std::set<std::string_view>{"start", "timer", "policy refresh", "manual",
                                              "edited task", "unlock", "connectivity"});
    CHECK(to_string(Trigger::timer) == "timer");
    CHECK(to_string(Trigger::manual) == "manual");
    CHECK(to_string(Trigger::start) == "start");
}

}  // namespace
}  // namespace ae::engine
