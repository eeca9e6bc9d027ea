// Foreign text, escaped for a place, can do nothing there, and nothing of it is lost.
#include "engine/base/text.h"
#include "service/escape.h"
#include "service/report_parts.h"
#include "tests/fuzz/property.h"

#include <algorithm>
#include <array>
#include <utility>

namespace {

using ae::fuzz::must_hold;

constexpr std::array<std::string_view, 8> kFormulas{"=",      "+",      "-",      "@",
                                                    "\uFF1D", "\uFF0B", "\uFF0D", "\uFF20"};

bool has_control(std::string_view text) {
    return std::ranges::any_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x20; });
}

// Is `whole` made of `part` by adding nothing but `added`?
bool only_adds(std::string_view whole, std::string_view part, char added) {
    for (const char c : whole) {
        if (!part.empty() && part.front() == c) {
            part.remove_prefix(1);
        } else if (c != added) {
            return false;
        }
    }
    return part.empty();
}

std::string replaced(std::string text, std::string_view what, std::string_view with) {
    for (auto at = text.find(what); at != std::string::npos;
         at = text.find(what, at + with.size())) {
        text.replace(at, what.size(), with);
    }
    return text;
}

void check_terminal(std::string_view text, const std::string& shown) {
    must_hold(ae::is_utf8(shown) && !has_control(shown), "a terminal is told letters only");
    must_hold(ae::printable(shown) == shown, "once is enough");
    for (const std::string_view hidden :
         {"\x7F", "\u0085", "\u009B", "\u061C", "\u200B", "\u200E", "\u2028", "\u202E", "\u2066",
          "\uFEFF", "\uFFFE", "\U000E0041"}) {
        must_hold(shown.find(hidden) == std::string::npos, "nothing is hidden or reordered");
    }
    must_hold(!text.empty() || shown.empty(), "nothing comes of nothing");
}

// As RFC 4180 has it: what stands between the outer quotes, each pair of quotes inside being one.
std::string content_of(const std::string& field) {
    must_hold(field.size() >= 2 && field.front() == '"' && field.back() == '"', "it is in quotes");
    const std::string inside = field.substr(1, field.size() - 2);
    std::string content;
    for (std::size_t i = 0; i < inside.size(); ++i) {
        content += inside[i];
        if (inside[i] == '"') {
            must_hold(i + 1 < inside.size() && inside[i + 1] == '"', "no quote ends the field");
            ++i;
        }
    }
    return content;
}

void check_csv(std::string_view text, const std::string& shown) {
    const std::string content = content_of(ae::service::csv_field(text));
    must_hold(only_adds(content, shown, '\''), "apostrophes are all that is added");
    for (std::string_view cell : ae::split(content, ';')) {
        cell.remove_prefix(std::min(cell.find_first_not_of(" \""), cell.size()));
        must_hold(
            std::ranges::none_of(kFormulas, [cell](auto one) { return cell.starts_with(one); }),
            "no cell begins as a formula");
    }
}

void check_html(std::string_view text, const std::string& shown) {
    std::string back = ae::service::html_text(text);
    must_hold(back.find_first_of("<>\"'") == std::string::npos, "there is no markup");
    for (const auto& [entity, letter] :
         {std::pair("&lt;", "<"), std::pair("&gt;", ">"), std::pair("&quot;", "\""),
          std::pair("&#39;", "'"), std::pair("&amp;", "&")}) {
        back = replaced(std::move(back), entity, letter);
    }
    must_hold(back == shown, "a reader sees the text");
}

void check_label(std::string_view text, const std::string& shown) {
    std::string back;
    const std::string label = ae::service::metric_label(text);
    for (std::size_t i = 0; i < label.size(); ++i) {
        must_hold(label[i] != '"', "no quote ends the value");
        if (label[i] == '\\') {
            must_hold(++i < label.size() && (label[i] == '\\' || label[i] == '"'),
                      "a backslash stands before a backslash or a quote");
        }
        back += label[i];
    }
    must_hold(back == shown, "a reader sees the text");
}

void check_event(std::string_view text, const std::string& shown) {
    const std::string safe = ae::service::event_log_string(text);
    must_hold(only_adds(safe, shown, ' '), "blanks are all that is added");
    for (std::size_t at = safe.find('%'); at != std::string::npos; at = safe.find('%', at + 1)) {
        const char next = at + 1 < safe.size() ? safe[at + 1] : ' ';
        must_hold(next != '%' && (next < '0' || next > '9'), "no insertion begins");
    }
}

void check_json(const std::string& text) {
    const std::string json = ae::service::json_text({{"text", text}});
    must_hold(
        std::ranges::all_of(json, [](char c) { return c == '\n' || (c >= 0x20 && c < 0x7F); }),
        "it is ASCII");
    const auto back = ae::service::Json::parse(json)["text"].get<std::string>();
    must_hold(!ae::is_utf8(text) || back == text, "a program reads the very text");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string text(ae::as_text({data, size}));
    const std::string shown = ae::printable(text);
    check_terminal(text, shown);
    check_csv(text, shown);
    check_html(text, shown);
    check_label(text, shown);
    check_event(text, shown);
    check_json(text);
    return 0;
}
