// The POSIX ustar archive (IEEE 1003.1 pax, "ustar Interchange Format"), as far as a capture needs
// it.
//
// Written: plain files, mode 0600, owner 0, one fixed time; the same files give the same octets.
// Read: what any tar writes, as long as the wanted files are plain files at the top; other members
// are passed over, checksums are verified.  Nothing is ever unpacked to a disk.
// Errors: kInvalidData.  Pure, any thread.
#pragma once

#include "engine/base/result.h"
#include "engine/base/time.h"

#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace ae::service {

struct ArchivedFile {
    std::string_view name{};  // at most 99 octets
    std::string_view content{};
};

std::string write_ustar(std::span<const ArchivedFile> files, Time modified);

// The wanted files that are there.
Result<std::map<std::string, std::string>> read_ustar(std::string_view archive,
                                                      std::span<const std::string_view> wanted);

}  // namespace ae::service
