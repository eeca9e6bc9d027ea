// Reports of other machines, as `aeclient report --json` wrote them.  A file that is no such report
// is named and the rest goes on.  Blocks on the disk; changes nothing.  Any thread.
#pragma once

#include "service/health_report/fleet_page.h"

#include <string>
#include <string_view>
#include <vector>

namespace ae::service {

// UTF-8 of a file that may be UTF-16: `>` of Windows PowerShell writes that.
std::string utf8_of_file(std::string content);

// Does `name` fit the pattern, whose "*" stands for any text?
bool fits_pattern(std::string_view name, std::string_view pattern);

// The files of `names`.  A name with "*" that is no file stands for all that fit, in the order of
// their names: not every shell puts them in.
Fleet read_fleet(const std::vector<std::string>& names, Time now);

}  // namespace ae::service
