#include "service/event_log.h"

#include "engine/base/hresult_table.h"

#include <chrono>

#include <catch2/catch.hpp>

namespace {

using namespace ae;
using namespace ae::service;
using engine::Event;
using engine::EventId;
using engine::EventLevel;
using policy::LogLevel;
using Texts = std::vector<std::string>;

const Time kNow = *time_from_string("2026-11-21T12:00:00Z");

const Event kInformation = engine::make_event(EventId::ae_enrollment_called, {"machine"});
const Event kWarning = engine::make_event(EventId::ae_expires, {"machine", "ab12", "expires soon"});
const Event kError = engine::make_event(EventId::ae_failed, {"machine", "0x8007054B", "no domain"});
const Remark kRemark{EventLevel::warning, "template Web: not enrolled", "Web"};

// What the outputs got; outlives the log.
struct Heard {
    Texts system{};
    bool system_fails = false;
    std::vector<std::vector<StoredEvent>> stored{};
    bool store_fails = false;
    Texts listened{};
    Time now = kNow;
};

class FakeSystemLog final : public SystemLog {
  public:
    explicit FakeSystemLog(Heard& heard) : heard_(heard) {}
    Done write(const Event& event) override { return take(event.text); }
    Done write(const Remark& remark) override { return take(remark.text); }

  private:
    Done take(const std::string& text) {
        if (heard_.system_fails) {
            return fail(kWriteFault, "the journal takes no entry");
        }
        heard_.system.push_back(text);
        return done();
    }
    Heard& heard_;
};

EventOutputs outputs(Heard& heard, LogLevel level = LogLevel::warning) {
    EventOutputs all;
    all.level = level;
    all.console = Console::background;
    all.system = std::make_unique<FakeSystemLog>(heard);
    all.store = [&heard](const std::vector<StoredEvent>& events) -> Done {
        heard.stored.push_back(events);
        return heard.store_fails ? Done(fail(kDiskFull, "cannot write")) : done();
    };
    all.clock = [&heard] { return heard.now; };
    all.on_event = [&heard](const Event& event) { heard.listened.push_back(event.text); };
    all.on_step = [&heard](const engine::Step& step) {
        heard.listened.push_back("step " + step.template_name);
    };
    return all;
}

}  // namespace

TEST_CASE("LogLevel says what the system's log gets", "[event-log][LogLevel]") {
    struct Row {
        LogLevel level;
        bool error, warning, information;
    };
    for (const auto& row :
         {Row{LogLevel::none, false, false, false}, Row{LogLevel::critical, false, false, false},
          Row{LogLevel::error, true, false, false}, Row{LogLevel::warning, true, true, false},
          Row{LogLevel::information, true, true, true}, Row{LogLevel::all, true, true, true}}) {
        INFO(static_cast<int>(row.level));
        CHECK(passes(row.level, EventLevel::error) == row.error);
        CHECK(passes(row.level, EventLevel::warning) == row.warning);
        CHECK(passes(row.level, EventLevel::information) == row.information);

        Heard heard;
        Texts expected;
        if (row.information) {
            expected.push_back(kInformation.text);
        }
        if (row.warning) {
            expected.push_back(kWarning.text);
            expected.push_back(kRemark.text);
        }
        if (row.error) {
            expected.push_back(kError.text);
        }
        EventLog log(outputs(heard, row.level));
        log.record(kInformation);
        log.record(kWarning);
        log.remark(kRemark);
        log.record(kError);
        CHECK(heard.system == expected);
    }
}

TEST_CASE("a background program's standard error follows LogLevel", "[event-log][LogLevel]") {
    CHECK(console_level_of(LogLevel::none) == ConsoleLevel::quiet);
    CHECK(console_level_of(LogLevel::critical) == ConsoleLevel::quiet);
    CHECK(console_level_of(LogLevel::error) == ConsoleLevel::error);
    CHECK(console_level_of(LogLevel::warning) == ConsoleLevel::warning);
    CHECK(console_level_of(LogLevel::information) == ConsoleLevel::info);
    CHECK(console_level_of(LogLevel::all) == ConsoleLevel::debug);
}

