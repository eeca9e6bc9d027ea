// Not proven here: that it rings when the clock is set.  No test may set this machine's clock, and
// time namespaces have no CLOCK_REALTIME.  (On Windows it is told: host_events_win32_test.cpp.)
#include "service/host/wall_timer.h"

#include "loop_support.h"
#include <catch2/catch.hpp>

namespace ae::service {
namespace {

using Clock = std::chrono::system_clock;

Time now() { return std::chrono::floor<Seconds>(Clock::now()); }

// Until shortly before the next second begins; at most one second.
void wait_for_end_of_second() {
    const auto next = std::chrono::ceil<Seconds>(Clock::now()) - 150ms;
    Loop loop;
    if (next > Clock::now()) {
        run_for(loop, next - Clock::now());
    }
}

struct Timer {
    Timer() : alarm(std::move(*make_wall_timer(loop, [this] { ++rings; }))) {}
    bool rings_once() {
        return run_until(loop, [this] { return rings > 0; }) && rings == 1;
    }

    Loop loop{};
    int rings = 0;
    std::unique_ptr<WallTimer> alarm;
};

}  // namespace

TEST_CASE("an alarm for a time that has passed rings at once", "[host][wall-timer][T11]") {
    Timer timer;
    timer.alarm->arm(GENERATE(now() - std::chrono::hours(8), now(), Time{}, Time{Seconds(-5)}));
    run_for(timer.loop, 50ms);
    CHECK(timer.rings == 1);
    run_for(timer.loop, 50ms);
    CHECK(timer.rings == 1);
}

TEST_CASE("an alarm for a time to come rings then and not before", "[host][wall-timer][T11]") {
    Timer timer;
    wait_for_end_of_second();
    const Time when = now() + Seconds(1);
    timer.alarm->arm(when);
    run_ready(timer.loop);
    CHECK(timer.rings == 0);
    CHECK(timer.rings_once());
    CHECK(Clock::now() >= when);
    CHECK(Clock::now() < when + 500ms);
}

TEST_CASE("arming again replaces the alarm, also one that rang unheard",
          "[host][wall-timer][T11]") {
    Timer timer;
    SECTION("one to come, by one that passed") {
        timer.alarm->arm(now() + std::chrono::hours(8));
        timer.alarm->arm(now());
        CHECK(timer.rings_once());
    }
    SECTION("one that passed, by one to come") {
        timer.alarm->arm(now());
        timer.alarm->arm(now() + std::chrono::hours(8));
        run_for(timer.loop, 50ms);
        CHECK(timer.rings == 0);
    }
    SECTION("one after the other") {
        timer.alarm->arm(now());
        CHECK(timer.rings_once());
        timer.alarm->arm(now());
        CHECK(run_until(timer.loop, [&] { return timer.rings == 2; }));
    }
}

TEST_CASE("a disarmed alarm is silent", "[host][wall-timer][T11]") {
    Timer timer;
    SECTION("one that has passed already") { timer.alarm->arm(now()); }
    SECTION("one to come") {
        wait_for_end_of_second();
        timer.alarm->arm(now() + Seconds(1));
    }
    timer.alarm->disarm();
    run_for(timer.loop, 300ms);
    CHECK(timer.rings == 0);
}

TEST_CASE("a timer may be destroyed by its own alarm", "[host][wall-timer]") {
    Loop loop;
    std::unique_ptr<WallTimer> alarm;
    int rings = 0;
    alarm = std::move(*make_wall_timer(loop, [&] {
        ++rings;
        alarm.reset();
    }));
    alarm->arm(now());
    CHECK(run_until(loop, [&] { return rings == 1; }));
    CHECK(run_ready(loop) == 0);
}

}  // namespace ae::service
