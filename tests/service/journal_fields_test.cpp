#include "service/journal_fields.h"

#include "engine/base/text.h"
#include "service/event_log.h"

#include <algorithm>
#include <set>

#include <catch2/catch.hpp>

namespace {

using namespace ae;
using namespace ae::service;
using engine::Event;
using engine::EventId;
using engine::EventLevel;
using engine::EventSource;
using engine::Scope;
using Fields = std::vector<std::string>;

std::string field(const Fields& fields, const std::string& name) {
    std::string found = "none";
    for (const std::string& one : fields) {
        if (one.starts_with(name + "=")) {
            CHECK(found == "none");  // no field twice
            found = one.substr(name.size() + 1);
        }
    }
    return found;
}

}  // namespace

TEST_CASE("an event has the journal's fields and ours", "[journal]") {
    const Event event = engine::make_event(
        EventId::ce_enroll_failed_at_ca,
        {"machine", "Web", "ca.corp.example.test\\Corp CA", "it does not answer"});
    CHECK(journal_fields(event, Scope::machine) ==
          Fields{"MESSAGE=" + event.text, "MESSAGE_ID=012cb7a52fc742ceb3e407d000030011",
                 "PRIORITY=4", "SYSLOG_IDENTIFIER=aeclient", "AE_CONTEXT=machine",
                 "AE_SOURCE=CertEnroll", "AE_EVENT_ID=17", "AE_TEMPLATE=Web",
                 "AE_CA=ca.corp.example.test\\Corp CA"});
}

TEST_CASE("what an event does not name is no field", "[journal]") {
    const Event event = engine::make_event(EventId::ae_started, {"user"});
    CHECK(journal_fields(event, Scope::user) ==
          Fields{"MESSAGE=" + event.text, "MESSAGE_ID=012cb7a52fc742ceb3e407d000010002",
                 "PRIORITY=6", "SYSLOG_IDENTIFIER=aeclient", "AE_CONTEXT=user",
                 "AE_SOURCE=AutoEnrollment", "AE_EVENT_ID=2"});
}

TEST_CASE("a remark is no event of Windows'", "[journal]") {
    CHECK(journal_fields(Remark{EventLevel::warning, "template Web: not enrolled", "Web"},
                         Scope::machine) == Fields{"MESSAGE=template Web: not enrolled",
                                                   "MESSAGE_ID=012cb7a52fc742ceb3e407d000000000",
                                                   "PRIORITY=4", "SYSLOG_IDENTIFIER=aeclient",
                                                   "AE_CONTEXT=machine", "AE_SOURCE=aeclient",
                                                   "AE_TEMPLATE=Web"});
}

TEST_CASE("the priority is the event's level", "[journal][RFC:5424]") {
    const auto priority = [](EventLevel level) {
        return field(journal_fields(Event{.level = level}, Scope::machine), "PRIORITY");
    };
    CHECK(priority(EventLevel::error) == "3");
    CHECK(priority(EventLevel::warning) == "4");
    CHECK(priority(EventLevel::information) == "6");
}

TEST_CASE("text that others wrote forges no field and no line", "[journal]") {
    const std::string hostile =
        "x\nPRIORITY=0\r\n\x1b[2J\u202E"
        "MESSAGE_ID=1";
    const Event event{.number = 19, .text = hostile, .template_name = hostile, .ca = hostile};
    const Fields fields = journal_fields(event, Scope::machine);
    for (const std::string& one : fields) {
        INFO(printable(one));
        CHECK(printable(one) == one);
    }
    CHECK(field(fields, "PRIORITY") == "6");
    CHECK(field(fields, "MESSAGE_ID") == message_id_of(event));
    CHECK(field(fields, "AE_TEMPLATE") == printable(hostile));
    const Remark remark{.text = hostile, .template_name = hostile};
    for (const std::string& one : journal_fields(remark, Scope::machine)) {
        CHECK(printable(one) == one);
    }
}

TEST_CASE("each kind of event has one message id, for ever", "[journal][sd-id128]") {
    std::set<std::string> ids{message_id_of(Remark{})};
    std::size_t count = 1;
    for (const auto source : {EventSource::autoenrollment, EventSource::certificate_services_client,
                              EventSource::cert_enroll}) {
        for (std::uint32_t number = 1; number <= 88; ++number) {
            const std::string id = message_id_of(Event{.source = source, .number = number});
            CHECK(id.size() == 32);
            CHECK(id.find_first_not_of("0123456789abcdef") == std::string::npos);
            ids.insert(id);
            ++count;
        }
    }
    CHECK(ids.size() == count);
    // The parameters do not matter, and neither does the text.
    CHECK(message_id_of(engine::make_event(EventId::ce_enrolled, {"machine", "A", "c", "1"})) ==
          message_id_of(engine::make_event(EventId::ce_enrolled, {"user", "B", "d", "2"})));
    // Somebody's filter names it, so it never changes.
    CHECK(message_id_of(engine::make_event(EventId::ce_enrolled, {})) ==
          "012cb7a52fc742ceb3e407d000030013");
}
