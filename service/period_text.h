// Periods of time as people say them.  Pure, any thread.
#pragma once

#include "engine/base/time.h"

#include <string>

namespace ae::service {

// The smaller unit only where it matters: "42 s", "29 m", "7 h 29 m", "3 d 4 h".  Of a negative
// period: that of its amount.
std::string rough_period(Seconds period);

// "3 h ago"; of a time that is still to come it says what that means.
std::string ago(Time then, Time now);

}  // namespace ae::service
