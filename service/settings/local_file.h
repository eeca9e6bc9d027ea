// The text of our own *.reg file of local settings.  Pure, any thread.
#pragma once

#include "service/settings/settings.h"

#include <string>
#include <string_view>

namespace ae::service {

// `text` (empty: no file yet) with the change in it.  kInvalidData: it is no *.reg file, or it
// holds more than values of the two types that settings have; then it is not ours to write anew.
Result<std::string> changed_local_file(std::string_view text, const LocalChange& change);

}  // namespace ae::service
