#include "service/event_store.h"

#include "engine/base/hresult_table.h"
#include "engine/base/text.h"

#include <map>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

namespace {

using namespace ae;
using namespace ae::service;
using engine::EventId;

const Time kNow = *time_from_string("2026-11-21T12:00:00Z");

StoredEvent stored(EventId id, const std::vector<std::string>& arguments, Time when = kNow) {
    return {when, engine::make_event(id, arguments)};
}

StoredEvent sentence(std::string text) {
    return {kNow, {.level = engine::EventLevel::warning, .text = std::move(text)}};
}

const StoredEvent kEnrolled =
    stored(EventId::ce_enrolled, {"machine", "Web", "ca.corp.example.test\\Corp CA", "7"});

void check_same(const StoredEvent& left, const StoredEvent& right) {
    CHECK(left.when == right.when);
    CHECK(left.event.source == right.event.source);
    CHECK(left.event.number == right.event.number);
    CHECK(left.event.level == right.event.level);
    CHECK(left.event.text == right.event.text);
    CHECK(left.event.parameters == right.event.parameters);
    CHECK(left.event.template_name == right.event.template_name);
    CHECK(left.event.ca == right.event.ca);
}

// A field of the CSV, as RFC 4180 reads it; nothing when the text is not of that form.
std::optional<std::vector<std::vector<std::string>>> parse_csv(std::string_view text) {
    std::vector<std::vector<std::string>> rows;
    while (!text.empty()) {
        std::vector<std::string> row;
        for (char after = ','; after == ',';) {
            std::string field;
            if (text.starts_with('"')) {
                text.remove_prefix(1);
                for (;;) {
                    const auto quote = text.find('"');
                    if (quote == std::string_view::npos) {
                        return std::nullopt;
                    }
                    field += text.substr(0, quote);
                    text.remove_prefix(quote + 1);
                    if (!text.starts_with('"')) {
                        break;
                    }
                    field += '"';
                    text.remove_prefix(1);
                }
            } else {
                const auto end = text.find_first_of(",\r\"");
                field = text.substr(0, end);
                text.remove_prefix(std::min(end, text.size()));
            }
            row.push_back(std::move(field));
            if (text.empty()) {
                return std::nullopt;
            }
            after = text.front();
            text.remove_prefix(1);
            if (after == '\r') {
                if (!text.starts_with('\n')) {
                    return std::nullopt;
                }
                text.remove_prefix(1);
            } else if (after != ',') {
                return std::nullopt;
            }
        }
        rows.push_back(std::move(row));
    }
    return rows;
}

// What `aeclient events --csv` says about one event whose text is this.
std::string csv_text(const std::string& text) {
    const auto rows = parse_csv(events_as_csv({sentence(text)}));
    REQUIRE(rows);
    REQUIRE(rows->size() == 2);
    REQUIRE(rows->at(1).size() == 7);
    return rows->at(1)[6];
}

}  // namespace

TEST_CASE("an event is one line of JSON, with Windows' number and parameters", "[event-store]") {
    CHECK(line_of(kEnrolled) ==
          R"({"time":"2026-11-21T12:00:00Z","source":"CertEnroll","id":19,"level":"information",)"
          R"("text":"Enrollment for the machine: received a certificate of template Web from )"
          R"(ca.corp.example.test\\Corp CA (request 7).",)"
          R"("parameters":["machine","Web","ca.corp.example.test\\Corp CA","7"],)"
          R"("template":"Web","ca":"ca.corp.example.test\\Corp CA"})"
          "\n");
}

TEST_CASE("what was written is what is read", "[event-store]") {
    for (const StoredEvent& event :
         {kEnrolled, stored(EventId::ae_started, {"machine"}),
          stored(EventId::ae_failed, {"user", "0x8007054B", "no domain"}),
          stored(EventId::csc_started, {"user"}),
          stored(EventId::ce_pending_denied, {"machine", "\"\\\n\t\x1b", "\u202Eca", "1"}),
          sentence("template Web: not enrolled: no CA offers it (rule E10)")}) {
        const std::string line = line_of(event);
        CHECK(line.find('\n') == line.size() - 1);
        const auto read = event_from_line(line);
        REQUIRE(read);
        check_same(*read, event);
    }
}

TEST_CASE("a sentence of the agent's own has no number and the source aeclient", "[event-store]") {
    const std::string line = line_of(sentence("said"));
    CHECK(line.find(R"("source":"aeclient","id":0,)") != std::string::npos);
}

