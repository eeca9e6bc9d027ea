#include "service/style.h"

namespace ae::service {

Style Style::coloured() { return Style(true); }

std::string Style::good(std::string_view text) const { return wrap("32", text); }
std::string Style::attention(std::string_view text) const { return wrap("33", text); }
std::string Style::bad(std::string_view text) const { return wrap("1;31", text); }
std::string Style::faint(std::string_view text) const { return wrap("2", text); }
std::string Style::strong(std::string_view text) const { return wrap("1", text); }

std::string Style::wrap(std::string_view code, std::string_view text) const {
    if (!coloured_) {
        return std::string(text);
    }
    return "\x1b[" + std::string(code) + 'm' + std::string(text) + "\x1b[0m";
}

}  // namespace ae::service
