// How words stand out in a terminal: colour where somebody looks and wants it, plain text
// elsewhere. A value; pure, any thread.  The text is printable already: no foreign octet is ever a
// colour.
#pragma once

#include <string>
#include <string_view>

namespace ae::service {

class Style {
  public:
    Style() = default;  // plain
    static Style coloured();

    [[nodiscard]] std::string good(std::string_view text) const;
    [[nodiscard]] std::string attention(std::string_view text) const;
    [[nodiscard]] std::string bad(std::string_view text) const;
    [[nodiscard]] std::string faint(std::string_view text) const;
    [[nodiscard]] std::string strong(std::string_view text) const;

  private:
    explicit Style(bool coloured) : coloured_(coloured) {}
    [[nodiscard]] std::string wrap(std::string_view code, std::string_view text) const;

    bool coloured_ = false;
};

// Of standard output: coloured on a terminal, unless NO_COLOR (no-color.org) or TERM=dumb is set.
Style style_of_output();

}  // namespace ae::service
