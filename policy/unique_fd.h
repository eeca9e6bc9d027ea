// Owner of a POSIX file descriptor.
#pragma once

#include "engine/base/unique_handle.h"

#include <unistd.h>

namespace ae::policy {

struct FdTraits {
    using value_type = int;
    static value_type none() noexcept { return -1; }
    static void close(value_type fd) noexcept { ::close(fd); }
};
using UniqueFd = UniqueHandle<FdTraits>;

}  // namespace ae::policy
