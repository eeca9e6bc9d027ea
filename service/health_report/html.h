// A piece of an HTML page that is well formed and harmless by its type: foreign text becomes part
// of one only through text() or an attribute's value, which escape it (escape.h). A value.  Pure;
// any thread.
#pragma once

#include "engine/base/time.h"

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ae::service {

// Octets of each foreign text on a page; the rest is cut off, and JSON has it.  A browser takes
// minutes over words of 10,000 letters in the cells of a table.
inline constexpr std::size_t kLongestShownText = 600;

class Html {
  public:
    Html() = default;
    static Html text(std::string_view foreign);
    // Ours, as it stands: never anything that came from elsewhere.
    static Html raw(std::string_view ours);

    Html& operator+=(const Html& more);
    friend Html operator+(Html left, const Html& right) { return std::move(left += right); }

    [[nodiscard]] const std::string& str() const { return text_; }
    [[nodiscard]] bool empty() const { return text_.empty(); }

  private:
    std::string text_{};
};

using Attributes = std::initializer_list<std::pair<std::string_view, std::string>>;

// Names of elements and attributes are ours; values of attributes are escaped.
Html element(std::string_view name, Attributes attributes, const Html& content);
Html element(std::string_view name, const Html& content);
Html element(std::string_view name, std::string_view foreign);
Html void_element(std::string_view name, Attributes attributes);  // has no end tag

Html code(std::string_view foreign);
Html time_element(Time time);  // to the second, in UTC; the page says so once
Html list_of(const std::vector<std::string>& foreign);  // <ul>; empty: nothing

// A table with a caption for those who do not see the page; it turns into blocks where the page is
// narrow.  Rows are as long as `titles`.  No rows: nothing.
Html html_table(std::string_view caption, const std::vector<std::string>& titles,
                const std::vector<std::vector<Html>>& rows);

// The whole page: no script, nothing from elsewhere, and a policy that forbids both to the browser.
std::string page(std::string_view title, const Html& body);

}  // namespace ae::service
