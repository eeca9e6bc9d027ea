#include "service/progress.h"

#include "engine/base/text.h"

#include <iostream>
#include <string>

namespace ae::service {
namespace {

bool begins_character(char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80; }

// The first `count` characters of UTF-8.
std::string_view first_characters(std::string_view text, std::size_t& count) {
    std::size_t seen = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (begins_character(text[i]) && seen++ == count) {
            return text.substr(0, i);
        }
    }
    count = seen;
    return text;
}

}  // namespace

Progress::Progress() : Progress(std::cerr, columns_of_standard_error()) {}

Progress::Progress(std::ostream& out, std::size_t columns) : out_(out), columns_(columns) {}

Progress::~Progress() {
    try {
        wipe();
    } catch (...) {  // out of memory: the line stays
        shown_ = 0;
    }
}

void Progress::say(std::string_view what) {
    if (columns_ < 2) {
        return;
    }
    wipe();
    const std::string text = printable(what);
    std::size_t width = columns_ - 1;  // in the last column the cursor may stand on the next line
    out_ << first_characters(text, width) << std::flush;
    shown_ = width;
}

// Blanks instead of an escape sequence: every console knows them.
void Progress::wipe() {
    if (shown_ > 0) {
        out_ << '\r' << std::string(shown_, ' ') << '\r' << std::flush;
        shown_ = 0;
    }
}

}  // namespace ae::service
