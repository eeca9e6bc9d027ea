// Whether a Windows access list keeps everybody else out of a folder or file of ours.
// Pure and portable, any thread; files_win32.h asks the system for the descriptor.
#pragma once

#include "engine/security_descriptor.h"

#include <string>

namespace ae::stores {

enum class Others { may_read, may_nothing };

// The owner, and whoever may do more than `others` may, must be among `account`, SYSTEM,
// Administrators and TrustedInstaller.  An entry that is only inherited grants nothing here: our
// files have lists of their own.
// Error: kAccessDenied, naming `path` and the stranger.
Done check_only_ours(const engine::SecurityDescriptor& descriptor, const Sid& account,
                     const std::string& path, Others others);

}  // namespace ae::stores
