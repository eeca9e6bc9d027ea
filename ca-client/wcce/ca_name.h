// Names of certification authorities as they stand in directory objects and files
// ([MS-WCCE] 3.1.1.4.1.1).  Names in UTF-8.  Pure.
#pragma once

#include <string>
#include <string_view>

namespace ae::ca {

// Characters that are unsafe in a distinguished name or a path become '!' and four hex digits of
// their UTF-16 unit.
std::string sanitized_name(std::string_view name);

// The sanitized name, cut to 51 characters and a hash when it is longer.
std::string short_sanitized_name(std::string_view name);

}  // namespace ae::ca
