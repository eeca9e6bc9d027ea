// What no client may do to the service, without a socket.
#include "service/control/control_session.h"

#include "engine/base/hresult_table.h"
#include "service/control/control_address.h"
#include "service/control/control_words.h"

#include <catch2/catch.hpp>

using namespace ae;
using namespace ae::service;

namespace {

const Peer kRoot{"0", true};
const Peer kAlice{"1000", false};
const Peer kMallory{"1001", false};
const ControlAddress kMachine{"/run/aeclient/control.sock", "0"};
const ControlAddress kOfAlice{"/run/user/1000/aeclient/control.sock", "1000", engine::Scope::user};

std::string line_in(LineReader& reader) {
    const auto line = reader.next();
    REQUIRE(line);
    REQUIRE(*line);
    return **line;
}

bool waits(LineReader& reader) {
    const auto line = reader.next();
    REQUIRE(line);
    return !*line;
}

}  // namespace

TEST_CASE("a line is whole however its octets come", "[control]") {
    LineReader reader(8);
    for (const char c : std::string("status")) {
        reader.add({&c, 1});
        CHECK(waits(reader));
    }
    CHECK_FALSE(reader.empty());
    reader.add("\n\nx\ny");
    CHECK(line_in(reader) == "status");
    CHECK(line_in(reader).empty());
    CHECK(line_in(reader) == "x");
    CHECK(waits(reader));
    reader.add("\n");
    CHECK(line_in(reader) == "y");
    CHECK(waits(reader));
    CHECK(reader.empty());
}

TEST_CASE("a line of the largest size is read, one octet more is not", "[control]") {
    LineReader fits(8);
    fits.add("12345678");
    CHECK(waits(fits));
    fits.add("\n");
    CHECK(line_in(fits) == "12345678");

    LineReader endless(8);
    endless.add("123456789");
    CHECK(endless.next().error().code == kInvalidData);

    LineReader ended(8);
    ended.add("123456789\n");
    CHECK(ended.next().error().code == kInvalidData);

    LineReader second(8);
    second.add("1\n123456789");
    CHECK(line_in(second) == "1");
    CHECK_FALSE(second.next());
}

TEST_CASE("what waits for a client is written in order, piece by piece", "[control]") {
    Backlog backlog(100);
    CHECK(backlog.empty());
    REQUIRE(backlog.add("one"));
    REQUIRE(backlog.add("two\n"));
    REQUIRE(backlog.add_first("zero"));
    CHECK(backlog.front() == "zero\n");
    backlog.written(3);
    CHECK(backlog.front() == "o\n");
    backlog.written(2);
    CHECK(backlog.front() == "one\n");
    backlog.written(4);
    CHECK(backlog.front() == "two\n");
    backlog.written(4);
    CHECK(backlog.empty());
}

TEST_CASE("a client that does not read can pile up so much and no more", "[control]") {
    Backlog backlog(10);
    REQUIRE(backlog.add("12345"));
    REQUIRE(backlog.add("789"));
    CHECK_FALSE(backlog.add(""));
    CHECK_FALSE(backlog.add_first(""));
    backlog.written(5);
    CHECK_FALSE(backlog.add(""));  // a line that has begun counts until it has gone
    backlog.written(1);
    CHECK(backlog.add("12345"));
    CHECK_FALSE(backlog.add(""));
    backlog.clear();
    CHECK(backlog.add("123456789"));
    CHECK_FALSE(Backlog(10).add("1234567890"));
}

TEST_CASE("no account takes more than its share, and strangers never administrators'",
          "[control]") {
    const ControlLimits limits;
    CHECK(may_enter(limits, kAlice, {7, 31}));
    CHECK(may_enter(limits, kAlice, {8, 8}).error().code == kBusy);
    CHECK(may_enter(limits, kAlice, {0, 32}).error().code == kBusy);
    CHECK(may_enter(limits, kRoot, {255, 32}));
    CHECK(may_enter(limits, kRoot, {256, 0}).error().code == kBusy);
}

TEST_CASE("the machine's context answers administrators alone", "[control]") {
    CHECK(may_ask(kMachine, kRoot));
    const auto refused = may_ask(kMachine, kMallory);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == kAccessDenied);
    CHECK(refused.error().context == "only " + std::string(kControlWords.administrators) +
                                         " may ask for the machine's context");
    CHECK_THAT(refused.error().remedy, Catch::Contains("aeclient pulse --user"));
}

TEST_CASE("a user's context answers that user and administrators", "[control]") {
    CHECK(may_ask(kOfAlice, kRoot));
    CHECK(may_ask(kOfAlice, kAlice));
    CHECK(may_ask(kOfAlice, kMallory).error().code == kAccessDenied);
}

TEST_CASE("only administrators and the context's account are taken for the service", "[control]") {
    CHECK(may_answer(kMachine, kRoot));
    CHECK(may_answer(kOfAlice, kRoot));
    CHECK(may_answer(kOfAlice, kAlice));
    CHECK(may_answer(kMachine, kMallory).error().code == kAccessDenied);
    CHECK(may_answer(kOfAlice, kMallory).error().code == kAccessDenied);
}

TEST_CASE("each context has its own way to start the service", "[control]") {
    CHECK(start_remedy(kMachine) == kControlWords.start_machine);
    CHECK(start_remedy(kOfAlice) == kControlWords.start_user);
    CHECK_THAT(start_remedy(kOfAlice), Catch::EndsWith("aeclient pulse --user --foreground"));
}

TEST_CASE("a server's words cannot move a terminal's cursor", "[control]") {
    const std::string bad = "a\x1b[2J";
    const std::string good = "a\\x1b[2J";
    const auto step = made_printable(engine::Step{engine::StepKind::enroll, bad, bad});
    CHECK(std::get<engine::Step>(step).template_name == good);
    CHECK(std::get<engine::Step>(step).ca == good);
    const auto event = made_printable(EventLine{bad, bad, 1, bad});
    CHECK(std::get<EventLine>(event).level == good);
    CHECK(std::get<EventLine>(event).source == good);
    CHECK(std::get<EventLine>(event).text == good);
    const auto result = made_printable(RunResult{1, bad + "\n" + bad + "\n", "{}\n"});
    CHECK(std::get<RunResult>(result).text == good + "\n" + good + "\n");
    CHECK(std::get<RunResult>(result).report == "{}\n");
    CHECK(std::get<RunResult>(made_printable(RunResult{})).text.empty());
    const auto refused = made_printable(Refused{{kBusy, bad, bad}});
    CHECK(std::get<Refused>(refused).error.context == good);
    CHECK(std::get<Refused>(refused).error.remedy == good);
    HostStatus status;
    status.state = status.running_trigger = bad;
    const auto told = made_printable(status);
    CHECK(std::get<HostStatus>(told).state == good);
    CHECK(std::get<HostStatus>(told).running_trigger == good);
}
