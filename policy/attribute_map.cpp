#include "policy/attribute_map.h"

#include "engine/base/text.h"

#include <algorithm>
#include <charconv>

namespace ae::policy {
namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool parse_number(std::string_view text, std::size_t& value) {
    const auto* end = text.data() + text.size();
    const auto [at, error] = std::from_chars(text.data(), end, value);
    return error == std::errc{} && at == end;
}

}  // namespace

bool LessIgnoringCase::operator()(std::string_view left, std::string_view right) const {
    return std::lexicographical_compare(left.begin(), left.end(), right.begin(), right.end(),
                                        [](char a, char b) { return lower(a) < lower(b); });
}

const std::vector<Bytes>& values_of(const AttributeMap& object, std::string_view name) {
    static const std::vector<Bytes> none;
    const auto found = object.find(name);
    return found == object.end() ? none : found->second;
}

std::vector<std::string> texts_of(const AttributeMap& object, std::string_view name) {
    std::vector<std::string> texts;
    for (const auto& value : values_of(object, name)) {
        texts.emplace_back(as_text(value));
    }
    return texts;
}

std::optional<std::string> text_of(const AttributeMap& object, std::string_view name) {
    const auto& values = values_of(object, name);
    if (values.empty()) {
        return std::nullopt;
    }
    return std::string(as_text(values.front()));
}

std::optional<AttributeRange> parse_range(std::string_view description) {
    const auto parts = split(description, ';');
    for (std::size_t i = 1; i < parts.size(); ++i) {
        constexpr std::string_view option = "range=";
        if (!equal_ignoring_case(parts[i].substr(0, option.size()), option)) {
            continue;
        }
        const auto bounds = split(parts[i].substr(option.size()), '-');
        AttributeRange range{std::string(parts[0]), 0, false};
        std::size_t first = 0;
        if (bounds.size() != 2 || !parse_number(bounds[0], first)) {
            return std::nullopt;
        }
        range.is_last = bounds[1] == "*";
        if (!range.is_last &&
            (!parse_number(bounds[1], range.next) || range.next < first || ++range.next == 0)) {
            return std::nullopt;
        }
        return range;
    }
    return std::nullopt;
}

std::string escape_filter_value(std::string_view value) {
    std::string escaped;
    for (const char c : value) {
        const auto octet = static_cast<std::uint8_t>(c);
        if (c == '*' || c == '(' || c == ')' || c == '\\' || octet < 0x20 || octet >= 0x7F) {
            escaped += '\\' + to_hex(ByteView(&octet, 1));
        } else {
            escaped += c;
        }
    }
    return escaped;
}

}  // namespace ae::policy
