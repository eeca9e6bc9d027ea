#include "service/eventlog_entry.h"

#include "tests/service/message_table.h"

#include <algorithm>
#include <regex>

#include <catch2/catch.hpp>

namespace ae::test {

using engine::EventId;
using engine::EventLevel;
using engine::EventSource;
using service::eventlog_entry;
using service::Remark;

namespace {

const char* facility_of(EventSource source) {
    switch (source) {
        case EventSource::autoenrollment:
            return "AutoEnrollment";
        case EventSource::cert_enroll:
            return "CertEnroll";
        case EventSource::certificate_services_client:
            break;
    }
    return "Client";
}

const char* severity_of(EventLevel level) {
    switch (level) {
        case EventLevel::information:
            return "Informational";
        case EventLevel::warning:
            return "Warning";
        case EventLevel::error:
            break;
    }
    return "Error";
}

std::string with_marks(const std::string& text) {
    return std::regex_replace(text, std::regex("%(\\d)"), "<$1>");
}

std::size_t largest_insertion(const std::string& text) {
    static const std::regex kInsertion("%(\\d)");
    std::size_t largest = 0;
    for (std::sregex_iterator at(text.begin(), text.end(), kInsertion);
         at != std::sregex_iterator(); ++at) {
        largest = std::max<std::size_t>(largest, std::stoul((*at)[1]));
    }
    return largest;
}

}  // namespace

TEST_CASE("the message table says of each event what the engine says", "[eventlog]") {
    const auto messages = messages_of_events();
    const auto events = declared_events();
    CHECK(events.size() > 40);
    CHECK(messages.size() == events.size());
    for (const DeclaredEvent& declared : events) {
        INFO(declared.name);
        const auto event = engine::make_event(declared.id, marks(declared.parameters));
        const auto message = messages.find({facility_of(event.source), event.number});
        REQUIRE(message != messages.end());
        CHECK(message->second.severity == severity_of(event.level));
        CHECK(with_marks(message->second.text) == event.text);
        CHECK(largest_insertion(message->second.text) == declared.parameters);
    }
}

TEST_CASE("a remark is one text, at each level", "[eventlog]") {
    const auto remarks = messages_of_remarks();
    REQUIRE(remarks.size() == 3);
    for (const Message& remark : remarks) {
        CHECK(remark.facility == "Client");
        CHECK(remark.text == "%1");
    }
}

TEST_CASE("an entry has the source, the number and the parameters of its event", "[eventlog]") {
    const auto enrolled = eventlog_entry(
        engine::make_event(EventId::ce_enrolled, {"machine", "Web", "ca1\\Corp CA", "17"}));
    CHECK(enrolled.source == "AeClient-CertEnroll");
    CHECK(enrolled.level == EventLevel::information);
    CHECK(enrolled.message == 0x41030013);
    CHECK(enrolled.strings == std::vector<std::string>{"machine", "Web", "ca1\\Corp CA", "17"});
    const auto failed =
        eventlog_entry(engine::make_event(EventId::ae_failed, {"machine", "0x8007054B", "no"}));
    CHECK(failed.source == "AeClient-AutoEnrollment");
    CHECK(failed.message == 0xC1010006);
    const auto started = eventlog_entry(engine::make_event(EventId::csc_started, {"user"}));
    CHECK(started.source == "AeClient");
    CHECK(started.message == 0x41020001);
    const auto remark =
        eventlog_entry(Remark{EventLevel::warning, "template Web: not enrolled", "Web"});
    CHECK(remark.source == "AeClient");
    CHECK(remark.message == 0x81020064);
    CHECK(remark.strings == std::vector<std::string>{"template Web: not enrolled"});
}

TEST_CASE("foreign text cannot look like something else in the log", "[eventlog]") {
    const auto text_of = [](const std::string& text) {
        return eventlog_entry(Remark{EventLevel::error, text, {}}).strings.at(0);
    };
    CHECK(text_of("100 % of it") == "100 % of it");
    CHECK(text_of("%1") == "% 1");
    CHECK(text_of("%%1") == "% % 1");
    CHECK(text_of("50%") == "50%");
    CHECK(text_of("a\r\nLevel: Error\x1b[2J") == "a\\x0d\\x0aLevel: Error\\x1b[2J");
    CHECK(text_of(std::string(4000, 'x')).size() == 4000);
    CHECK(text_of(std::string(4001, 'x')).size() == 4000);
    // 3999 and half of a letter of two octets
    CHECK(text_of(std::string(3999, 'x') + "\xC3\xA4").size() == 3999);
    const auto event = eventlog_entry({.number = 19, .parameters = {"machine", "%1\n"}});
    CHECK(event.strings == std::vector<std::string>{"machine", "% 1\\x0a"});
}

}  // namespace ae::test
