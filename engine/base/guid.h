// GUID and its wire form ([MS-DTYP] 2.3.4): Data1..3 little-endian, Data4 in order.  Pure, any
// thread.
#pragma once

#include "engine/base/bytes.h"

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace ae {

struct Guid {
    std::array<std::uint8_t, 16> wire{};  // as it stands in packets and security descriptors

    auto operator<=>(const Guid&) const = default;

    // "0e10c968-78fb-11d2-90d4-00c04f79dc55", braces optional.
    static std::optional<Guid> parse(std::string_view text);
    static std::optional<Guid> from_wire(ByteView bytes);
    [[nodiscard]] std::string to_string() const;  // lower case, no braces
};

}  // namespace ae
