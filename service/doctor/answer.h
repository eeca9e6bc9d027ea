// The one line with which `doctor --template T` ends: what will become of it.  Pure, any thread.
#pragma once

#include "service/doctor/examination.h"

#include <string>
#include <vector>

namespace ae::service {

// "T " and exactly one of: "will be requested at the next run", "is satisfied by <thumbprint> until
// <time>", "waits for approval (<id>)", "waits for you", "is not for this account: <rule>",
// "cannot be requested: <diagnosis>".
std::string answer_line(const Examination& seen, const std::vector<Finding>& findings);

}  // namespace ae::service
