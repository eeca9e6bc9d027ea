#include "engine/base/text.h"

#include <catch2/catch.hpp>

namespace ae {

TEST_CASE("names compare without the case of ASCII letters", "[text]") {
    CHECK(equal_ignoring_case("Machine", "mACHINE"));
    CHECK(equal_ignoring_case("", ""));
    CHECK_FALSE(equal_ignoring_case("Machine", "Machine "));
    CHECK_FALSE(equal_ignoring_case("[", "{"));
    CHECK_FALSE(equal_ignoring_case("\xC3\x84", "\xC3\xA4"));
    CHECK(to_lower("WS1$.\xC3\x84") == "ws1$.\xC3\x84");
}

TEST_CASE("text is trimmed, split and joined", "[text]") {
    CHECK(trim(" \t a b\r\n") == "a b");
    CHECK(trim(" \t\r\n").empty());
    CHECK(trim("").empty());
    CHECK(split("a,,b,", ',') == std::vector<std::string_view>{"a", "", "b", ""});
    CHECK(split("", ',') == std::vector<std::string_view>{""});
    CHECK(join({"a", "b", "c"}, ", ") == "a, b, c");
    CHECK(join({"a"}, ", ") == "a");
    CHECK(join({}, ", ").empty());
    CHECK(join({"", "b"}, ",") == ",b");
}

TEST_CASE("UTF-16 is read and written, pairs included", "[text][RFC3629:3]") {
    struct Case {
        const char* utf8;
        const char* wire;
    };
    for (const Case& row :
         {Case{"", ""}, Case{"A", "4100"}, Case{"\x7F", "7f00"}, Case{"\xC2\x80", "8000"},
          Case{"\xDF\xBF", "ff07"}, Case{"\xE0\xA0\x80", "0008"}, Case{"\xED\x9F\xBF", "ffd7"},
          Case{"\xEE\x80\x80", "00e0"}, Case{"\xEF\xBF\xBF", "ffff"},
          Case{"\xF0\x90\x80\x80", "00d800dc"}, Case{"\xF4\x8F\xBF\xBF", "ffdbffdf"}}) {
        CAPTURE(row.wire);
        CHECK(to_hex(utf16le_from_utf8(row.utf8)) == row.wire);
        CHECK(utf8_from_utf16le(from_hex(row.wire).value()) == row.utf8);
        CHECK(is_utf8(row.utf8));
    }
}

TEST_CASE("broken UTF-16 becomes the replacement character", "[text]") {
    struct Case {
        const char* what;
        const char* wire;
        const char* utf8;
    };
    for (const Case& row :
         {Case{"high surrogate at the end", "4100 00d8", "A\xEF\xBF\xBD"},
          Case{"high surrogate before a letter", "00d8 4100", "\xEF\xBF\xBD\x41"},
          Case{"low surrogate alone", "00dc 4100", "\xEF\xBF\xBD\x41"},
          Case{"two high surrogates, one low", "00d800d800dc", "\xEF\xBF\xBD\xF0\x90\x80\x80"}}) {
        CAPTURE(row.what);
        CHECK(utf8_from_utf16le(from_hex(row.wire).value()) == row.utf8);
    }
    CHECK_FALSE(utf8_from_utf16le(Bytes{0x41}));
}

TEST_CASE("broken UTF-8 is told from good", "[text][RFC3629:10]") {
    for (const char* bad : {"\x80", "\xC3", "\xC0\x80", "\xC1\xBF", "\xE0\x9F\xBF", "\xED\xA0\x80",
                            "\xED\xBF\xBF", "\xF0\x8F\xBF\xBF", "\xF4\x90\x80\x80",
                            "\xF8\x88\x80\x80", "\xFF", "a\xC3z", "\xE2\x82"}) {
        CAPTURE(to_hex(as_bytes(bad)));
        CHECK_FALSE(is_utf8(bad));
    }
    CHECK(to_hex(utf16le_from_utf8("a\xFFz")) == "6100fdff7a00");
}

TEST_CASE("foreign text cannot steer a terminal", "[text]") {
    struct Case {
        const char* text;
        const char* shown;
    };
    for (const Case& row :
         {Case{"plain M\xC3\xBC", "plain M\xC3\xBC"}, Case{"a\nb", "a\\x0ab"},
          Case{"\x1B[2J", "\\x1b[2J"}, Case{"\x7F", "\\x7f"}, Case{"\xC2\x9B", "\\x9b"},
          Case{"\xE2\x80\xAE", "\\u202e"}, Case{"\xE2\x80\xA8", "\\u2028"},
          Case{"\xE2\x81\xA6", "\\u2066"}, Case{"\xEF\xBB\xBF", "\\ufeff"},
          Case{"\xD8\x9C", "\\u061c"}, Case{"\xE2\x80\x8F", "\\u200f"}, Case{"\xFF", "\\xff"},
          Case{"\xC3", "\\xc3"}, Case{"\xC2\xA0", "\xC2\xA0"}, Case{"", ""},
          // Nobody sees these: two names would look the same.
          Case{"\u00AD", "\\xad"}, Case{"\u200B", "\\u200b"}, Case{"\u2060", "\\u2060"},
          Case{"\u206F", "\\u206f"}, Case{"\uFFF9", "\\ufff9"}, Case{"\uFFFF", "\\uffff"},
          Case{"\U000E0041", "\\U000e0041"},
          // Whole languages need these.
          Case{"\u200C", "\u200C"}, Case{"\u200D", "\u200D"}, Case{"\u2070", "\u2070"},
          Case{"\U0001F600", "\U0001F600"}}) {
        CAPTURE(row.shown);
        CHECK(printable(row.text) == row.shown);
        CHECK(printable(row.shown) == row.shown);
    }
    CHECK(printable(std::string_view("a\0b", 3)) == "a\\x00b");
}

TEST_CASE("what Unicode lets nobody see is shown by its number", "[text][UAX44]") {
    struct Range {
        const char* first;
        const char* last;
        const char* shown_first;
        const char* shown_last;
    };
    for (const Range& row : {Range{"\u034F", "\u034F", "\\u034f", "\\u034f"},
                             Range{"\u115F", "\u1160", "\\u115f", "\\u1160"},
                             Range{"\u17B4", "\u17B5", "\\u17b4", "\\u17b5"},
                             Range{"\u180B", "\u180F", "\\u180b", "\\u180f"},
                             Range{"\u2800", "\u2800", "\\u2800", "\\u2800"},
                             Range{"\u3164", "\u3164", "\\u3164", "\\u3164"},
                             Range{"\uFE00", "\uFE0F", "\\ufe00", "\\ufe0f"},
                             Range{"\uFFA0", "\uFFA0", "\\uffa0", "\\uffa0"},
                             Range{"\U0001BCA0", "\U0001BCA3", "\\U0001bca0", "\\U0001bca3"},
                             Range{"\U0001D173", "\U0001D17A", "\\U0001d173", "\\U0001d17a"},
                             Range{"\U000E0000", "\U000E0FFF", "\\U000e0000", "\\U000e0fff"}}) {
        CHECK(printable(row.first) == row.shown_first);
        CHECK(printable(row.last) == row.shown_last);
    }
    // Their neighbours are letters and signs.
    for (const char* seen :
         {"\u034E",     "\u0350",     "\u115E",     "\u1161",    "\u17B3",     "\u17B6",
          "\u180A",     "\u1810",     "\u27FF",     "\u2801",    "\u3163",     "\u3165",
          "\uFDFF",     "\uFE10",     "\uFF9F",     "\uFFA1",    "\U0001BC9F", "\U0001BCA4",
          "\U0001D172", "\U0001D17B", "\U000DFFFF", "\U000E1000"}) {
        CHECK(printable(seen) == seen);
    }
}

}  // namespace ae
