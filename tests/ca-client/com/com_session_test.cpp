// One object per CA, asked several times; and what it tells of itself.
#include "engine/base/hresult_table.h"
#include "engine/base/text.h"
#include "tests/ca-client/com/com_world.h"
#include "tests/support/fake_crypto.h"

#include <stop_token>
#include <thread>

#include <catch2/catch.hpp>

using namespace ae;
using namespace ae::ca;
using namespace ae::test;
using namespace std::chrono_literals;

namespace {

constexpr auto kPatience = 60s;

CertificateRequest call_to(const ComWorld& world, std::uint32_t flags = kFormatPkcs10) {
    return {.authority = world.ca.name, .flags = flags};
}

Script on_older_interface(Script script = {}) {
    script.offers = Offers::first_interface_only;
    return script;
}

}  // namespace

TEST_CASE("one activation serves every call of a pulse", "[com][session]") {
    ComWorld world;
    auto transport = world.transport();
    world.play({.disposition = 5, .request_id = 1});
    REQUIRE(transport->ask(world.ca, call_to(world), kPatience).answer);
    world.play({.result = 0x80094012, .request_id = 2});  // a denial harms no object
    REQUIRE(transport->ask(world.ca, call_to(world), kPatience).answer);
    world.play({.value = {1, 2, 3, 4}, .count = 1});
    CHECK(transport->property(world.ca, {.id = 0x22, .type = PropertyType::integer}));
    CHECK(transport->property_info(world.ca));
    CHECK(transport->ping(world.ca));
    CHECK(world.heard("activated").size() == 1);
    CHECK(world.heard("released").empty());
    CHECK(world.log.size() == 1);  // "ask ... through ICertRequestD2", once

    SECTION("and is given back when it is asked for") {
        transport->disconnect();
        CHECK(world.waits_for("released", 1));
        CHECK(transport->ping(world.ca));
        CHECK(world.heard("activated").size() == 2);
        transport->disconnect();
        transport->disconnect();  // nothing left: nothing happens
        CHECK(world.waits_for("released", 2));
        CHECK(world.log.size() == 2);
    }
    SECTION("and is given back with the transport") {
        transport.reset();
        CHECK(world.waits_for("released", 1));
    }
}

TEST_CASE("each CA has an object of its own", "[com][session]") {
    ComWorld world;
    const auto transport = world.transport();
    const engine::CaRef other{"ca2.corp.example.test", "Corp Issuing CA 2"};
    for (int round = 0; round < 2; ++round) {
        CHECK(transport->ping(world.ca));
        CHECK(transport->ping(other));
    }
    CHECK(world.heard("activated").size() == 2);
}

TEST_CASE("an object that nobody asked for long is given back before the next call",
          "[com][session]") {
    ComWorld world;
    ComOptions com = ComWorld::local();
    com.idle = 0ms;
    const auto transport = world.transport(com);
    CHECK(transport->ping(world.ca));
    CHECK(transport->ping(world.ca));
    CHECK(world.heard("activated").size() == 2);
    CHECK(world.waits_for("released", 1));
}

TEST_CASE("a call without an answer ends the session, and the next one begins another",
          "[com][session]") {
    ComWorld world;
    const auto transport = world.transport();
    REQUIRE(transport->ping(world.ca));
    world.play({.result = 0x800706BE});  // RPC_S_CALL_FAILED in the method's place
    CHECK_FALSE(transport->ask(world.ca, call_to(world), kPatience).answer);
    CHECK(world.waits_for("released", 1));
    world.play({.disposition = 5, .request_id = 1});
    CHECK(transport->ask(world.ca, call_to(world), kPatience).answer);
    CHECK(world.heard("activated").size() == 2);
}

TEST_CASE("a kept object whose server does not answer for it any more asks for another",
          "[com][session][W7]") {
    ComWorld world;
    const auto transport = world.transport();
    REQUIRE(transport->ping(world.ca));
    struct Row {
        std::uint32_t said;
        bool stale;
    };
    // Not run, for want of a server; refused; and perhaps run.
    for (const Row& row : {Row{0x800706BA, true}, Row{0x800706BF, true}, Row{0x80070005, false},
                           Row{0x800706BE, false}}) {
        INFO(std::hex << row.said);
        world.play({});
        REQUIRE(transport->ping(world.ca));
        world.play({.result = row.said});
        CHECK(transport->ask(world.ca, call_to(world), kPatience).stale == row.stale);
    }
}

