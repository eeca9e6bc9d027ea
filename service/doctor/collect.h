// Gathers an examination on this machine.  Reads and asks; changes nothing but, with `live`, a
// throw-away key that is deleted again.  Blocks on network, disk and devices, each step with its
// own bound.  What cannot be found out is named in the examination: nothing here is an error of
// doctor itself but that the context's files cannot be reached.
#pragma once

#include "service/cli/options.h"
#include "service/doctor/examination.h"

#include <functional>
#include <string_view>

namespace ae::service {

// What it is at, for a person who waits.
using Say = std::function<void(std::string_view)>;

Result<Examination> examine(
    const DoctorCommand& command, Time now, const Say& say = [](std::string_view) {});

}  // namespace ae::service