TEST_CASE("a line that is not one of ours is nothing, whatever it holds", "[event-store]") {
    const std::string good = line_of(kEnrolled);
    REQUIRE(event_from_line(good));
    for (std::size_t length = 0; length + 2 < good.size(); ++length) {  // a disk that filled up
        INFO(length);
        CHECK_FALSE(event_from_line(std::string_view(good).substr(0, length)));
    }
    const auto with = [&](const char* name, const nlohmann::json& value) {
        auto json = nlohmann::json::parse(good);
        json[name] = value;
        return json.dump();
    };
    const auto without = [&](const char* name) {
        auto json = nlohmann::json::parse(good);
        json.erase(name);
        return json.dump();
    };
    for (const char* name :
         {"time", "source", "id", "level", "text", "parameters", "template", "ca"}) {
        INFO(name);
        CHECK_FALSE(event_from_line(without(name)));
        CHECK_FALSE(event_from_line(with(name, nlohmann::json::object())));
        CHECK_FALSE(event_from_line(with(name, nullptr)));
        CHECK_FALSE(event_from_line(with(name, true)));
    }
    CHECK_FALSE(event_from_line(with("source", "Kernel-Power")));
    CHECK_FALSE(event_from_line(with("source", "aeclient")));  // has no numbers
    CHECK_FALSE(event_from_line(with("id", 0)));               // Windows has no such event
    CHECK_FALSE(event_from_line(with("id", -1)));
    CHECK_FALSE(event_from_line(with("id", 4294967296)));
    CHECK_FALSE(event_from_line(with("level", "verbose")));
    CHECK_FALSE(event_from_line(with("time", "2026-02-30T00:00:00Z")));
    CHECK_FALSE(event_from_line(with("parameters", {1, 2})));
    CHECK(event_from_line(with("later", "a member of a later version")));
    for (const std::string& garbage :
         {std::string("null"), std::string("[]"), std::string("\"text\""), std::string("\0\0", 2),
          std::string("\xff\xfe{}"), std::string(100000, '['), std::string(100000, '{')}) {
        CHECK_FALSE(event_from_line(garbage));
    }
}

TEST_CASE("a file that is rotated between two reads costs a reader no event", "[event-store]") {
    std::map<std::string_view, std::string> files;
    const auto numbers_after = [&](const std::function<void()>& between) {
        int reads = 0;
        const auto events = read_events(
            [&](std::string_view name) -> Result<std::optional<std::string>> {
                if (++reads == 2) {
                    between();
                }
                const auto file = files.find(name);
                return file == files.end() ? std::nullopt : std::optional(file->second);
            },
            {});
        REQUIRE(events);
        std::vector<std::uint32_t> numbers;
        for (const StoredEvent& one : *events) {
            numbers.push_back(one.event.number);
        }
        return numbers;
    };
    const auto line = [](std::uint32_t number) { return line_of({kNow, {.number = number}}); };
    using Numbers = std::vector<std::uint32_t>;
    CHECK(numbers_after([] {}).empty());
    files = {{kEventFile, line(3) + line(4)}, {kOlderEventFile, line(1) + line(2)}};
    CHECK(numbers_after([] {}) == Numbers{1, 2, 3, 4});
    CHECK(numbers_after([&] { files[kEventFile] += line(5); }) == Numbers{1, 2, 3, 4});
    CHECK(numbers_after([&] {
              files[kOlderEventFile] = files[kEventFile];
              files[kEventFile] = line(6);
          }) == Numbers{3, 4, 5, 6});
    CHECK(numbers_after([&] {
              files[kOlderEventFile] = files[kEventFile] + line(7);
              files[kEventFile] = line(8);
          }) == Numbers{6, 7, 8});
    files = {{kEventFile, line(1)}};
    CHECK(numbers_after([&] {
              files[kOlderEventFile] = files[kEventFile];
              files.erase(kEventFile);  // the writer is between its rename and its write
          }) == Numbers{1});
}

TEST_CASE("a text that is too long is cut between characters", "[event-store]") {
    const auto text_of = [](const std::string& text) {
        const auto read = event_from_line(line_of(sentence(text)));
        REQUIRE(read);
        return read->event.text;
    };
    const std::string longest(kLongestEventText, 'x');
    CHECK(text_of(longest) == longest);
    CHECK(text_of(longest + 'x') == std::string(kLongestEventText - 3, 'x') + "...");
    std::string umlauts;  // of two octets each: the border falls into one
    while (umlauts.size() <= kLongestEventText) {
        umlauts += "\u00e4";
    }
    const std::string cut = text_of(umlauts);
    CHECK(is_utf8(cut));
    CHECK(cut.size() == kLongestEventText - 1);
    CHECK(cut.ends_with("\u00e4..."));
}

TEST_CASE("octets that are no UTF-8 do not stop the event", "[event-store]") {
    const auto read =
        event_from_line(line_of(sentence("a\xff"
                                         "b")));
    REQUIRE(read);
    CHECK(read->event.text ==
          "a\uFFFD"
          "b");
}

TEST_CASE("people get a table", "[event-store]") {
    CHECK(events_as_text({}) == "no events\n");
    CHECK(events_as_text({stored(EventId::ae_enrollment_called, {"machine"}), sentence("said")}) ==
          "TIME                  LEVEL        SOURCE          ID  TEXT\n"
          "2026-11-21T12:00:00Z  information  AutoEnrollment  4   Autoenrollment for the machine: "
          "enrollment is called.\n"
          "2026-11-21T12:00:00Z  warning      aeclient        -   said\n");
}

