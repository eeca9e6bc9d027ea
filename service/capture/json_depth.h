// How deep a JSON text nests, before a parser sees it.  Pure, any thread.
#pragma once

#include <cstddef>
#include <string_view>

namespace ae::service {

// The JSON library keeps one object per level: sixteen million of them for as many brackets.
// Brackets inside strings do not count; `text` need not be JSON.
inline bool nests_deeper(std::string_view text, std::size_t deepest) {
    std::size_t depth = 0;
    bool in_text = false;
    for (std::size_t at = 0; at < text.size(); ++at) {
        const char c = text[at];
        if (in_text) {
            in_text = c != '"';
            at += c == '\\' ? 1 : 0;
        } else if (c == '"') {
            in_text = true;
        } else if (c == '[' || c == '{') {
            if (++depth > deepest) {
                return true;
            }
        } else if (c == ']' || c == '}') {
            depth -= depth == 0 ? 0 : 1;
        }
    }
    return false;
}

}  // namespace ae::service
