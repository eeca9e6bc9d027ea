// A machine report as `aeclient report --json` prints it (docs/schemas/report.schema.json), and
// back.  Pure; any thread.
#pragma once

#include "engine/base/result.h"
#include "service/health_report/machine_report.h"

#include <string>
#include <string_view>

namespace ae::service {

std::string machine_report_as_json(const MachineReport& report);

inline constexpr std::size_t kLargestReport = std::size_t{8} * 1024 * 1024;  // octets of the JSON
inline constexpr std::size_t kMostReportedThings = 5000;   // certificates, decisions, ...
inline constexpr std::size_t kLongestReportedText = 4096;  // octets; the rest is cut off

// Anybody may have written it.  Error: kInvalidData, naming what it is that cannot be used.
Result<MachineReport> machine_report_from_json(std::string_view text);

}  // namespace ae::service
