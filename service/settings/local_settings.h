// Writes local settings: what `aeclient policy set` and `log-level` change.
//   Linux: a file of our own among the policy's, DIRECTORY/00-local.reg.  It holds local keys
//   alone, and its name sorts before all others: group policy wins by its keys, and a file that an
//   administrator put there wins by its name.
//   Windows: the local key of the registry itself; a group policy writes another one.
// Errors: kAccessDenied when this account may not; kInvalidData when the file holds what we never
// write (somebody edited it); those of stores/files_posix.h.  A failure leaves what was there.
// Blocks on the disk, and until another process has written its change.
#pragma once

#include "service/settings/settings.h"

#include <string>

namespace ae::service {

inline constexpr const char* kLocalFile = "00-local.reg";

// Where a change of that key goes, for people: the file, or "the registry".
std::string local_place(const std::string& policy_dir);

Done write_local(const std::string& policy_dir, const LocalChange& change);

}  // namespace ae::service
