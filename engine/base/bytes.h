// Octets, their text forms, and a bounded little-endian reader.  Portable, pure, any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace ae {

using Bytes = std::vector<std::uint8_t>;
using ByteView = std::span<const std::uint8_t>;

std::string to_hex(ByteView bytes);                       // lower case, no separators
std::optional<Bytes> from_hex(std::string_view text);     // blanks between octets are allowed
std::string to_base64(ByteView bytes);                    // RFC 4648, padded, one line
std::optional<Bytes> from_base64(std::string_view text);  // white space is skipped

std::string to_pem(std::string_view label, ByteView der);
// The first block with that label; nothing when there is none or its base64 is broken.
std::optional<Bytes> from_pem(std::string_view label, std::string_view text);

inline ByteView as_bytes(std::string_view text) {
    return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}
inline std::string_view as_text(ByteView bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}
bool equal(ByteView left, ByteView right);

// Reads little-endian values out of foreign bytes.  A read past the end fails and stays failed, so
// a caller may read a whole structure and test ok() once.
class LittleEndianReader {
  public:
    explicit LittleEndianReader(ByteView bytes) : rest_(bytes) {}

    std::uint8_t u8() { return static_cast<std::uint8_t>(unsigned_of(1)); }
    std::uint16_t u16() { return static_cast<std::uint16_t>(unsigned_of(2)); }
    std::uint32_t u32() { return static_cast<std::uint32_t>(unsigned_of(4)); }
    std::uint64_t u64() { return unsigned_of(8); }
    ByteView take(std::size_t count);

    [[nodiscard]] bool ok() const { return ok_; }
    [[nodiscard]] std::size_t left() const { return rest_.size(); }

  private:
    std::uint64_t unsigned_of(std::size_t count);

    ByteView rest_;
    bool ok_ = true;
};

}  // namespace ae
