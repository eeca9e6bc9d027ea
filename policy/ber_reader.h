// The elements of LDAP answers that are read without an LDAP library: the netlogon ping and the
// controller's clock.  Foreign octets, bounded by the view.  Pure, any thread.
#pragma once

#include "engine/base/bytes.h"

#include <cstdint>
#include <optional>

namespace ae::policy::ber {

inline constexpr std::uint8_t kSequence = 0x30;
inline constexpr std::uint8_t kSet = 0x31;
inline constexpr std::uint8_t kInteger = 0x02;
inline constexpr std::uint8_t kOctetString = 0x04;
inline constexpr std::uint8_t kSearchResultEntry = 0x64;  // [APPLICATION 4], RFC 4511 4.5.2

// Elements of BER as RFC 4511 5.1 restricts it: definite lengths, but not minimal ones.
class Reader {
  public:
    explicit Reader(ByteView octets) : rest_(octets) {}

    std::optional<ByteView> take(std::uint8_t tag) {
        if (rest_.size() < 2 || rest_[0] != tag) {
            return std::nullopt;
        }
        std::size_t header = 2;
        std::size_t length = rest_[1];
        if ((length & 0x80U) != 0) {
            const std::size_t octets = length & 0x7FU;
            if (octets == 0 || octets > 4 || rest_.size() < header + octets) {
                return std::nullopt;
            }
            length = 0;
            for (std::size_t i = 0; i < octets; ++i) {
                length = length << 8U | rest_[header + i];
            }
            header += octets;
        }
        if (length > rest_.size() - header) {
            return std::nullopt;
        }
        const auto content = rest_.subspan(header, length);
        rest_ = rest_.subspan(header + length);
        return content;
    }
    [[nodiscard]] bool at_end() const { return rest_.empty(); }

  private:
    ByteView rest_;
};

inline std::optional<std::int64_t> integer_of(std::optional<ByteView> content) {
    if (!content || content->empty() || content->size() > 4) {
        return std::nullopt;
    }
    std::int64_t value = ((*content)[0] & 0x80U) != 0 ? -1 : 0;
    for (const auto octet : *content) {
        value = value * 256 + octet;
    }
    return value;
}

}  // namespace ae::policy::ber