TEST_CASE("a harmless call is made once more on a new object, and not twice", "[com][session]") {
    ComWorld world;
    const auto transport = world.transport();
    REQUIRE(transport->ping(world.ca));
    world.play({.result = 0x800706BE});
    const auto value = transport->property(world.ca, {.id = 6});
    REQUIRE_FALSE(value);
    CHECK(value.error().code == kServerUnavailable);  // nothing can have been lost at the CA
    CHECK(world.heard("GetCAProperty").size() == 2);
    CHECK(world.heard("activated").size() == 2);
}

TEST_CASE("a CA that starts anew between two calls is found again", "[com][session]") {
    ComWorld world;
    const auto transport = world.transport();
    REQUIRE(transport->ping(world.ca));
    world.play({.call = WhenCalled::crashes});
    CHECK_FALSE(transport->ask(world.ca, call_to(world), kPatience).answer);
    world.play({});
    CHECK(transport->ping(world.ca));
    CHECK(world.heard("up").size() == 2);
}

TEST_CASE("a property crosses COM unchanged, whatever its type", "[com][MS-WCCE:3.2.1.4.3.2]") {
    struct Row {
        PropertyQuery query;
        std::uint32_t type;
        Bytes value;
    };
    ComWorld world;
    const auto transport = world.transport();
    const Bytes name{0x43, 0, 0x41, 0, 0, 0};
    for (const Row& row : {
             Row{{.id = 0x06, .type = PropertyType::text}, 4, name},
             Row{{.id = 0x22, .index = 1, .type = PropertyType::integer}, 1, {0, 0, 0, 0}},
             Row{{.id = 0x0A, .type = PropertyType::integer}, 1, octets_of(40)},  // a CAINFO
             Row{{.id = 0x0C, .index = 0xFFFFFFFF, .type = PropertyType::binary},
                 3,
                 octets_of(70'001)},
             Row{{.id = 0x1D, .type = PropertyType::text}, 4, {}},
         }) {
        INFO(std::hex << row.query.id);
        world.play({.value = row.value});
        const auto value = transport->property(world.ca, row.query);
        REQUIRE(value);
        CHECK(*value == row.value);
        const auto heard = world.heard("GetCAProperty").back();
        CHECK(heard["authority"] == world.ca.name);
        CHECK(heard["id"] == row.query.id);
        CHECK(heard["index"].get<std::int32_t>() == static_cast<std::int32_t>(row.query.index));
        CHECK(heard["type"] == row.type);
    }
    CHECK(world.heard("GetCACert").empty());
}

TEST_CASE("a property that the CA does not have is the CA's own code",
          "[com][MS-WCCE:3.2.1.4.3.2]") {
    ComWorld world;
    const auto transport = world.transport();
    world.play({.result = 0x80070057});
    const auto value = transport->property(world.ca, {.id = 0x99});
    REQUIRE_FALSE(value);
    CHECK(value.error().code == kInvalidArgument);
    CHECK(value.error().context == "the certification authority did not give the property");
    const auto list = transport->property_info(world.ca);
    REQUIRE_FALSE(list);
    CHECK(list.error().code == kInvalidArgument);
    CHECK(world.heard("activated").size() == 1);
}

TEST_CASE("a value beyond the limit is none", "[com][MS-WCCE:2.2.2.2]") {
    ComWorld world;
    const auto transport = world.transport();
    const std::uint32_t most = std::uint32_t{8} << 20;
    world.play({.padding = most});
    const auto whole = transport->property(world.ca, {.id = 0x0C, .type = PropertyType::binary});
    REQUIRE(whole);
    CHECK(whole->size() == most);
    world.play({.padding = most + 1});
    const auto value = transport->property(world.ca, {.id = 0x0C, .type = PropertyType::binary});
    REQUIRE_FALSE(value);
    CHECK(value.error().code == kInvalidData);
}

TEST_CASE("the list of properties crosses COM with their number", "[com][MS-WCCE:3.2.1.4.3.3]") {
    ComWorld world;
    world.play({.value = octets_of(96), .count = 6});
    const auto list = world.transport()->property_info(world.ca);
    REQUIRE(list);
    CHECK(list->count == 6);
    CHECK(list->octets == octets_of(96));
    REQUIRE(world.heard("GetCAPropertyInfo").size() == 1);
    CHECK(world.heard("GetCAPropertyInfo")[0]["authority"] == world.ca.name);
}

TEST_CASE("a CA with the older interface is asked by GetCACert", "[com][MS-WCCE:3.2.1.4.2.2]") {
    ComWorld world;
    const auto transport = world.transport();
    world.play(on_older_interface({.value = octets_of(40)}));
    const auto value =
        transport->property(world.ca, {.id = 0x0C, .index = 2, .type = PropertyType::binary});
    REQUIRE(value);
    CHECK(*value == octets_of(40));
    const auto calls = world.heard("GetCACert");
    REQUIRE(calls.size() == 1);
    CHECK(calls[0]["authority"] == world.ca.name);
    CHECK(calls[0]["selector"] == 0x63740002);

    // What it has no selector for is not asked at all, and the object is none the worse.
    const auto list = transport->property_info(world.ca);
    REQUIRE_FALSE(list);
    CHECK(list.error().code == kNotSupported);
    const auto templates = transport->property(world.ca, {.id = 0x1D});
    REQUIRE_FALSE(templates);
    CHECK(templates.error().code == kNotSupported);
    CHECK(world.heard("GetCACert").size() == 1);
    CHECK(world.heard("activated").size() == 1);
}

TEST_CASE("the older interface is never asked for an answer in full",
          "[com][MS-WCCE:3.2.1.4.3.1.1]") {
    ComWorld world;
    const auto transport = world.transport();
    world.play({.disposition = 5, .request_id = 1});
    Asked asked = transport->ask(world.ca, call_to(world, kFormatCmc | kFullResponse), kPatience);
    REQUIRE(asked.answer);
    CHECK(asked.answer->method == AnswerMethod::request2);
    REQUIRE(world.heard("Request2").size() == 1);
    CHECK(world.heard("Request2")[0]["flags"] == 0x40400);

    transport->disconnect();
    world.play(on_older_interface({.disposition = 5, .request_id = 1}));
    asked = transport->ask(world.ca, call_to(world, kFormatCmc | kFullResponse), kPatience);
    REQUIRE(asked.answer);
    CHECK(asked.answer->method == AnswerMethod::older);
    REQUIRE(world.heard("Request").size() == 1);
    CHECK(world.heard("Request")[0]["flags"] == 0x400);
}

TEST_CASE("a stop ends a request that waits, which may have been done", "[com][stop][W7]") {
    ComWorld world;
    std::stop_source stop;
    world.options.stop = stop.get_token();
    ComOptions com = ComWorld::local();
    com.grace = 200ms;
    world.options.timeouts.after_stop = 200ms;
    const auto transport = world.transport(com);
    REQUIRE(transport->ping(world.ca));  // COM cannot be stopped before it has an object
    world.play({.call = WhenCalled::hangs});
    std::jthread stopper([&] {
        if (world.waits_for("Request2", 1)) {
            stop.request_stop();
        }
    });
    const Asked asked = transport->ask(world.ca, call_to(world), kPatience);
    REQUIRE_FALSE(asked.answer);
    CHECK(asked.answer.error().code == kOperationAborted);
    CHECK(asked.may_have_acted);
    CHECK_FALSE(asked.stale);

    // From then on nobody is asked.
    const auto value = transport->property(world.ca, {.id = 6});
    REQUIRE_FALSE(value);
    CHECK(value.error().code == kOperationAborted);
    CHECK(world.heard("GetCAProperty").empty());
    world.release();
    CHECK(world.waits_for("released", 1));
}

TEST_CASE("after a stop what is held is still given back", "[com][stop]") {
    ComWorld world;
    std::stop_source stop;
    world.options.stop = stop.get_token();
    auto transport = world.transport();
    REQUIRE(transport->ping(world.ca));
    stop.request_stop();
    const Asked asked = transport->ask(world.ca, call_to(world), kPatience);
    REQUIRE_FALSE(asked.answer);
    CHECK(asked.answer.error().code == kOperationAborted);
    CHECK_FALSE(asked.may_have_acted);
    CHECK(world.heard("Request2").empty());
    CHECK(world.heard("released").empty());
    transport.reset();
    CHECK(world.waits_for("released", 1));
}
