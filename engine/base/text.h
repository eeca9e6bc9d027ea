// Text helpers that every part needs.  UTF-8 inside; UTF-16LE at the borders.  Pure, any thread.
#pragma once

#include "engine/base/bytes.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ae {

// Template names, CA names and host names compare without case (ASCII letters only).
bool equal_ignoring_case(std::string_view left, std::string_view right);
std::string to_lower(std::string_view text);
std::string_view trim(std::string_view text);  // blanks, tabs, CR, LF at both ends
std::vector<std::string_view> split(std::string_view text, char separator);  // keeps empty parts
std::string join(const std::vector<std::string>& parts, std::string_view between);

Bytes utf16le_from_utf8(std::string_view text);  // no BOM, no terminator; bad input becomes U+FFFD
// Nothing for an odd size; lone surrogates become U+FFFD.
std::optional<std::string> utf8_from_utf16le(ByteView bytes);
bool is_utf8(std::string_view text);

// Foreign text for a terminal or a log line: control characters, those that reorder or hide what a
// person sees, and invalid octets become \xNN, \uNNNN or \UNNNNNNNN.  Doing it twice changes
// nothing.
std::string printable(std::string_view text);

}  // namespace ae
