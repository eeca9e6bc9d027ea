#include "service/host/host_events_win32.h"

#include "service/host/wall_timer.h"

#include <thread>

#include "loop_support.h"
#include <catch2/catch.hpp>

namespace ae::service {
namespace {

Time now() { return std::chrono::floor<Seconds>(std::chrono::system_clock::now()); }

struct Timer {
    Timer() : alarm(std::move(*make_wall_timer(loop, [this] { ++rings; }))) {}

    Loop loop{};
    int rings = 0;
    std::unique_ptr<WallTimer> alarm;
};

}  // namespace

TEST_CASE("an armed alarm rings when the clock was set or the machine slept",
          "[host][wall-timer][T11]") {
    Timer timer;
    timer.alarm->arm(now() + std::chrono::hours(8));
    std::thread([] { clock_changed(); }).join();
    CHECK(run_until(timer.loop, [&] { return timer.rings > 0; }));
    CHECK(timer.rings == 1);
    clock_changed();  // it rang: nobody armed it again
    run_ready(timer.loop);
    CHECK(timer.rings == 1);
}

TEST_CASE("a disarmed alarm stays silent when the clock was set", "[host][wall-timer][T11]") {
    Timer timer;
    timer.alarm->arm(now() + std::chrono::hours(8));
    timer.alarm->disarm();
    clock_changed();
    run_ready(timer.loop);
    CHECK(timer.rings == 0);
}

TEST_CASE("a changed clock reaches nobody who is gone", "[host][wall-timer]") {
    Loop loop;
    int heard = 0;
    auto hearing = hear_clock_changes(loop, [&] { ++heard; });
    clock_changed();
    hearing.reset();  // told, and not heard yet
    clock_changed();
    run_ready(loop);
    CHECK(heard == 0);
}

}  // namespace ae::service
