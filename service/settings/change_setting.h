// Changes a local setting and reads again what is in force.  Errors: those of change_of(),
// write_local() and load_reg_files().  Blocks on the disk.
#pragma once

#include "service/cli/options.h"
#include "service/settings/settings_report.h"

namespace ae::service {

Result<Changed> change_setting(const Sources& sources, const std::string& name,
                               const std::string& value);

}  // namespace ae::service
