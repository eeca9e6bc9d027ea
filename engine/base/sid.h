// Security identifier ([MS-DTYP] 2.4.2).  A value: ordered, comparable.  Pure, any thread.
#pragma once

#include "engine/base/bytes.h"

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ae {

struct Sid {
    std::uint64_t authority = 0;  // 48 bits
    std::vector<std::uint32_t> sub_authorities{};

    auto operator<=>(const Sid&) const = default;

    static std::optional<Sid> parse(std::string_view text);  // "S-1-5-21-..."
    // Reads one SID from the front; `used` tells how many octets it took.
    static std::optional<Sid> from_wire(ByteView bytes, std::size_t* used = nullptr);
    [[nodiscard]] std::string to_string() const;
    [[nodiscard]] Bytes to_wire() const;

    // The domain's SID of an account's SID, and back.
    [[nodiscard]] Sid parent() const;
    [[nodiscard]] Sid child(std::uint32_t rid) const;
};

}  // namespace ae
