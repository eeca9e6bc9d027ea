// Where autoenrollment policy comes from (port engine::PolicySource).
//
// Windows: the registry itself (`directory` is not used).
// Linux: a directory of *.reg files, applied in the order of their names; a later file wins.
//   /etc/aeclient/policy.d/          root-owned, not writable by group or others
//   /etc/aeclient/policy.d/*.reg     the same; regular files, no symbolic links
// Whoever can write there decides which certificates this machine asks for, so anything else is
// refused aloud (kAccessDenied) instead of being skipped.  No directory: no policy.
// Nothing is cached (rule C3).
#pragma once

#include "engine/ports.h"

#include <filesystem>
#include <memory>

namespace ae::policy {

std::unique_ptr<engine::PolicySource> create_policy_source(
    std::filesystem::path directory = "/etc/aeclient/policy.d");

}  // namespace ae::policy
