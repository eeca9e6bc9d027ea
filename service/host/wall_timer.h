// Rule T11: an alarm by the wall clock that counts suspended time, and that also rings when the
// clock was set, so that the caller can look again.  One alarm at a time; arming replaces it.
// It never rings early but for a clock that was set.  Asleep, the machine is not woken for it.
// One thread, that of `loop`; never throws.
#pragma once

#include "engine/base/time.h"
#include "service/host/loop.h"

#include <memory>

namespace ae::service {

class WallTimer {
  public:
    virtual ~WallTimer() = default;
    // A time that has passed rings at once.  After it rang, for whatever reason, arm it again.
    virtual void arm(Time at) = 0;
    virtual void disarm() = 0;
};
Result<std::unique_ptr<WallTimer>> make_wall_timer(Loop& loop, Changed rings);

}  // namespace ae::service
