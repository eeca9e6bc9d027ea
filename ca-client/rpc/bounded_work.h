// Deadlines for work that has none of its own: name resolution, and the Kerberos libraries' talk
// with a KDC.  It runs on a thread by itself; when time is up or a stop is asked for, the thread is
// left behind and what it still brings home nobody takes.
// Duty of the caller: `work` owns all that it uses and copies what it needs.
// Any thread.  Errors beyond those of the work: kTimeout; kOperationAborted; kBusy when so many
// threads were left behind in this process that one more would be a leak and no remedy.
#pragma once

#include "engine/base/hresult_table.h"
#include "engine/base/result.h"

#include <algorithm>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string_view>

namespace ae::ca {

using Deadline = std::chrono::steady_clock::time_point;

inline Deadline deadline_in(std::chrono::milliseconds time) {
    return std::chrono::steady_clock::now() + time;
}

struct Bound {
    Deadline deadline{};
    std::stop_token stop{};

    [[nodiscard]] bool over() const {
        return stop.stop_requested() || std::chrono::steady_clock::now() >= deadline;
    }
    // Until when to wait before over() is asked again.  A std::stop_callback would spare the
    // asking, but its destructor can wait for ever in GCC 12's library for Windows when a stop is
    // being asked for at that moment (the semaphore inside loses its wake-up).
    [[nodiscard]] Deadline next_look() const {
        constexpr std::chrono::milliseconds kStopLatency{50};
        return stop.stop_possible() ? std::min(deadline, deadline_in(kStopLatency)) : deadline;
    }
};

inline constexpr int kMostLeftBehind = 8;

// `doing` stands in the error: "resolve ca1.corp.example.test".
Done run_bounded(std::string_view doing, const Bound& bound, std::function<void()> work);

template <class T>
Result<T> bounded(std::string_view doing, const Bound& bound, std::function<Result<T>()> work) {
    const auto slot = std::make_shared<std::optional<Result<T>>>();
    auto ended =
        run_bounded(doing, bound, [slot, work = std::move(work)] { slot->emplace(work()); });
    return ended ? std::move(**slot) : Result<T>(pass(ended));
}

}  // namespace ae::ca
