#include "service/escape.h"

#include "engine/base/text.h"

#include <algorithm>
#include <array>

namespace ae::service {
namespace {

// What a spreadsheet takes for the beginning of a formula, the full-width forms included.
bool looks_like_formula(std::string_view text) {
    constexpr std::array<std::string_view, 8> beginnings{"=",      "+",      "-",      "@",
                                                         "\uFF1D", "\uFF0B", "\uFF0D", "\uFF20"};
    return std::ranges::any_of(beginnings,
                               [&](std::string_view one) { return text.starts_with(one); });
}

// Spreadsheets leave these out before they look at a cell.
bool is_skipped(char c) { return c == ' ' || c == '"'; }

std::string_view entity(char c) {
    switch (c) {
        case '&':
            return "&amp;";
        case '<':
            return "&lt;";
        case '>':
            return "&gt;";
        case '"':
            return "&quot;";
        case '\'':
            return "&#39;";
        default:
            return {};
    }
}

}  // namespace

std::string csv_field(std::string_view text) {
    const bool blank_first =
        !text.empty() && std::string_view("\t\r\n").find(text.front()) != std::string_view::npos;
    std::string field = blank_first ? "\"'" : "\"";
    const std::string shown = printable(text);
    bool cell_begins = true;
    for (std::size_t i = 0; i < shown.size(); ++i) {
        const char c = shown[i];
        if (cell_begins && looks_like_formula(std::string_view(shown).substr(i))) {
            field += '\'';
        }
        cell_begins = c == ';' || (cell_begins && is_skipped(c));
        field.append(c == '"' ? 2 : 1, c);
    }
    return field + '"';
}

std::string html_text(std::string_view text) {
    std::string safe;
    for (const char c : printable(text)) {
        const std::string_view instead = entity(c);
        safe += instead.empty() ? std::string_view(&c, 1) : instead;
    }
    return safe;
}

std::string metric_label(std::string_view text) {
    std::string safe;
    for (const char c : printable(text)) {
        if (c == '\\' || c == '"') {
            safe += '\\';
        }
        safe += c;
    }
    return safe;
}

std::string event_log_string(std::string_view text) {
    std::string safe;
    for (const char c : printable(text)) {
        const bool continues = (c >= '0' && c <= '9') || c == '%';
        if (continues && !safe.empty() && safe.back() == '%') {
            safe += ' ';
        }
        safe += c;
    }
    return safe;
}

}  // namespace ae::service
