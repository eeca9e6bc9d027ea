// Sessions of the client with a CA: what they cost, how long they live, and what an end in each
// place means.
#include "ca-client/transport_dcom.h"

#include "engine/base/hresult_table.h"
#include "engine/base/text.h"
#include "tests/ca-client/fake_ca.h"

#include <future>

#include <catch2/catch.hpp>

using namespace ae;
using namespace ae::ca;
using namespace ae::ca::test;

namespace {

using std::chrono::milliseconds;
using Calls = std::vector<std::string>;

const engine::CaRef kCa{"127.0.0.1", "Corp Issuing CA 1"};
const Bytes kOctets = {0x30, 0x03, 0x02, 0x01, 0x07};
const PropertyQuery kNameQuery{.id = property::kCaName, .type = PropertyType::text};

// Long enough for a busy machine, so that a test which waits for it by mistake is noticed.
constexpr Timeouts kTimeouts{.connect = milliseconds(20000),
                             .leg = milliseconds(20000),
                             .call = milliseconds(20000),
                             .request = milliseconds(20000),
                             .after_stop = milliseconds(200)};
constexpr milliseconds kSoon{200};

struct World {
    explicit World(FakeCa::Behaviour behaviour = {},
                   FakeCa::Interfaces interfaces = FakeCa::Interfaces::both)
        : server(std::move(behaviour), interfaces) {}

    CertRequestTransport& transport() {
        if (!made) {
            made = make_dcom_transport(
                {.timeouts = timeouts,
                 .log = [this](std::string_view line) { log.emplace_back(line); },
                 .stop = stop.get_token()},
                {.mapper_port = server.mapper_port(),
                 // Two steps, as Kerberos takes.
                 .security =
                     [](const SecurityOptions&) { return std::make_unique<FakeSecurity>(2); },
                 .now = [this] { return now; }});
        }
        return *made;
    }
    Asked submit() {
        return transport().ask(kCa, {.authority = kCa.name, .octets = kOctets}, timeouts.request);
    }
    Asked retrieve() {
        return transport().ask(kCa, {.authority = kCa.name, .flags = kFormatNone, .request_id = 77},
                               timeouts.call);
    }
    bool logged(std::string_view part) const {
        return std::ranges::any_of(
            log, [&](const std::string& line) { return line.find(part) != std::string::npos; });
    }

    FakeCa server;
    Timeouts timeouts = kTimeouts;
    std::stop_source stop{};
    std::chrono::steady_clock::time_point now{};
    std::vector<std::string> log{};
    std::unique_ptr<CertRequestTransport> made{};
};

bool is_call(const Seen& seen) { return seen.is(Place::exporter, PacketType::request); }

}  // namespace

TEST_CASE("from connect to certificate at most nine round trips, then one for each call",
          "[transport][cost]") {
    World world;
    REQUIRE(world.submit().answer);
    // Two connections, each with a bind and the second leg; activation; Request2.
    CHECK(world.server.round_trips() == 8);
    CHECK(world.logged("after 7 round trips on 2 connections"));
    REQUIRE(world.submit().answer);
    CHECK(world.server.round_trips() == 9);
    REQUIRE(world.retrieve().answer);
    CHECK(world.server.round_trips() == 10);
    world.transport().disconnect();
    CHECK(world.logged("leave 127.0.0.1 after 10 round trips on 2 connections"));
    CHECK(world.server.round_trips() == 12);  // IRemUnknown, and what goes back through it
}

TEST_CASE("one activation serves every method, and the references go back at the end",
          "[transport][session][MS-DCOM:3.1.1.5.6.1.3]") {
    World world;
    CHECK(world.transport().ping(kCa));
    REQUIRE(world.submit().answer);
    CHECK(world.transport().property(kCa, kNameQuery));
    CHECK(world.server.activations() == 1);
    world.transport().disconnect();
    CHECK(world.server.calls() == Calls{"Ping2", "Request2", "GetCAProperty", "RemRelease"});
    // ORPCTHIS, the count, max_count, and two references of 24 octets.
    CHECK(world.server.stubs_of("RemRelease").at(0).size() == 32 + 8 + 2 * 24);

    CHECK(world.transport().ping(kCa));
    CHECK(world.server.activations() == 2);
    world.made.reset();  // as at the end of the process
    CHECK(world.server.stubs_of("RemRelease").size() == 2);
}

