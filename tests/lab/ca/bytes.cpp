#include "tests/lab/ca/bytes.h"

#include <openssl/evp.h>
#include <openssl/rand.h>

namespace ae::labca {
namespace {

int hex_digit(char c) {
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

// Position in the wire form of each byte as it is printed.
constexpr std::array<std::size_t, 16> kPrintedOrder{3, 2, 1,  0,  5,  4,  7,  6,
                                                    8, 9, 10, 11, 12, 13, 14, 15};

// Reads one code point at `at` and moves past it.
char32_t next_code_point(std::string_view text, std::size_t& at) {
    const auto first = static_cast<unsigned char>(text[at++]);
    if (first < 0x80) {
        return first;
    }
    const int more = first >= 0xF0 ? 3 : first >= 0xE0 ? 2 : 1;
    if (first < 0xC2 || first > 0xF4) {
        throw ParseError("malformed UTF-8");
    }
    char32_t value = first & (0x3FU >> static_cast<unsigned>(more));
    for (int i = 0; i < more; ++i) {
        if (at >= text.size() || (static_cast<unsigned char>(text[at]) & 0xC0) != 0x80) {
            throw ParseError("malformed UTF-8");
        }
        value = (value << 6U) | (static_cast<unsigned char>(text[at++]) & 0x3FU);
    }
    return value;
}

void put_utf8(std::string& out, char32_t c) {
    const auto put = [&out](char32_t unit) { out.push_back(static_cast<char>(unit)); };
    if (c < 0x80) {
        put(c);
    } else if (c < 0x800) {
        put(0xC0 | (c >> 6U));
        put(0x80 | (c & 0x3FU));
    } else if (c < 0x10000) {
        put(0xE0 | (c >> 12U));
        put(0x80 | ((c >> 6U) & 0x3FU));
        put(0x80 | (c & 0x3FU));
    } else {
        put(0xF0 | (c >> 18U));
        put(0x80 | ((c >> 12U) & 0x3FU));
        put(0x80 | ((c >> 6U) & 0x3FU));
        put(0x80 | (c & 0x3FU));
    }
}

}  // namespace

Guid Guid::parse(std::string_view text) {
    std::string digits;
    for (const char c : text) {
        if (c != '-' && c != '{' && c != '}') {
            digits.push_back(c);
        }
    }
    const Bytes printed = from_hex(digits);
    if (printed.size() != 16) {
        throw ParseError("a GUID has 32 hex digits");
    }
    Guid guid;
    for (std::size_t i = 0; i < 16; ++i) {
        guid.wire[kPrintedOrder[i]] = printed[i];
    }
    return guid;
}

Guid Guid::random() {
    Guid guid;
    if (RAND_bytes(guid.wire.data(), 16) != 1) {
        throw std::runtime_error("no random bytes");
    }
    guid.wire[7] = static_cast<std::uint8_t>((guid.wire[7] & 0x0FU) | 0x40U);
    guid.wire[8] = static_cast<std::uint8_t>((guid.wire[8] & 0x3FU) | 0x80U);
    return guid;
}

std::string Guid::text() const {
    std::string out;
    for (std::size_t i = 0; i < 16; ++i) {
        if (i == 4 || i == 6 || i == 8 || i == 10) {
            out.push_back('-');
        }
        out += to_hex(View(&wire[kPrintedOrder[i]], 1));
    }
    return out;
}

std::string to_hex(View bytes) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    std::string out;
    out.reserve(bytes.size() * 2);
    for (const std::uint8_t b : bytes) {
        out.push_back(kDigits[b >> 4U]);
        out.push_back(kDigits[b & 0x0FU]);
    }
    return out;
}

Bytes from_hex(std::string_view text) {
    Bytes out;
    int high = -1;
    for (const char c : text) {
        if (c == ' ' || c == '\n' || c == '\t' || c == '\r') {
            continue;
        }
        const int digit = hex_digit(c);
        if (digit < 0) {
            throw ParseError("not a hex digit");
        }
        if (high < 0) {
            high = digit;
        } else {
            out.push_back(static_cast<std::uint8_t>(high * 16 + digit));
            high = -1;
        }
    }
    if (high >= 0) {
        throw ParseError("odd number of hex digits");
    }
    return out;
}

std::string to_base64(View bytes) {
    std::string out(4 * ((bytes.size() + 2) / 3) + 1, '\0');
    const int length = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out.data()), bytes.data(),
                                       static_cast<int>(bytes.size()));
    out.resize(static_cast<std::size_t>(length));
    return out;
}

Bytes from_base64(std::string_view text) {
    Bytes out(3 * (text.size() / 4) + 3);
    const int length =
        EVP_DecodeBlock(out.data(), view_of(text).data(), static_cast<int>(text.size()));
    if (length < 0) {
        throw ParseError("malformed base64");
    }
    std::size_t size = static_cast<std::size_t>(length);
    for (std::size_t i = text.size(); i > 0 && text[i - 1] == '=' && size > 0; --i) {
        --size;
    }
    out.resize(size);
    return out;
}

std::u16string to_utf16(std::string_view utf8) {
    std::u16string out;
    for (std::size_t at = 0; at < utf8.size();) {
        const char32_t c = next_code_point(utf8, at);
        if (c < 0x10000) {
            out.push_back(static_cast<char16_t>(c));
        } else {
            out.push_back(static_cast<char16_t>(0xD800 + ((c - 0x10000) >> 10U)));
            out.push_back(static_cast<char16_t>(0xDC00 + ((c - 0x10000) & 0x3FFU)));
        }
    }
    return out;
}

std::string to_utf8(std::u16string_view utf16) {
    std::string out;
    for (std::size_t i = 0; i < utf16.size(); ++i) {
        char32_t c = utf16[i];
        if (c >= 0xD800 && c < 0xE000) {
            const bool paired = c < 0xDC00 && i + 1 < utf16.size() && utf16[i + 1] >= 0xDC00 &&
                                utf16[i + 1] < 0xE000;
            c = paired ? 0x10000 + ((c - 0xD800) << 10U) + (utf16[++i] - 0xDC00U) : 0xFFFD;
        }
        put_utf8(out, c);
    }
    return out;
}

Bytes utf16le(std::string_view utf8) {
    Bytes out;
    for (const char16_t unit : to_utf16(utf8)) {
        out.push_back(static_cast<std::uint8_t>(unit & 0xFFU));
        out.push_back(static_cast<std::uint8_t>(unit >> 8U));
    }
    return out;
}

Bytes utf16le_terminated(std::string_view utf8) {
    Bytes out = utf16le(utf8);
    out.insert(out.end(), 2, 0);
    return out;
}

std::string lower_ascii(std::string_view text) {
    std::string out(text);
    for (char& c : out) {
        if (c >= 'A' && c <= 'Z') {
            c = static_cast<char>(c - 'A' + 'a');
        }
    }
    return out;
}

bool equal_ignoring_case(std::string_view a, std::string_view b) {
    return lower_ascii(a) == lower_ascii(b);
}

}  // namespace ae::labca
