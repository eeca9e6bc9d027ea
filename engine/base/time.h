// Points in time and periods.  UTC, whole seconds, never local time.  Pure, any thread.
#pragma once

#include "engine/base/bytes.h"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace ae {

using Seconds = std::chrono::seconds;
using Time = std::chrono::time_point<std::chrono::system_clock, Seconds>;

// [MS-CRTD] 2.9, 2.10: eight octets, a negative little-endian count of 100 ns.  Nothing when the
// size is wrong or the count is positive.
std::optional<Seconds> period_from_wire(ByteView octets);

std::string to_string(Time time);                             // "2026-11-21T04:32:01Z"
std::optional<Time> time_from_string(std::string_view text);  // the same form, nothing else
std::string period_text(Seconds period);  // "365 d", "44 d 19 h", "20 h", "90 s"

// Broken-down UTC, for DER and text.
struct CivilTime {
    int year = 0;
    unsigned month = 0, day = 0, hour = 0, minute = 0, second = 0;
};
CivilTime civil(Time time);
std::optional<Time> from_civil(const CivilTime& parts);  // nothing for 30 February and the like

}  // namespace ae