TEST_CASE("an object is used for four minutes and then replaced", "[transport][session]") {
    World world;
    REQUIRE(world.submit().answer);
    world.now += std::chrono::minutes(4) - milliseconds(1);
    REQUIRE(world.submit().answer);
    CHECK(world.server.activations() == 1);
    world.now += milliseconds(1);
    REQUIRE(world.submit().answer);
    CHECK(world.server.activations() == 2);
    CHECK(world.server.calls() == Calls{"Request2", "Request2", "RemRelease", "Request2"});
}

TEST_CASE("a connection that the CA closed meanwhile is noticed before anything goes out",
          "[transport][session]") {
    World world;
    REQUIRE(world.submit().answer);
    world.server.hang_up();
    const Asked asked = world.submit();
    REQUIRE(asked.answer);
    CHECK(world.server.activations() == 2);
    CHECK(world.server.calls() == Calls{"Request2", "Request2"});
}

TEST_CASE("a CA without ICertRequestD2 is asked through the older interface",
          "[transport][MS-WCCE:3.1.1.4.3]") {
    World world({}, FakeCa::Interfaces::older);
    auto asked = world.transport().ask(
        kCa, {.authority = kCa.name, .flags = kFormatCmc | kFullResponse, .octets = kOctets},
        kTimeouts.request);
    REQUIRE(asked.answer);
    CHECK(asked.answer->method == AnswerMethod::older);
    // dwFlags come first, without the bit that only Request2 knows.
    CHECK(to_hex(ByteView(world.server.stubs_of("Request").at(0)).subspan(32, 4)) == "00040000");
    CHECK(world.transport().ping(kCa));
    CHECK(world.transport().property(kCa, kNameQuery));
    const auto templates =
        world.transport().property(kCa, {.id = property::kTemplates, .type = PropertyType::text});
    REQUIRE_FALSE(templates);
    CHECK(templates.error().code == kNotSupported);
    const auto list = world.transport().property_info(kCa);
    REQUIRE_FALSE(list);
    CHECK(list.error().code == kNotSupported);
    CHECK(world.server.calls() == Calls{"Request", "Ping", "GetCACert"});
}

TEST_CASE("Request2 asks for the full answer where it was wanted", "[transport]") {
    World world;
    auto asked = world.transport().ask(
        kCa, {.authority = "A", .flags = kFormatCmc | kFullResponse, .octets = kOctets},
        kTimeouts.request);
    REQUIRE(asked.answer);
    CHECK(asked.answer->method == AnswerMethod::request2);
    // ORPCTHIS, the authority's referent, three counts and two characters, then the flags.
    CHECK(to_hex(ByteView(world.server.stubs_of("Request2").at(0)).subspan(52, 4)) == "00040400");
}

TEST_CASE("the CA's own word ends a call and not the session", "[transport][session]") {
    World world([](const Seen& seen) {
        return is_call(seen) && seen.opnum == opnum::kGetCaProperty
                   ? answer(property_reply({}, 0x80070057))
                   : Deed{};
    });
    const auto value = world.transport().property(kCa, kNameQuery);
    REQUIRE_FALSE(value);
    CHECK(value.error().code == kInvalidArgument);
    CHECK(world.transport().ping(kCa));
    CHECK(world.server.activations() == 1);
}

TEST_CASE("a fault ends a call and not the session", "[transport][session]") {
    World world([](const Seen& seen) {
        return is_call(seen) && seen.opnum == opnum::kRequest2
                   ? Deed{Deed::Act::fault_not_executed, {}, 5}
                   : Deed{};
    });
    const Asked asked = world.submit();
    REQUIRE_FALSE(asked.answer);
    CHECK(asked.answer.error().code == kAccessDenied);
    CHECK_FALSE(asked.may_have_acted);
    CHECK_FALSE(asked.stale);
    CHECK(world.transport().ping(kCa));
    CHECK(world.server.activations() == 1);
}

