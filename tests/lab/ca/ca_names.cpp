#include "tests/lab/ca/ca_names.h"

#include <fmt/format.h>

namespace ae::labca {
namespace {

constexpr std::size_t kShortLength = 51;
constexpr std::size_t kEscapeLength = 5;  // "!xxxx"

bool needs_escape(char16_t c) {
    constexpr std::u16string_view kSpecial = u"!\"#%&'()*+,/:;<=>?[\\]^`{|}";
    return c < 0x20 || c >= 0x7F || kSpecial.find(c) != std::u16string_view::npos;
}

}  // namespace

std::string sanitized_name(std::string_view name) {
    std::string out;
    for (const char16_t c : to_utf16(name)) {
        if (needs_escape(c)) {
            out += fmt::format("!{:04x}", static_cast<unsigned>(c));
        } else {
            out.push_back(static_cast<char>(c));
        }
    }
    return out;
}

std::string short_sanitized_name(std::string_view name) {
    const std::string whole = sanitized_name(name);
    if (whole.size() <= kShortLength) {
        return whole;
    }
    std::size_t kept = kShortLength;
    const std::size_t mark = whole.rfind('!', kShortLength - 1);
    if (mark != std::string::npos && mark + kEscapeLength > kShortLength) {
        kept = mark;  // an escape that the cut splits goes to the hashed part as a whole
    }
    std::uint16_t hash = 0;
    for (std::size_t i = kept; i < whole.size(); ++i) {
        const auto rotated = static_cast<std::uint16_t>(hash << 1U | hash >> 15U);
        hash = static_cast<std::uint16_t>(rotated + static_cast<unsigned char>(whole[i]));
    }
    return fmt::format("{}-{:05}", whole.substr(0, kept), hash);
}

bool names_this_ca(std::string_view authority, std::string_view ca_name) {
    return !authority.empty() && (equal_ignoring_case(authority, ca_name) ||
                                  equal_ignoring_case(authority, sanitized_name(ca_name)) ||
                                  equal_ignoring_case(authority, short_sanitized_name(ca_name)));
}

}  // namespace ae::labca
