// The certificates of a report on a time line: since when, until when, and from when they are
// renewed.  A picture for the eye; a table beside it says the same.  Pure; any thread.
#pragma once

#include "service/health_report/html.h"
#include "service/health_report/machine_report.h"

#include <vector>

namespace ae::service {

inline constexpr std::size_t kMostLanes = 40;

// Part of all time: as much before `now` as after it at most, and what the managed certificates
// need where there are any.  One of 30 years must not squeeze those of a year: `kLongestView` on
// either side.
struct TimeWindow {
    Time begins{};
    Time ends{};
    [[nodiscard]] double place_of(Time time) const;  // 0 to 1, also for what lies outside
};
inline constexpr std::chrono::days kLongestView{3 * 365};
TimeWindow window_of(const std::vector<ReportedCertificate>& certificates, Time now);

Html time_line(const std::vector<ReportedCertificate>& certificates, Time now);

}  // namespace ae::service
