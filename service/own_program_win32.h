// Which program this process is.  Windows only, any thread.
#pragma once

#include "engine/base/result.h"

#include <string>

namespace ae::service {

Result<std::string> own_program();  // full path

}  // namespace ae::service
