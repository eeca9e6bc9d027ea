// The three names of a CA ([MS-WCCE] 3.1.1.4.1.1): common, sanitized, short sanitized.
#pragma once

#include "tests/lab/ca/bytes.h"

namespace ae::labca {

std::string sanitized_name(std::string_view name);
std::string short_sanitized_name(std::string_view name);
// Case-insensitively one of the three ([MS-WCCE] 3.2.1.4.2.1.1); an empty authority is not.
bool names_this_ca(std::string_view authority, std::string_view ca_name);

}  // namespace ae::labca
