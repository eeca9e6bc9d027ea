#include "service/host/descriptor_posix.h"
#include "service/host/wall_timer.h"

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <utility>

#include <sys/timerfd.h>

namespace ae::service {
namespace {

class TimerFd final : public WallTimer {
  public:
    TimerFd(Loop& loop, UniqueDescriptor timer, Changed rings)
        : rings_(std::move(rings)), timer_(loop, std::move(timer), [this] { ready(); }) {}

    void arm(Time at) override {
        // Zero would disarm it and negative times are refused; both are long past.
        const auto seconds = std::max<std::int64_t>(at.time_since_epoch().count(), 1);
        set(seconds, TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET);
    }

    void disarm() override { set(0, 0); }

  private:
    // [timerfd_settime(2)]: setting takes back what the timer had to tell before.
    void set(std::int64_t seconds, int flags) {
        itimerspec when{};
        when.it_value.tv_sec = static_cast<time_t>(seconds);
        ::timerfd_settime(timer_.get(), flags, &when, nullptr);
    }

    void ready() {
        std::uint64_t times = 0;
        // ECANCELED: the clock was set, or the machine slept.
        if (::read(timer_.get(), &times, sizeof times) == sizeof times || errno == ECANCELED) {
            const auto rings = rings_;
            rings();
        }
    }

    Changed rings_;
    Readable timer_;
};

}  // namespace

Result<std::unique_ptr<WallTimer>> make_wall_timer(Loop& loop, Changed rings) {
    UniqueDescriptor timer(::timerfd_create(CLOCK_REALTIME, TFD_NONBLOCK | TFD_CLOEXEC));
    if (!timer) {
        return fail(system_error(errno, "make a timer by the wall clock"));
    }
    return std::make_unique<TimerFd>(loop, std::move(timer), std::move(rings));
}

}  // namespace ae::service
