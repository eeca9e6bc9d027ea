// Extended key usages that doctor knows by name.  Private to doctor.
#pragma once

#include <string_view>

namespace ae::service {

inline constexpr std::string_view kClientAuthentication = "1.3.6.1.5.5.7.3.2";  // RFC 5280

}  // namespace ae::service
