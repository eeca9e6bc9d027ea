// What a run leaves behind beside certificates: its record, and the metrics where an administrator
// wants them.  Blocks on the disk; any thread.
#pragma once

#include "service/cli/options.h"
#include "service/report.h"
#include "service/run_record.h"

#include <string>
#include <vector>

namespace ae::service {

// What cannot be written is one sentence each.  A run that another aeclient kept out of the stores
// leaves nothing: that other run is the one that counts.  `sources` are resolved.
std::vector<std::string> record_run(const Sources& sources, const RunReport& report,
                                    const RunTimes& times);

}  // namespace ae::service
