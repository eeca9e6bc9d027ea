#include "engine/base/sid.h"

#include <charconv>

namespace ae {
namespace {

constexpr std::size_t kMaxSubAuthorities = 15;  // [MS-DTYP] 2.4.2.2

template <class Number>
std::optional<Number> take_number(std::string_view& text) {
    Number value{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{}) {
        return std::nullopt;
    }
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    return value;
}

}  // namespace

std::optional<Sid> Sid::parse(std::string_view text) {
    if (!text.starts_with("S-1-") && !text.starts_with("s-1-")) {
        return std::nullopt;
    }
    text.remove_prefix(4);
    const auto authority = take_number<std::uint64_t>(text);
    if (!authority || *authority >= (1ULL << 48U)) {
        return std::nullopt;
    }
    Sid sid{*authority, {}};
    while (!text.empty()) {
        if (text.front() != '-') {
            return std::nullopt;
        }
        text.remove_prefix(1);
        const auto part = take_number<std::uint32_t>(text);
        if (!part || sid.sub_authorities.size() == kMaxSubAuthorities) {
            return std::nullopt;
        }
        sid.sub_authorities.push_back(*part);
    }
    return sid;
}

std::optional<Sid> Sid::from_wire(ByteView bytes, std::size_t* used) {
    LittleEndianReader reader(bytes);
    const std::uint8_t revision = reader.u8();
    const std::uint8_t count = reader.u8();
    Sid sid;
    for (const std::uint8_t byte : reader.take(6)) {
        sid.authority = (sid.authority << 8U) | byte;
    }
    if (!reader.ok() || revision != 1 || count > kMaxSubAuthorities) {
        return std::nullopt;
    }
    for (std::uint8_t i = 0; i < count; ++i) {
        sid.sub_authorities.push_back(reader.u32());
    }
    if (!reader.ok()) {
        return std::nullopt;
    }
    if (used != nullptr) {
        *used = bytes.size() - reader.left();
    }
    return sid;
}

std::string Sid::to_string() const {
    std::string text = "S-1-" + std::to_string(authority);
    for (const std::uint32_t part : sub_authorities) {
        text += '-' + std::to_string(part);
    }
    return text;
}

Bytes Sid::to_wire() const {
    Bytes bytes{1, static_cast<std::uint8_t>(sub_authorities.size())};
    for (int shift = 40; shift >= 0; shift -= 8) {
        bytes.push_back(static_cast<std::uint8_t>(authority >> static_cast<unsigned>(shift)));
    }
    for (const std::uint32_t part : sub_authorities) {
        for (unsigned shift = 0; shift < 32; shift += 8) {
            bytes.push_back(static_cast<std::uint8_t>(part >> shift));
        }
    }
    return bytes;
}

Sid Sid::parent() const {
    Sid sid = *this;
    if (!sid.sub_authorities.empty()) {
        sid.sub_authorities.pop_back();
    }
    return sid;
}

Sid Sid::child(std::uint32_t rid) const {
    Sid sid = *this;
    sid.sub_authorities.push_back(rid);
    return sid;
}

}  // namespace ae
