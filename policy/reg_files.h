// All registry values that policy may stand in, on Linux out of the *.reg files of the policy
// directory (policy_source.h says who may write there), on Windows out of the registry: what
// AEPolicy and the agent's own settings are read from. Not for: deciding which value wins
// (autoenroll_policy.h). Errors: kAccessDenied when others than root could have written any of it
// (Linux) or a key may not be read (Windows), kInvalidData for a file that is not understood or a
// key that is too large, kReadFault.  Blocks on the disk.  Any thread.
#pragma once

#include "policy/autoenroll_policy.h"

#include <string>
#include <vector>

namespace ae::policy {

// Linux: in the order of their names, which is the order in which they apply.  No directory: no
// files.  Windows: `path` is not used; one "file" that holds every value below the keys that any
// reader here asks for, so that all judging of values is the same code.
Result<std::vector<RegFile>> load_reg_files(const std::string& path);

}  // namespace ae::policy
