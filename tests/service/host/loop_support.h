// For tests of the host's parts: a loop that runs until something came about.
#pragma once

#include "service/host/loop.h"

#include <chrono>
#include <functional>

#include <boost/asio/executor_work_guard.hpp>

namespace ae::service {

using namespace std::chrono_literals;

// What has to come about comes long before this.
inline constexpr std::chrono::seconds kLongestWait{20};

// Whether it came about; it need not be something that the loop hears of.
inline bool run_until(Loop& loop, const std::function<bool()>& came) {
    const auto last = std::chrono::steady_clock::now() + kLongestWait;
    const auto work = boost::asio::make_work_guard(loop);
    bool done = came();
    while (!done && std::chrono::steady_clock::now() < last) {
        loop.restart();
        loop.run_one_for(5ms);
        done = came();
    }
    return done;
}

// For what must not come about.
inline void run_for(Loop& loop, std::chrono::steady_clock::duration time) {
    const auto work = boost::asio::make_work_guard(loop);
    loop.restart();
    loop.run_for(time);
}

// Everything that is there already; how much it was.
inline std::size_t run_ready(Loop& loop) {
    loop.restart();
    return loop.poll();
}

}  // namespace ae::service