TEST_CASE("an object that is gone is activated anew where nothing was run",
          "[transport][session][MS-DCOM:3.1.1.5.6]") {
    struct Row {
        Deed::Act act;
        std::uint32_t status;
        bool stale;           // of a new request
        bool may_have_acted;  // likewise
    };
    for (const Row& row : {Row{Deed::Act::fault_not_executed, 0x80010108, true, false},
                           Row{Deed::Act::fault_not_executed, 0x80010114, true, false},
                           Row{Deed::Act::fault, 0x80010108, false, true}}) {
        CAPTURE(row.status);
        World world([&](const Seen& seen) {
            return is_call(seen) && seen.context == 0 ? Deed{row.act, {}, row.status} : Deed{};
        });
        const Asked asked = world.submit();
        REQUIRE_FALSE(asked.answer);
        CHECK(asked.stale == row.stale);
        CHECK(asked.may_have_acted == row.may_have_acted);
        CHECK(world.retrieve().stale);  // which runs nothing that could hurt twice
        // Tried once more by the transport itself, and no more.
        const unsigned before = world.server.activations();
        CHECK_FALSE(world.transport().ping(kCa));
        CHECK(world.server.activations() == before + 2);
    }
}

TEST_CASE("a CA that hangs up over a call on a session that worked", "[transport][session][W7]") {
    int calls = 0;
    World world([&calls](const Seen& seen) {
        return is_call(seen) && ++calls == 2 ? Deed{Deed::Act::hang_up} : Deed{};
    });
    REQUIRE(world.submit().answer);
    SECTION("a new request may have been run") {
        const Asked asked = world.submit();
        REQUIRE_FALSE(asked.answer);
        CHECK(asked.answer.error().code == kCallFailed);
        CHECK(asked.may_have_acted);
        CHECK_FALSE(asked.stale);
    }
    SECTION("a retrieval is repeated") {
        CHECK(world.retrieve().stale);
        CHECK(world.retrieve().answer);
        CHECK(world.server.activations() == 2);
    }
    SECTION("a property is read all the same") {
        CHECK(world.transport().property(kCa, kNameQuery));
        CHECK(world.server.activations() == 2);
    }
}

TEST_CASE("a CA that hangs up over the first call would do so again", "[transport][session]") {
    World world([](const Seen& seen) { return is_call(seen) ? Deed{Deed::Act::hang_up} : Deed{}; });
    const Asked asked = world.retrieve();
    REQUIRE_FALSE(asked.answer);
    CHECK_FALSE(asked.stale);
    const auto value = world.transport().property(kCa, kNameQuery);
    REQUIRE_FALSE(value);
    CHECK(value.error().code == kServerUnavailable);
    CHECK(world.server.activations() == 2);
}

TEST_CASE("an answer that nobody can read ends the session", "[transport][hostile][W7]") {
    World world([](const Seen& seen) {
        return is_call(seen) && seen.context == 0 ? answer({1, 2, 3}) : Deed{};
    });
    const Asked asked = world.submit();
    REQUIRE_FALSE(asked.answer);
    CHECK(asked.answer.error().code == kInvalidData);
    CHECK(asked.may_have_acted);
    CHECK_FALSE(world.transport().ping(kCa));
    CHECK_FALSE(world.transport().property(kCa, kNameQuery));
    CHECK_FALSE(world.transport().property_info(kCa));
    CHECK(world.server.activations() == 4);
}

TEST_CASE("a CA that falls silent costs its deadline once", "[transport][deadline]") {
    struct Row {
        Place place;
        PacketType type;
        bool may_have_acted;
    };
    for (const Row& row : {Row{Place::mapper, PacketType::bind, false},
                           Row{Place::mapper, PacketType::alter_context, false},
                           Row{Place::mapper, PacketType::request, false},
                           Row{Place::exporter, PacketType::bind, false},
                           Row{Place::exporter, PacketType::alter_context, false},
                           Row{Place::exporter, PacketType::request, true}}) {
        CAPTURE(static_cast<int>(row.place), static_cast<int>(row.type));
        World world([&](const Seen& seen) {
            return seen.is(row.place, row.type) ? Deed{Deed::Act::silence} : Deed{};
        });
        world.timeouts.leg = kSoon;
        world.timeouts.call = kSoon;
        world.timeouts.request = kSoon;
        const Asked asked = world.submit();
        REQUIRE_FALSE(asked.answer);
        CHECK(asked.answer.error().code == (row.may_have_acted ? kCallFailed : kServerUnavailable));
        CHECK(asked.answer.error().context.find("timed out") != std::string::npos);
        CHECK(asked.may_have_acted == row.may_have_acted);
        CHECK_FALSE(asked.stale);  // the same once more
        CHECK(world.server.connections() == (row.place == Place::mapper ? 1 : 2));
        world.transport().disconnect();  // has nothing that it could give back
        CHECK(world.server.stubs_of("RemRelease").empty());
    }
}