TEST_CASE("the store gets everything at every LogLevel, with the time of each", "[event-log]") {
    for (const auto level : {LogLevel::none, LogLevel::all}) {
        Heard heard;
        {
            EventLog log(outputs(heard, level));
            log.record(kInformation);
            heard.now += std::chrono::seconds(5);
            log.remark(kRemark);
            log.record(kError);
            CHECK(heard.stored.empty());
        }
        REQUIRE(heard.stored.size() == 1);  // one write
        const auto& all = heard.stored[0];
        REQUIRE(all.size() == 3);
        CHECK(all[0].when == kNow);
        CHECK(all[0].event.text == kInformation.text);
        CHECK(all[0].event.parameters == kInformation.parameters);
        CHECK(all[1].when == kNow + std::chrono::seconds(5));
        CHECK(all[1].event.number == 0);
        CHECK(all[1].event.level == EventLevel::warning);
        CHECK(all[1].event.text == kRemark.text);
        CHECK(all[1].event.template_name == "Web");
        CHECK(all[2].event.number == 6);
    }
}

TEST_CASE("a run that records nothing writes nothing", "[event-log]") {
    Heard heard;
    {
        EventLog log(outputs(heard));
        log.flush();
    }
    CHECK(heard.stored.empty());
}

TEST_CASE("many events are stored on the way, few at the end", "[event-log]") {
    Heard heard;
    {
        EventLog log(outputs(heard));
        for (std::size_t i = 0; i + 1 < kMostUnstored; ++i) {
            log.record(kInformation);
        }
        CHECK(heard.stored.empty());
        log.record(kInformation);
        REQUIRE(heard.stored.size() == 1);
        CHECK(heard.stored[0].size() == kMostUnstored);
        log.record(kError);
        log.flush();
        REQUIRE(heard.stored.size() == 2);
        CHECK(heard.stored[1].size() == 1);
        log.flush();
    }
    CHECK(heard.stored.size() == 2);
}

TEST_CASE("a store that does not take events stops nothing and piles nothing up", "[event-log]") {
    open_log(ConsoleLevel::quiet);
    Heard heard;
    heard.store_fails = true;
    {
        EventLog log(outputs(heard));
        log.record(kInformation);
        log.flush();
        log.record(kError);
        CHECK(log.events().size() == 2);
    }
    REQUIRE(heard.stored.size() == 2);
    CHECK(heard.stored[1].size() == 1);  // the one that was lost is not kept for ever
    CHECK(heard.system == Texts{kError.text});
}

TEST_CASE("the report knows the events, and not the remarks", "[event-log]") {
    Heard heard;
    EventLog log(outputs(heard, LogLevel::none));
    log.record(kInformation);
    log.remark(kRemark);
    log.record(kError);
    const auto events = log.events();
    REQUIRE(events.size() == 2);
    CHECK(events[0].text == kInformation.text);
    CHECK(events[1].text == kError.text);
}

TEST_CASE("who listens hears events and steps in their order, at every LogLevel", "[event-log]") {
    Heard heard;
    EventLog log(outputs(heard, LogLevel::none));
    log.record(kInformation);
    log.step({.kind = engine::StepKind::enroll, .template_name = "Web"});
    log.remark(kRemark);
    log.record(kError);
    CHECK(heard.listened == Texts{kInformation.text, "step Web", kError.text});
}

TEST_CASE("every event of an annotated run says so, and no event before", "[event-log]") {
    Heard heard;
    EventLog log(outputs(heard));
    log.record(kWarning);
    log.annotate("(as member)");
    log.record(kError);
    log.remark(kRemark);
    log.flush();
    CHECK(heard.system ==
          Texts{kWarning.text, kError.text + " (as member)", kRemark.text + " (as member)"});
    REQUIRE(heard.stored.size() == 1);
    CHECK(heard.stored[0][1].event.text == kError.text + " (as member)");
    const std::vector<Event> events = log.events();
    CHECK(events.at(0).parameters == kWarning.parameters);
    CHECK(events.at(1).parameters.back() == "no domain (as member)");
    CHECK(events.at(1).parameters.size() == kError.parameters.size());
}

TEST_CASE("a log without outputs keeps the events for the report", "[event-log]") {
    open_log(ConsoleLevel::quiet);
    EventLog log;
    log.record(kError);
    log.step({});
    log.remark(kRemark);
    log.flush();
    REQUIRE(log.events().size() == 1);
    CHECK(log.events()[0].text == kError.text);
}
