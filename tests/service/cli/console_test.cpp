// What stands out in a terminal, and what is gone again.
#include "service/progress.h"
#include "service/report_parts.h"
#include "service/style.h"

#include <sstream>

#include <catch2/catch.hpp>

using namespace ae::service;

TEST_CASE("plain style leaves words alone, coloured style ends what it begins", "[style]") {
    CHECK(Style().bad("failed") == "failed");
    CHECK(Style::coloured().bad("failed") == "\x1b[1;31mfailed\x1b[0m");
    CHECK(Style::coloured().good("held") == "\x1b[32mheld\x1b[0m");
}

TEST_CASE("colours take no room in a table", "[style]") {
    const Style style = Style::coloured();
    const std::string plain = table({{"A", "B"}, {"longer", "x"}, {"y", "z"}});
    std::string coloured =
        table({{"A", "B"}, {style.bad("longer"), "x"}, {style.good("y"), "z"}}, style);
    CHECK(coloured ==
          "\x1b[1mA       B\x1b[0m\n"
          "\x1b[1;31mlonger\x1b[0m  x\n"
          "\x1b[32my\x1b[0m       z\n");
    CHECK(plain == "A       B\nlonger  x\ny       z\n");
}

TEST_CASE("every verdict of a decision is a word, coloured or not", "[style]") {
    const std::vector<ae::engine::Decision> decisions{
        {.template_name = "T", .verdict = ae::engine::Verdict::failed, .rule = "N1", .fact = "no"}};
    CHECK(decisions_text(decisions) ==
          "\nTEMPLATE  VERDICT  RULE  WHY\nT         failed   N1    no\n");
    CHECK(decisions_text(decisions, Style::coloured()) ==
          "\n\x1b[1mTEMPLATE  VERDICT  RULE  WHY\x1b[0m\n"
          "T         \x1b[1;31mfailed\x1b[0m   N1    no\n");
}

TEST_CASE("the line of progress is replaced, and gone at the end", "[progress]") {
    std::ostringstream out;
    {
        Progress progress(out, 20);
        progress.say("asking ca1");
        progress.say("ca2");
    }
    CHECK(out.str() == "asking ca1\r          \rca2\r   \r");
}

TEST_CASE("the line of progress ends before the terminal does", "[progress]") {
    struct Width {
        std::size_t columns;
        std::string shown;
    };
    for (const Width& row : {Width{5, "abcd"}, {4, "abc"}, {6, "abcde"}, {80, "abcde"}, {2, "a"}}) {
        std::ostringstream out;
        Progress progress(out, row.columns);
        progress.say("abcde");
        CHECK(out.str() == row.shown);
    }
    std::ostringstream out;
    Progress progress(out, 4);
    progress.say("\xC3\xA4\xC3\xB6\xC3\xBC\xC3\x9F");
    progress.wipe();
    CHECK(out.str() == "\xC3\xA4\xC3\xB6\xC3\xBC\r   \r");
}

TEST_CASE("without a terminal, or in one of a column, there is no progress", "[progress]") {
    for (const std::size_t columns : {0U, 1U}) {
        std::ostringstream out;
        {
            Progress progress(out, columns);
            progress.say("asking ca1");
            progress.wipe();
        }
        CHECK(out.str().empty());
    }
}

TEST_CASE("progress is printable", "[progress]") {
    std::ostringstream out;
    Progress progress(out, 40);
    progress.say("ask \x1b[31mca\n");
    CHECK(out.str().find('\x1b') == std::string::npos);
    CHECK(out.str().find('\n') == std::string::npos);
}