TEST_CASE("a retrieval that a silent CA leaves unanswered is not repeated",
          "[transport][deadline]") {
    int calls = 0;
    World world([&calls](const Seen& seen) {
        return is_call(seen) && ++calls > 1 ? Deed{Deed::Act::silence} : Deed{};
    });
    world.timeouts.call = kSoon;
    REQUIRE(world.submit().answer);
    const Asked asked = world.retrieve();
    REQUIRE_FALSE(asked.answer);
    CHECK_FALSE(asked.stale);
}

TEST_CASE("an exporter that is not at its place is looked for once more", "[transport]") {
    World world([](const Seen& seen) {
        return seen.is(Place::exporter, PacketType::bind) ? Deed{Deed::Act::hang_up} : Deed{};
    });
    const Asked asked = world.submit();
    REQUIRE_FALSE(asked.answer);
    CHECK(asked.answer.error().code == kServerUnavailable);
    CHECK(asked.stale);
    CHECK_FALSE(asked.may_have_acted);
}

TEST_CASE("a stop ends whatever waits", "[transport][stop]") {
    SECTION("before anything") {
        World world;
        world.stop.request_stop();
        const Asked asked = world.submit();
        REQUIRE_FALSE(asked.answer);
        CHECK(asked.answer.error().code == kOperationAborted);
        CHECK(asked.answer.error().context ==
              "activate on 127.0.0.1:" + std::to_string(world.server.mapper_port()) +
                  ": connect: stopped on request");
        CHECK_FALSE(asked.may_have_acted);
    }
    struct Row {
        Place place;
        PacketType type;
        bool may_have_acted;
    };
    for (const Row& row : {Row{Place::mapper, PacketType::bind, false},
                           Row{Place::mapper, PacketType::request, false},
                           Row{Place::exporter, PacketType::bind, false},
                           Row{Place::exporter, PacketType::request, true}}) {
        CAPTURE(static_cast<int>(row.place), static_cast<int>(row.type));
        World* told = nullptr;
        World world([&](const Seen& seen) {
            if (!seen.is(row.place, row.type)) {
                return Deed{};
            }
            told->stop.request_stop();
            return Deed{Deed::Act::silence};
        });
        told = &world;
        const Asked asked = world.submit();
        REQUIRE_FALSE(asked.answer);
        CHECK(asked.answer.error().code == kOperationAborted);
        CHECK(asked.answer.error().context.find("stopped on request") != std::string::npos);
        CHECK(asked.may_have_acted == row.may_have_acted);  // W7
        CHECK_FALSE(asked.stale);
    }
}

TEST_CASE("a run that is to end waits a little for the answer to what went out",
          "[transport][stop][W7]") {
    World* told = nullptr;
    World world([&](const Seen& seen) {
        if (is_call(seen)) {
            told->stop.request_stop();
        }
        return Deed{};
    });
    told = &world;
    world.timeouts.after_stop = std::chrono::seconds(30);
    const Asked asked = world.submit();
    CHECK(asked.answer);
}

TEST_CASE("a Kerberos library that waits for a domain controller has the time of a leg",
          "[transport][deadline]") {
    std::promise<void> dc_answers;
    std::shared_future<void> answered = dc_answers.get_future().share();
    World world;
    world.timeouts.leg = kSoon;
    auto slow = make_dcom_transport(
        {.timeouts = world.timeouts},
        {.mapper_port = world.server.mapper_port(), .security = [answered](const SecurityOptions&) {
             answered.wait();
             return std::make_unique<FakeSecurity>(2);
         }});
    const auto pinged = slow->ping(kCa);
    dc_answers.set_value();
    REQUIRE_FALSE(pinged);
    CHECK(pinged.error().code == kNoKdc);
    CHECK(pinged.error().context.find("take the Kerberos credential: no answer in time") !=
          std::string::npos);
    CHECK_FALSE(pinged.error().remedy.empty());
}
