#include "ca-client/wcce/ca_name.h"

#include "engine/base/bytes.h"
#include "engine/base/text.h"

#include <cstdint>

namespace ae::ca {
namespace {

constexpr std::size_t kShortLength = 51;
constexpr std::size_t kEscapeLength = 5;  // "!0023"
constexpr std::string_view kUnsafe = R"(!"#%&'()*+,/:;<=>?[\]^`{|})";

bool is_safe(std::uint16_t unit) {
    return unit >= 0x20 && unit < 0x7F && kUnsafe.find(static_cast<char>(unit)) == kUnsafe.npos;
}

std::string escaped(std::uint16_t unit) {
    const std::uint8_t big_endian[] = {static_cast<std::uint8_t>(unit >> 8),
                                       static_cast<std::uint8_t>(unit)};
    return '!' + to_hex(big_endian);
}

// The text says "what was cut" and leaves open of which name; we hash the sanitized rest.
std::string hash_of(std::string_view cut) {
    std::uint16_t hash = 0;
    for (const char c : cut) {
        const unsigned rotated = (static_cast<unsigned>(hash) << 1) | (hash >> 15);
        hash = static_cast<std::uint16_t>(rotated + static_cast<unsigned char>(c));
    }
    const std::string digits = std::to_string(hash);
    return std::string(5 - digits.size(), '0') + digits;
}

}  // namespace

std::string sanitized_name(std::string_view name) {
    std::string safe;
    const Bytes octets = utf16le_from_utf8(name);
    for (std::size_t at = 0; at + 1 < octets.size(); at += 2) {
        const auto unit = static_cast<std::uint16_t>(octets[at] | octets[at + 1] << 8);
        safe += is_safe(unit) ? std::string(1, static_cast<char>(unit)) : escaped(unit);
    }
    return safe;
}

std::string short_sanitized_name(std::string_view name) {
    std::string safe = sanitized_name(name);
    if (safe.size() <= kShortLength) {
        return safe;
    }
    std::size_t kept = kShortLength;
    // An escape that the cut would split goes as a whole.
    const std::size_t last_escape = safe.rfind('!', kShortLength - 1);
    if (last_escape != std::string::npos && last_escape + kEscapeLength > kShortLength) {
        kept = last_escape;
    }
    return safe.substr(0, kept) + '-' + hash_of(std::string_view(safe).substr(kept));
}

}  // namespace ae::ca
