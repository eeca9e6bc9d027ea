// One page out of the reports of many machines: how many stand how, the worst first, what they have
// in common, and the details of each.  Pure; any thread.
#pragma once

#include "service/health_report/machine_report.h"

#include <string>
#include <utility>
#include <vector>

namespace ae::service {

// A report that does not count: its file, and why.
struct LeftOut {
    std::string file{};
    std::string why{};
};

struct Fleet {
    std::vector<MachineReport> machines{};  // one per host and context
    std::vector<LeftOut> left_out{};        // no reports, or none that can be read
    std::vector<LeftOut> older{};           // a newer one of the same context is there
};

// Of several reports of one host and context the newest counts; none of more than a day ahead of
// `now`.
Fleet fleet_of(std::vector<std::pair<std::string, MachineReport>> by_file,
               std::vector<LeftOut> left_out, Time now);

inline constexpr std::size_t kMostDetailed = 500;  // the others stand in the table alone

std::string fleet_page(const Fleet& fleet, Time now);

}  // namespace ae::service
