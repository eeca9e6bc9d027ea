// All *.reg files of the policy directory, checked and parsed: what AEPolicy and the agent's own
// settings are read from on Linux (policy_source.h says who may write there).
// Not for: deciding which value wins (autoenroll_policy.h).
// Errors: kAccessDenied when others than root could have written any of it, kInvalidData for a file
// that is not understood, kReadFault.  Blocks on the disk.  Any thread.
#pragma once

#include "policy/autoenroll_policy.h"

#include <string>
#include <vector>

namespace ae::policy {

// In the order of their names, which is the order in which they apply.  No directory: no files.
Result<std::vector<RegFile>> load_reg_files(const std::string& path);

}  // namespace ae::policy
