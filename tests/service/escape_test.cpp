// Foreign text is harmless where it goes to.
#include "service/escape.h"

#include "engine/base/text.h"
#include "service/report_parts.h"

#include <catch2/catch.hpp>

namespace ae::service {
namespace {

struct Case {
    std::string_view text;
    std::string_view safe;
};

}  // namespace

TEST_CASE("a CSV field is one field, whatever stands in it", "[escape][RFC4180:2]") {
    for (const auto& [text, safe] :
         {Case{"", R"("")"}, Case{"Corp CA", R"("Corp CA")"}, Case{"a,b", R"("a,b")"},
          Case{R"(say "no")", R"("say ""no""")"}, Case{R"(",")", R"(""",""")"},
          Case{"two\r\nlines", R"("two\x0d\x0alines")"}, Case{"007", R"("007")"}}) {
        CAPTURE(text);
        CHECK(csv_field(text) == safe);
    }
}

TEST_CASE("a spreadsheet never sees a formula begin", "[escape]") {
    for (const auto& [text, safe] :
         {Case{"=cmd|' /C calc'!A0", R"("'=cmd|' /C calc'!A0")"}, Case{"+1", R"("'+1")"},
          Case{"-1", R"("'-1")"}, Case{"@A1", R"("'@A1")"}, Case{"\uFF1D1", "\"'\uFF1D1\""},
          Case{"\t=1", R"("'\x09=1")"}, Case{"\r=1", R"("'\x0d=1")"}, Case{"  =1", R"("  '=1")"},
          Case{R"("=1")", R"("""'=1""")"},
          // Where ";" separates, the rest of the field is a cell of its own.
          Case{"no;=1", R"("no;'=1")"}, Case{"no; =1;x;-2", R"("no; '=1;x;'-2")"},
          Case{"a=1", R"("a=1")"}, Case{"a - b", R"("a - b")"}}) {
        CAPTURE(text);
        CHECK(csv_field(text) == safe);
    }
}

TEST_CASE("text of an HTML page is no markup and ends no attribute", "[escape][HTML:13.1.2]") {
    for (const auto& [text, safe] :
         {Case{"", ""}, Case{"M\u00FCller & Co", "M\u00FCller &amp; Co"},
          Case{"<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;"},
          Case{R"(" onload="x)", "&quot; onload=&quot;x"}, Case{"' x='", "&#39; x=&#39;"},
          Case{"&lt;", "&amp;lt;"}, Case{"\x1B[2J", "\\x1b[2J"}, Case{"a\nb", "a\\x0ab"}}) {
        CAPTURE(text);
        CHECK(html_text(text) == safe);
    }
}

TEST_CASE("the value of a label ends where its text ends", "[escape][OpenMetrics]") {
    for (const auto& [text, safe] : {Case{"", ""}, Case{R"(ca1\Corp CA)", R"(ca1\\Corp CA)"},
                                     Case{R"(a"b)", R"(a\"b)"}, Case{"a\nb", R"(a\\x0ab)"}}) {
        CAPTURE(text);
        CHECK(metric_label(text) == safe);
    }
}

TEST_CASE("the event log puts no other text into an event", "[escape]") {
    for (const auto& [text, safe] :
         {Case{"", ""}, Case{"100%", "100%"}, Case{"%1", "% 1"}, Case{"%%1", "% % 1"},
          Case{"%a", "%a"}, Case{"50% 1", "50% 1"}, Case{"a\r\nb", "a\\x0d\\x0ab"}}) {
        CAPTURE(text);
        CHECK(event_log_string(text) == safe);
    }
}

TEST_CASE("JSON keeps the very text, in ASCII", "[escape]") {
    const std::string text = "\x1B[2J \u202E \u009B \u00FC \U0001F600";
    const std::string json = json_text({{"said", text}});
    CHECK(json == "{\n  \"said\": \"\\u001b[2J \\u202e \\u009b \\u00fc \\ud83d\\ude00\"\n}\n");
    CHECK(Json::parse(json)["said"] == text);
    CHECK(json_text({{"\x7F", "a\x7F\x7F"}}) == "{\n  \"\\u007f\": \"a\\u007f\\u007f\"\n}\n");
    CHECK(Json::parse(json_text({{"said", "a\xFF"}}))["said"] == "a\uFFFD");
}

}  // namespace ae::service
