#include "engine/base/bytes.h"

#include <algorithm>
#include <array>

namespace ae {
namespace {

constexpr std::string_view kHexDigits = "0123456789abcdef";
constexpr std::string_view kBase64Digits =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::size_t kPemLine = 64;  // RFC 7468 2

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

int hex_value(char c) {
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    if (c >= 'a' && c <= 'f') {
        return c - 'a' + 10;
    }
    if (c >= 'A' && c <= 'F') {
        return c - 'A' + 10;
    }
    return -1;
}

std::string pem_border(std::string_view kind, std::string_view label) {
    std::string line = "-----";
    line += kind;
    line += ' ';
    line += label;
    line += "-----";
    return line;
}

}  // namespace

std::string to_hex(ByteView bytes) {
    std::string text;
    text.reserve(bytes.size() * 2);
    for (const std::uint8_t byte : bytes) {
        text += kHexDigits[byte >> 4U];
        text += kHexDigits[byte & 0x0FU];
    }
    return text;
}

std::optional<Bytes> from_hex(std::string_view text) {
    Bytes bytes;
    int high = -1;
    for (const char c : text) {
        if (is_blank(c) && high < 0) {
            continue;
        }
        const int digit = hex_value(c);
        if (digit < 0) {
            return std::nullopt;
        }
        if (high < 0) {
            high = digit;
        } else {
            bytes.push_back(static_cast<std::uint8_t>(high * 16 + digit));
            high = -1;
        }
    }
    if (high >= 0) {
        return std::nullopt;
    }
    return bytes;
}

std::string to_base64(ByteView bytes) {
    std::string text;
    text.reserve((bytes.size() + 2) / 3 * 4);
    for (std::size_t at = 0; at < bytes.size(); at += 3) {
        const std::size_t count = std::min<std::size_t>(3, bytes.size() - at);
        std::uint32_t group = 0;
        for (std::size_t i = 0; i < 3; ++i) {
            group = (group << 8U) | (i < count ? bytes[at + i] : 0U);
        }
        for (std::size_t i = 0; i < 4; ++i) {
            text += i <= count ? kBase64Digits[(group >> (18U - 6U * i)) & 0x3FU] : '=';
        }
    }
    return text;
}

std::optional<Bytes> from_base64(std::string_view text) {
    Bytes bytes;
    std::uint32_t group = 0;
    std::size_t digits = 0;
    std::size_t padding = 0;
    for (const char c : text) {
        if (is_blank(c)) {
            continue;
        }
        if (c == '=') {
            ++padding;
            continue;
        }
        const auto value = kBase64Digits.find(c);
        if (value == std::string_view::npos || padding > 0) {
            return std::nullopt;
        }
        group = (group << 6U) | static_cast<std::uint32_t>(value);
        if (++digits % 4 == 0) {
            bytes.push_back(static_cast<std::uint8_t>(group >> 16U));
            bytes.push_back(static_cast<std::uint8_t>(group >> 8U));
            bytes.push_back(static_cast<std::uint8_t>(group));
        }
    }
    const std::size_t rest = digits % 4;
    if (rest == 1 || padding != (4 - rest) % 4) {
        return std::nullopt;
    }
    if (rest == 2) {
        bytes.push_back(static_cast<std::uint8_t>(group >> 4U));
    } else if (rest == 3) {
        bytes.push_back(static_cast<std::uint8_t>(group >> 10U));
        bytes.push_back(static_cast<std::uint8_t>(group >> 2U));
    }
    return bytes;
}

std::string to_pem(std::string_view label, ByteView der) {
    const std::string body = to_base64(der);
    std::string text = pem_border("BEGIN", label) + '\n';
    for (std::size_t at = 0; at < body.size(); at += kPemLine) {
        text += body.substr(at, kPemLine) + '\n';
    }
    return text + pem_border("END", label) + '\n';
}

std::optional<Bytes> from_pem(std::string_view label, std::string_view text) {
    const std::string begin = pem_border("BEGIN", label);
    const auto start = text.find(begin);
    if (start == std::string_view::npos) {
        return std::nullopt;
    }
    const auto body = start + begin.size();
    const auto end = text.find(pem_border("END", label), body);
    if (end == std::string_view::npos) {
        return std::nullopt;
    }
    return from_base64(text.substr(body, end - body));
}

bool equal(ByteView left, ByteView right) { return std::ranges::equal(left, right); }

ByteView LittleEndianReader::take(std::size_t count) {
    if (!ok_ || count > rest_.size()) {
        ok_ = false;
        return {};
    }
    const ByteView taken = rest_.first(count);
    rest_ = rest_.subspan(count);
    return taken;
}

std::uint64_t LittleEndianReader::unsigned_of(std::size_t count) {
    std::uint64_t value = 0;
    std::size_t shift = 0;
    for (const std::uint8_t byte : take(count)) {
        value |= static_cast<std::uint64_t>(byte) << shift;
        shift += 8;
    }
    return value;
}

}  // namespace ae
