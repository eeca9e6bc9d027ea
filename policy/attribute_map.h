// The attributes of one directory object: names compare without case (RFC 4512 2.5), values are
// octets in the order in which the server sent them.  Pure, portable, any thread.
#pragma once

#include "engine/base/bytes.h"

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ae::policy {

struct LessIgnoringCase {
    using is_transparent = void;
    bool operator()(std::string_view left, std::string_view right) const;
};
using AttributeMap = std::map<std::string, std::vector<Bytes>, LessIgnoringCase>;

// Empty when the object has no such attribute.
const std::vector<Bytes>& values_of(const AttributeMap& object, std::string_view name);
std::vector<std::string> texts_of(const AttributeMap& object, std::string_view name);
// The first value; for single-valued attributes.
std::optional<std::string> text_of(const AttributeMap& object, std::string_view name);

// A server that holds more values than it sends at once says "member;range=0-1499", and
// "member;range=1500-*" for the last part ([MS-ADTS] 3.1.1.3.1.3.3).
struct AttributeRange {
    std::string name{};
    std::size_t next = 0;  // where the following part begins
    bool is_last = false;
};
// Nothing when the description carries no range option; an unreadable one counts as none.
std::optional<AttributeRange> parse_range(std::string_view description);

// RFC 4515 3: a value as it must stand in a search filter.
std::string escape_filter_value(std::string_view value);

}  // namespace ae::policy
