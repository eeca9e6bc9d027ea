#include "service/health_report/html.h"

#include "service/escape.h"
#include "service/health_report/page_style.h"

namespace ae::service {
namespace {

// [CSP3]: not even a picture may be asked for.  The one style sheet and the bars' places are in the
// page itself.
constexpr std::string_view kPolicy =
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

std::string shown(std::string_view foreign) {
    if (foreign.size() <= kLongestShownText) {
        return html_text(foreign);
    }
    std::size_t size = kLongestShownText;
    while (size > 0 && (static_cast<unsigned char>(foreign[size]) & 0xC0U) == 0x80) {
        --size;  // no letter is cut in two
    }
    return html_text(foreign.substr(0, size)) + "...";
}

std::string opened(std::string_view name, Attributes attributes) {
    std::string tag = "<" + std::string(name);
    for (const auto& [key, value] : attributes) {
        tag.append(" ").append(key).append("=\"").append(shown(value)).append("\"");
    }
    return tag + '>';
}

}  // namespace

Html Html::text(std::string_view foreign) { return raw(shown(foreign)); }

Html Html::raw(std::string_view ours) {
    Html html;
    html.text_ = ours;
    return html;
}

Html& Html::operator+=(const Html& more) {
    text_ += more.text_;
    return *this;
}

Html element(std::string_view name, Attributes attributes, const Html& content) {
    return Html::raw(opened(name, attributes)) + content +
           Html::raw("</" + std::string(name) + ">\n");
}

Html element(std::string_view name, const Html& content) { return element(name, {}, content); }

Html element(std::string_view name, std::string_view foreign) {
    return element(name, {}, Html::text(foreign));
}

Html void_element(std::string_view name, Attributes attributes) {
    return Html::raw(opened(name, attributes) + '\n');
}

Html code(std::string_view foreign) {
    return Html::raw("<code>") + Html::text(foreign) + Html::raw("</code>");
}

Html time_element(Time time) {
    const std::string whole = ae::to_string(time);  // "2026-11-21T12:00:00Z"
    const auto middle = whole.find('T');
    return element("time", {{"datetime", whole}},
                   Html::text(whole.substr(0, middle) + ' ' +
                              whole.substr(middle + 1, whole.size() - middle - 2)));
}

Html list_of(const std::vector<std::string>& foreign) {
    Html items;
    for (const std::string& one : foreign) {
        items += element("li", one);
    }
    return items.empty() ? items : element("ul", items);
}

Html html_table(std::string_view caption, const std::vector<std::string>& titles,
                const std::vector<std::vector<Html>>& rows) {
    if (rows.empty()) {
        return {};
    }
    Html head;
    for (const std::string& title : titles) {
        head += element("th", {{"scope", "col"}}, Html::text(title));
    }
    Html body;
    for (const std::vector<Html>& row : rows) {
        Html cells;
        for (std::size_t i = 0; i < row.size(); ++i) {
            cells += element("td", {{"data-title", titles[i]}}, row[i]);
        }
        body += element("tr", cells);
    }
    return element("table", element("caption", {{"class", "unseen"}}, Html::text(caption)) +
                                element("thead", element("tr", head)) + element("tbody", body));
}

std::string page(std::string_view title, const Html& body) {
    const Html head = void_element("meta", {{"charset", "utf-8"}}) +
                      void_element("meta", {{"http-equiv", "Content-Security-Policy"},
                                            {"content", std::string(kPolicy)}}) +
                      void_element("meta", {{"name", "viewport"},
                                            {"content", "width=device-width, initial-scale=1"}}) +
                      void_element("meta", {{"name", "color-scheme"}, {"content", "light dark"}}) +
                      void_element("meta", {{"name", "referrer"}, {"content", "no-referrer"}}) +
                      element("title", title) + element("style", Html::raw(kPageStyle));
    return "<!DOCTYPE html>\n" +
           element("html", {{"lang", "en"}}, element("head", head) + element("body", body)).str();
}

}  // namespace ae::service
