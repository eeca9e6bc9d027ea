// The words of the notice (notice.h), the same on every desktop.  Pure, any thread.
#pragma once

#include <string>
#include <vector>

namespace ae::service {

inline constexpr const char* kNoticeTitle = "Certificates wait for you";
// The first few names only; they are foreign text and become printable.
std::string notice_text(const std::vector<std::string>& templates);

}  // namespace ae::service
