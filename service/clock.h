// The wall clock, as everything here counts time: UTC, whole seconds.  Who decides is handed a
// time; only commands, and those who start a run, look at the clock.  Any thread.
#pragma once

#include "engine/base/time.h"

namespace ae::service {

inline Time wall_clock() { return std::chrono::floor<Seconds>(std::chrono::system_clock::now()); }

}  // namespace ae::service
