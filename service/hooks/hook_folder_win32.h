// The machine's folder of hooks, made when the service is installed.  Windows only; any thread.
#pragma once

#include "engine/base/result.h"

#include <string>

namespace ae::service {

// Below the state folder, both with a list that lets only SYSTEM and Administrators write.  What
// exists is checked and left as it is.  Errors: those of stores/files_win32.h.
Done make_hook_folder(const std::string& state_dir);

}  // namespace ae::service
