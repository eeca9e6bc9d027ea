// [SetWaitableTimer]: an absolute time is one of the system's clock (UTC), so that a machine that
// slept over it, or a clock that was set beyond it, has it ring at once.  A clock that was set the
// other way is told by the service's handler (host_events_win32.h).
#include "engine/base/win32.h"
#include "service/host/host_events_win32.h"
#include "service/host/wall_timer.h"

#include <algorithm>
#include <cstdint>
#include <utility>

#include <boost/asio/windows/object_handle.hpp>

namespace ae::service {
namespace {

constexpr std::int64_t kTicksInSecond = 10'000'000;           // of 100 ns
constexpr std::int64_t kUnixEpoch = 11'644'473'600;           // seconds after 1601
constexpr std::int64_t kLatest = INT64_MAX / kTicksInSecond;  // seconds after 1601

// Negative ones would count from now.
LARGE_INTEGER file_time(Time at) {
    const std::int64_t seconds =
        std::clamp<std::int64_t>(at.time_since_epoch().count(), -kUnixEpoch, kLatest - kUnixEpoch) +
        kUnixEpoch;
    LARGE_INTEGER ticks{};
    ticks.QuadPart = seconds * kTicksInSecond;
    return ticks;
}

class WaitableTimer final : public WallTimer {
  public:
    WaitableTimer(Loop& loop, UniqueWinHandle timer, Changed rings)
        : inside_(std::make_shared<Inside>(loop, std::move(timer), std::move(rings))),
          clock_(hear_clock_changes(loop, [this] { ring_if_armed(inside_); })) {}
    WaitableTimer(const WaitableTimer&) = delete;
    WaitableTimer& operator=(const WaitableTimer&) = delete;
    WaitableTimer(WaitableTimer&&) = delete;
    WaitableTimer& operator=(WaitableTimer&&) = delete;
    ~WaitableTimer() override { inside_->stop_waiting(); }

    void arm(Time at) override {
        disarm();
        constexpr LONG kOnce = 0;
        constexpr BOOL kDoNotWakeTheMachine = FALSE;
        const LARGE_INTEGER due = file_time(at);
        inside_->armed = true;
        ::SetWaitableTimer(inside_->timer.native_handle(), &due, kOnce, nullptr, nullptr,
                           kDoNotWakeTheMachine);
        wait(inside_);
    }

    void disarm() override {
        inside_->stop_waiting();
        ::CancelWaitableTimer(inside_->timer.native_handle());
    }

  private:
    struct Inside {
        Inside(Loop& loop, UniqueWinHandle handle, Changed to_call)
            : timer(loop, handle.release()), rings(std::move(to_call)) {}

        void stop_waiting() {
            ++turn;
            armed = false;
            boost::system::error_code nothing_waited;
            timer.cancel(nothing_waited);
        }

        boost::asio::windows::object_handle timer;
        Changed rings;
        unsigned turn = 0;  // a wait of an earlier turn, that is over already, has nothing to say
        bool armed = false;
    };

    static void wait(const std::shared_ptr<Inside>& inside) {
        inside->timer.async_wait([held = std::weak_ptr(inside),
                                  turn = inside->turn](const boost::system::error_code& error) {
            const auto alive = held.lock();
            if (alive && !error && alive->turn == turn) {
                ring_if_armed(alive);
            }
        });
    }

    // A copy: what it calls may destroy the timer.
    static void ring_if_armed(std::shared_ptr<Inside> inside) {
        if (inside->armed) {
            inside->stop_waiting();
            inside->rings();
        }
    }

    std::shared_ptr<Inside> inside_;
    std::unique_ptr<ClockHearing> clock_;
};

}  // namespace

Result<std::unique_ptr<WallTimer>> make_wall_timer(Loop& loop, Changed rings) {
    constexpr BOOL kManualReset = TRUE;
    UniqueWinHandle timer(::CreateWaitableTimerW(nullptr, kManualReset, nullptr));
    if (!timer) {
        return fail(last_error("make a timer by the wall clock"));
    }
    return std::make_unique<WaitableTimer>(loop, std::move(timer), std::move(rings));
}

}  // namespace ae::service