TEST_CASE("hostile text cannot steer a terminal, whatever the form", "[event-store]") {
    const std::string hostile = "\x1b[2J\r\n\x07 \u009b31m \u202Egnp.exe \u2028 \x7f";
    const std::vector<StoredEvent> events{
        {kNow, {.number = 19, .text = hostile, .template_name = hostile, .ca = hostile}}};
    for (const std::string& text :
         {events_as_text(events), events_as_csv(events), events_as_json(events)}) {
        INFO(printable(text));
        std::string lines = text;
        std::erase_if(lines, [](char c) { return c == '\n' || c == '\r'; });
        CHECK(printable(lines) == lines);
    }
    CHECK(split(events_as_text(events), '\n').size() == 3);  // titles, one event, nothing
    CHECK(split(events_as_csv(events), '\n').size() == 3);
}

TEST_CASE("JSON for programs is an array with the very text", "[event-store]") {
    CHECK(nlohmann::json::parse(events_as_json({})) == nlohmann::json::array());
    const std::string hostile = "\x1b \u009b \u202E \"";
    const auto json = nlohmann::json::parse(events_as_json({kEnrolled, sentence(hostile)}));
    REQUIRE(json.size() == 2);
    CHECK(json[0] == nlohmann::json::parse(line_of(kEnrolled)));
    CHECK(json[1]["text"] == hostile);
}

TEST_CASE("CSV is that of RFC 4180", "[event-store][RFC:4180]") {
    CHECK(events_as_csv({}) == "time,level,source,id,template,ca,text\r\n");
    CHECK(events_as_csv({kEnrolled}) ==
          "time,level,source,id,template,ca,text\r\n"
          "2026-11-21T12:00:00Z,information,CertEnroll,19,\"Web\",\"ca.corp.example.test\\Corp "
          "CA\",\"Enrollment for the machine: received a certificate of template Web from "
          "ca.corp.example.test\\Corp CA (request 7).\"\r\n");
    CHECK(csv_text("a \"quoted\", text") == "a \"quoted\", text");
    CHECK(csv_text("\",\"") == "\",\"");
    CHECK(csv_text("two\r\nlines") == "two\\x0d\\x0alines");
}

TEST_CASE("a spreadsheet is given no formula", "[event-store]") {
    for (const std::string formula : {"=cmd|' /C calc'!A0", "+1", "-1", "@SUM(A1)", "\uFF1D1"}) {
        CHECK(csv_text(formula) == "'" + formula);
    }
    CHECK(csv_text("\t=1") == "'\\x09=1");
    CHECK(csv_text("\r=1") == "'\\x0d=1");
    CHECK(csv_text("\n=1") == "'\\x0a=1");
    CHECK(csv_text("a=1") == "a=1");
    CHECK(csv_text("").empty());
    // Each field of foreign text, not the last one only.
    const auto rows = parse_csv(
        events_as_csv({{kNow, {.number = 19, .text = "t", .template_name = "=1+1", .ca = "@ca"}}}));
    REQUIRE(rows);
    CHECK(rows->at(1)[4] == "'=1+1");
    CHECK(rows->at(1)[5] == "'@ca");
}

TEST_CASE("--since takes a time, a day or a period", "[event-store]") {
    struct Row {
        const char* text;
        const char* time;
    };
    for (const auto& row : {Row{"2026-11-20T08:30:01Z", "2026-11-20T08:30:01Z"},
                            Row{"2026-11-20", "2026-11-20T00:00:00Z"},
                            Row{"90m", "2026-11-21T10:30:00Z"}, Row{"8h", "2026-11-21T04:00:00Z"},
                            Row{"7d", "2026-11-14T12:00:00Z"}, Row{"0m", "2026-11-21T12:00:00Z"}}) {
        INFO(row.text);
        const auto since = since_from_text(row.text, kNow);
        REQUIRE(since);
        CHECK(to_string(*since) == row.time);
    }
    CHECK(*since_from_text("4294967295d", kNow) < kNow);
    for (const auto* text :
         {"", "h", "8", "8 h", "8hh", "-8h", "+8h", "8s", "8w", "1.5h", "0x8h", "4294967296d",
          "yesterday", "2026-02-30", "2026-11-20T08:30:01", "2026-11-20 08:30:01"}) {
        INFO(text);
        const auto since = since_from_text(text, kNow);
        REQUIRE_FALSE(since);
        CHECK(since.error().code == kInvalidArgument);
        CHECK_FALSE(since.error().remedy.empty());
    }
    CHECK(since_from_text("\x1b[2J", kNow).error().context ==
          "\"\\x1b[2J\" is neither a time nor a period");
}
