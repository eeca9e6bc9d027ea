// Files that only their owner may read.  Errors: kAccessDenied, kDiskFull, kFileNotFound,
// kReadFault, kWriteFault with the path.  Blocks on the disk.  Any thread.
#pragma once

#include "engine/base/result.h"

#include <filesystem>
#include <string_view>

namespace ae::service {

// Makes or replaces the file: a temporary one beside it, then one rename.  An error leaves what was
// there before.
Done write_private_file(const std::filesystem::path& path, std::string_view content);

}  // namespace ae::service
