// The names of the key containers that this agent makes on Windows: "aeclient-" and 30 random hex
// digits.  Whoever makes keys for another purpose takes other names: what has such a name and no
// certificate is deleted (tidy_wincrypt.h).  Portable, pure, any thread.
#pragma once

#include "stores/store_layout.h"

#include <string_view>

namespace ae::stores {

inline constexpr std::string_view kContainerPrefix = "aeclient-";
inline constexpr std::size_t kContainerDigits = 30;
// Smart cards take names of 39 characters at most ([Minidriver] MAX_CONTAINER_NAME_LEN).
inline constexpr std::size_t kLongestContainerName = 39;
static_assert(kContainerPrefix.size() + kContainerDigits <= kLongestContainerName);

constexpr bool is_own_container(std::string_view name) {
    return name.starts_with(kContainerPrefix) &&
           is_lower_hex(name.substr(kContainerPrefix.size()), kContainerDigits);
}

}  // namespace ae::stores
