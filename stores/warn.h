// How the stores say what is no error.
#pragma once

#include <functional>
#include <string_view>

namespace ae::stores {

// One sentence about something that was left out or could not be tidied up, for the log.
using Warn = std::function<void(std::string_view sentence)>;

}  // namespace ae::stores
