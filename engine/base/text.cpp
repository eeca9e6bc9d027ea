#include "engine/base/text.h"

#include <algorithm>
#include <array>
#include <cstdio>

namespace ae {
namespace {

constexpr char32_t kReplacement = 0xFFFD;

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

// RFC 3629: one code point from the front; `size` is 1 for an invalid octet.
struct CodePoint {
    char32_t value = kReplacement;
    std::size_t size = 1;
    bool valid = false;
};

CodePoint next_code_point(std::string_view text) {
    const auto first = static_cast<unsigned char>(text.front());
    if (first < 0x80) {
        return {first, 1, true};
    }
    std::size_t size = 0;
    char32_t value = 0;
    char32_t least = 0;
    if ((first & 0xE0U) == 0xC0) {
        size = 2, value = first & 0x1FU, least = 0x80;
    } else if ((first & 0xF0U) == 0xE0) {
        size = 3, value = first & 0x0FU, least = 0x800;
    } else if ((first & 0xF8U) == 0xF0) {
        size = 4, value = first & 0x07U, least = 0x10000;
    }
    if (size == 0 || text.size() < size) {
        return {};
    }
    for (std::size_t i = 1; i < size; ++i) {
        const auto next = static_cast<unsigned char>(text[i]);
        if ((next & 0xC0U) != 0x80) {
            return {};
        }
        value = (value << 6U) | (next & 0x3FU);
    }
    if (value < least || value > 0x10FFFF || (value >= 0xD800 && value <= 0xDFFF)) {
        return {};
    }
    return {value, size, true};
}

void append_utf8(std::string& text, char32_t value) {
    if (value < 0x80) {
        text += static_cast<char>(value);
    } else if (value < 0x800) {
        text += static_cast<char>(0xC0U | (value >> 6U));
        text += static_cast<char>(0x80U | (value & 0x3FU));
    } else if (value < 0x10000) {
        text += static_cast<char>(0xE0U | (value >> 12U));
        text += static_cast<char>(0x80U | ((value >> 6U) & 0x3FU));
        text += static_cast<char>(0x80U | (value & 0x3FU));
    } else {
        text += static_cast<char>(0xF0U | (value >> 18U));
        text += static_cast<char>(0x80U | ((value >> 12U) & 0x3FU));
        text += static_cast<char>(0x80U | ((value >> 6U) & 0x3FU));
        text += static_cast<char>(0x80U | (value & 0x3FU));
    }
}

void append_unit(Bytes& bytes, char32_t unit) {
    bytes.push_back(static_cast<std::uint8_t>(unit & 0xFFU));
    bytes.push_back(static_cast<std::uint8_t>((unit >> 8U) & 0xFFU));
}

struct Range {
    char32_t first;
    char32_t last;
};
// C0, DEL, C1, line separators, what reorders what a person sees, and what nobody sees at all
// (Default_Ignorable_Code_Point of Unicode, and the empty Braille pattern): with those, two names
// could look the same.  U+200C and U+200D stay: Persian and Hindi need them.
constexpr std::array kUnprintable{
    Range{0x00, 0x1F},       Range{0x7F, 0x9F},      Range{0xAD, 0xAD},     Range{0x034F, 0x034F},
    Range{0x061C, 0x061C},   Range{0x115F, 0x1160},  Range{0x17B4, 0x17B5}, Range{0x180B, 0x180F},
    Range{0x200B, 0x200B},   Range{0x200E, 0x200F},  Range{0x2028, 0x202E}, Range{0x2060, 0x206F},
    Range{0x2800, 0x2800},   Range{0x3164, 0x3164},  Range{0xFE00, 0xFE0F}, Range{0xFEFF, 0xFEFF},
    Range{0xFFA0, 0xFFA0},   Range{0xFFF9, 0xFFFB},  Range{0xFFFE, 0xFFFF}, Range{0x1BCA0, 0x1BCA3},
    Range{0x1D173, 0x1D17A}, Range{0xE0000, 0xE0FFF}};

bool is_unprintable(char32_t c) {
    return std::ranges::any_of(kUnprintable,
                               [c](const Range& one) { return c >= one.first && c <= one.last; });
}

std::string escaped(const char* format, unsigned value) {
    std::array<char, 16> text{};
    static_cast<void>(std::snprintf(text.data(), text.size(), format, value));
    return text.data();
}

}  // namespace

bool equal_ignoring_case(std::string_view left, std::string_view right) {
    return std::ranges::equal(left, right, {}, lower, lower);
}

std::string to_lower(std::string_view text) {
    std::string result(text);
    std::ranges::transform(result, result.begin(), lower);
    return result;
}

std::string_view trim(std::string_view text) {
    constexpr std::string_view blanks = " \t\r\n";
    const auto first = text.find_first_not_of(blanks);
    if (first == std::string_view::npos) {
        return {};
    }
    return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

std::vector<std::string_view> split(std::string_view text, char separator) {
    std::vector<std::string_view> parts;
    while (true) {
        const auto at = text.find(separator);
        parts.push_back(text.substr(0, at));
        if (at == std::string_view::npos) {
            return parts;
        }
        text.remove_prefix(at + 1);
    }
}

std::string join(const std::vector<std::string>& parts, std::string_view between) {
    std::string text;
    for (std::size_t i = 0; i < parts.size(); ++i) {
        text += i == 0 ? std::string_view{} : between;
        text += parts[i];
    }
    return text;
}

Bytes utf16le_from_utf8(std::string_view text) {
    Bytes bytes;
    while (!text.empty()) {
        const CodePoint point = next_code_point(text);
        if (point.value < 0x10000) {
            append_unit(bytes, point.value);
        } else {
            append_unit(bytes, 0xD800 + ((point.value - 0x10000) >> 10U));
            append_unit(bytes, 0xDC00 + ((point.value - 0x10000) & 0x3FFU));
        }
        text.remove_prefix(point.size);
    }
    return bytes;
}

std::optional<std::string> utf8_from_utf16le(ByteView bytes) {
    if (bytes.size() % 2 != 0) {
        return std::nullopt;
    }
    const auto unit_at = [&](std::size_t at) -> char32_t {
        return static_cast<char32_t>(bytes[at] | (bytes[at + 1] << 8U));
    };
    std::string text;
    for (std::size_t at = 0; at < bytes.size(); at += 2) {
        char32_t unit = unit_at(at);
        if (unit >= 0xD800 && unit <= 0xDFFF) {
            const char32_t low = at + 2 < bytes.size() ? unit_at(at + 2) : 0;
            if (unit <= 0xDBFF && low >= 0xDC00 && low <= 0xDFFF) {
                unit = 0x10000 + ((unit - 0xD800) << 10U) + (low - 0xDC00);
                at += 2;
            } else {
                unit = kReplacement;
            }
        }
        append_utf8(text, unit);
    }
    return text;
}

bool is_utf8(std::string_view text) {
    while (!text.empty()) {
        const CodePoint point = next_code_point(text);
        if (!point.valid) {
            return false;
        }
        text.remove_prefix(point.size);
    }
    return true;
}

std::string printable(std::string_view text) {
    std::string result;
    while (!text.empty()) {
        const CodePoint point = next_code_point(text);
        if (!point.valid) {
            result += escaped("\\x%02x", static_cast<unsigned char>(text.front()));
        } else if (is_unprintable(point.value)) {
            result += escaped(point.value < 0x100     ? "\\x%02x"
                              : point.value < 0x10000 ? "\\u%04x"
                                                      : "\\U%08x",
                              point.value);
        } else {
            result += text.substr(0, point.size);
        }
        text.remove_prefix(point.size);
    }
    return result;
}

}  // namespace ae
