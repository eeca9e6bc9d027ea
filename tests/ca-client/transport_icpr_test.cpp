// ICertPassage as a transport: how it is found, how long an association is kept, and what an end in
// each place means.
#include "ca-client/transport_icpr.h"

#include "ca-client/rpc/endpoint_mapper.h"
#include "ca-client/wcce/cert_passage.h"
#include "engine/base/hresult_table.h"
#include "tests/ca-client/fake_ca.h"

#include <mutex>

#include <catch2/catch.hpp>

using namespace ae;
using namespace ae::ca;
using namespace ae::ca::test;

namespace {

using std::chrono::milliseconds;
using Act = Deed::Act;

const engine::CaRef kCa{"127.0.0.1", "Corp Issuing CA 1"};
const Bytes kOctets = {0x30, 0x03, 0x02, 0x01, 0x07};
constexpr milliseconds kLong{20000};  // so that waiting by mistake is noticed
constexpr std::uint32_t kNoSuchRequest = 0x80094004;

Bytes mapper_reply(const std::vector<std::uint16_t>& ports, Bytes handle = Bytes(20)) {
    const auto count = static_cast<std::uint32_t>(ports.size());
    NdrWriter out;
    out.octets(handle);
    out.u32(count);
    out.u32(8);
    out.u32(0);
    out.u32(count);
    for (std::uint32_t i = 0; i < count; ++i) {
        out.u32(3 + i);
    }
    for (const std::uint16_t port : ports) {
        Bytes tower = encode_tower(iface::kCertPassage);
        tower[64] = static_cast<std::uint8_t>(port >> 8);
        tower[65] = static_cast<std::uint8_t>(port);
        out.u32(static_cast<std::uint32_t>(tower.size()));
        out.u32(static_cast<std::uint32_t>(tower.size()));
        out.octets(tower);
    }
    out.u32(count == 0 ? 0x16C9A0D6 : 0);
    return out.take();
}

Bytes answer_of(std::uint32_t disposition, std::uint32_t returned = 0) {
    NdrWriter out;
    out.u32(77);
    out.u32(disposition);
    out.blob({});
    out.blob(disposition == 3 ? Bytes{0x30, 0x03, 0x02, 0x01, 0x05} : Bytes{});
    out.blob({});
    out.u32(returned);
    return out.take();
}

// The CA's host: the mapper names the exporter's port, which serves ICertPassage.
struct World {
    Asked submit() {
        return transport().ask(kCa, {.authority = kCa.name, .octets = kOctets}, kLong);
    }
    Asked retrieve(milliseconds limit = kLong) {
        return transport().ask(kCa, {.authority = kCa.name, .flags = kFormatNone, .request_id = 77},
                               limit);
    }
    CertRequestTransport& transport() {
        if (!made) {
            made = make_icpr_transport(
                {.timeouts = {kLong, kLong, kLong, kLong},
                 .log = [this](std::string_view line) { log.emplace_back(line); }},
                {.mapper_port = server.mapper_port(),
                 .security =
                     [this](const SecurityOptions& options) {
                         targets.push_back(options.target_host);
                         return std::make_unique<FakeSecurity>(2);
                     },
                 .now = [this] { return now; }});
        }
        return *made;
    }
    // The latest call of the CA itself.
    void says(Act act, std::uint32_t status = 0) {
        const std::lock_guard lock(guard);
        deed = {act, {}, status};
    }
    void says(Bytes stub) {
        const std::lock_guard lock(guard);
        deed = {Act::answer, std::move(stub)};
    }
    void maps(Bytes stub) {
        const std::lock_guard lock(guard);
        mapped = {Act::answer, std::move(stub)};
    }
    std::vector<Bytes> asked() {
        const std::lock_guard lock(guard);
        return stubs;
    }
    std::vector<std::uint16_t> asked_mapper() {
        const std::lock_guard lock(guard);
        return mapper_opnums;
    }

    Deed act_on(const Seen& seen) {
        const std::lock_guard lock(guard);
        if (seen.type != PacketType::request) {
            return {};
        }
        if (seen.place == Place::mapper) {
            mapper_opnums.push_back(seen.opnum);
            mapper_stubs.push_back(seen.stub);
            return mapped.act == Act::usual ? answer(mapper_reply({server.exporter_port()}))
                                            : mapped;
        }
        CHECK(seen.opnum == 0);
        stubs.push_back(seen.stub);
        return deed;
    }

    std::mutex guard{};
    Deed deed = answer(answer_of(3));
    Deed mapped{};
    std::vector<Bytes> stubs{};
    std::vector<Bytes> mapper_stubs{};
    std::vector<std::uint16_t> mapper_opnums{};
    FakeCa server{[this](const Seen& seen) { return act_on(seen); }};
    std::chrono::steady_clock::time_point now{};
    std::vector<std::string> log{};
    std::vector<std::string> targets{};
    std::unique_ptr<CertRequestTransport> made{};
};

std::string to_text(const Result<CertificateAnswer>& answer) {
    return answer ? "answered" : answer.error().sentence();
}

}  // namespace

TEST_CASE("the port comes from the mapper, the name of whoever listens there from the directory",
          "[icpr][transport][MS-ICPR:3.1.3]") {
    World world;
    const Asked asked = world.submit();
    INFO(to_text(asked.answer));
    REQUIRE(asked.answer);
    CHECK(asked.answer->request_id == 77);
    CHECK(asked.answer->method == AnswerMethod::older);
    // Both places had to prove the same name.
    CHECK(world.targets == std::vector<std::string>{"127.0.0.1", "127.0.0.1"});
    CHECK(world.mapper_stubs.at(0) == encode_ept_map(iface::kCertPassage));
    CHECK(world.asked().at(0) ==
          encode_cert_server_request({.authority = kCa.name, .octets = kOctets}));
    CHECK(world.log == std::vector<std::string>{
                           "ask 127.0.0.1\\Corp Issuing CA 1 through ICertPassage on 127.0.0.1:" +
                           std::to_string(world.server.exporter_port())});
}

TEST_CASE("an association serves several calls, for four minutes without one",
          "[icpr][transport][MS-ICPR:3.1.3]") {
    World world;
    REQUIRE(world.submit().answer);
    CHECK(world.server.connections() == 2);
    world.now += std::chrono::minutes(4) - milliseconds(1);
    REQUIRE(world.retrieve().answer);
    CHECK(world.server.connections() == 2);
    world.now += std::chrono::minutes(4) - milliseconds(1);
    REQUIRE(world.retrieve().answer);
    CHECK(world.server.connections() == 2);
    world.now += std::chrono::minutes(4);
    REQUIRE(world.retrieve().answer);
    CHECK(world.server.connections() == 4);
    world.transport().disconnect();
    REQUIRE(world.retrieve().answer);
    CHECK(world.server.connections() == 6);
}

TEST_CASE("a server that hung up meanwhile is connected to anew", "[icpr][transport]") {
    World world;
    REQUIRE(world.submit().answer);
    world.server.hang_up();
    const Asked asked = world.submit();
    INFO(to_text(asked.answer));
    CHECK(asked.answer);
    CHECK(world.server.connections() == 4);
    CHECK(world.asked().size() == 2);
}

TEST_CASE("a lost answer to a request may mean a certificate, to a retrieval nothing",
          "[icpr][transport][W7]") {
    World world;
    SECTION("on a new association") {
        world.says(Act::hang_up);
        const Asked submitted = world.submit();
        REQUIRE_FALSE(submitted.answer);
        CHECK(submitted.answer.error().code == kCallFailed);
        CHECK(submitted.may_have_acted);
        CHECK_FALSE(submitted.stale);
        const Asked retrieved = world.retrieve();
        CHECK_FALSE(retrieved.stale);  // it would end alike
    }
    SECTION("on one that had worked") {
        REQUIRE(world.submit().answer);
        world.says(Act::hang_up);
        const Asked retrieved = world.retrieve();
        CHECK(retrieved.stale);
        world.says(answer_of(3));
        REQUIRE(world.retrieve().answer);
        world.says(Act::hang_up);
        const Asked submitted = world.submit();
        CHECK(submitted.may_have_acted);
        CHECK_FALSE(submitted.stale);
    }
    SECTION("after a silence") {
        REQUIRE(world.submit().answer);
        world.says(Act::silence);
        const Asked late = world.retrieve(milliseconds(200));
        REQUIRE_FALSE(late.answer);
        CHECK_FALSE(late.stale);
    }
    SECTION("an answer that nobody can read") {
        world.says(Bytes{1, 2, 3});
        const Asked unreadable = world.submit();
        REQUIRE_FALSE(unreadable.answer);
        CHECK(unreadable.answer.error().code == kInvalidData);
        CHECK(unreadable.may_have_acted);
        world.says(answer_of(3));
        CHECK(world.submit().answer);
        CHECK(world.server.connections() == 4);  // that server is not trusted with more
    }
}

TEST_CASE("a fault says whether the request ran", "[icpr][transport][W7]") {
    World world;
    world.says(Act::fault, 0x6F7);
    const Asked refused = world.submit();
    REQUIRE_FALSE(refused.answer);
    CHECK(refused.answer.error().code == hresult(0x800706F7));
    CHECK(refused.answer.error().context.find("CertServerRequest on 127.0.0.1:") == 0);
    CHECK(refused.may_have_acted);
    world.says(Act::fault_not_executed, 0x6F7);
    CHECK_FALSE(world.submit().may_have_acted);
    world.says(Act::fault, 5);  // no method runs before the runtime's own access check
    CHECK_FALSE(world.submit().may_have_acted);
    world.says(answer_of(3));
    CHECK(world.submit().answer);  // a fault ends no association
    CHECK(world.server.connections() == 2);
}

TEST_CASE("a CA that the mapper does not know is not there", "[icpr][transport]") {
    World world;
    world.maps(mapper_reply({}));
    const Asked asked = world.submit();
    REQUIRE_FALSE(asked.answer);
    CHECK(asked.answer.error().code == kEndpointNotRegistered);
    CHECK(asked.answer.error().context.find("look up ICertPassage on 127.0.0.1:") == 0);
    CHECK_FALSE(asked.may_have_acted);
    CHECK_FALSE(asked.stale);
    CHECK(world.asked().empty());
}

TEST_CASE("the first port that can be reached is taken", "[icpr][transport]") {
    World world;
    world.maps(mapper_reply({1, world.server.exporter_port()}));
    CHECK(world.submit().answer);
    World none;
    none.maps(mapper_reply({1}));
    const Asked asked = none.submit();
    REQUIRE_FALSE(asked.answer);
    CHECK(asked.answer.error().code == kServerUnavailable);
    CHECK(asked.answer.error().context.find("connect to ICertPassage on 127.0.0.1:1: ") == 0);
}

TEST_CASE("a mapper that lies ends the attempt", "[icpr][transport][hostile]") {
    World world;
    world.maps(Bytes(60, 0xFF));
    const Asked asked = world.submit();
    REQUIRE_FALSE(asked.answer);
    CHECK(asked.answer.error().code == kInvalidData);
    CHECK_FALSE(asked.may_have_acted);
}

TEST_CASE("a search that the mapper holds open is closed", "[icpr][transport][MS-RPCE:2.2.1.2.5]") {
    World world;
    Bytes handle(20);
    handle[4] = 9;
    world.maps(mapper_reply({world.server.exporter_port()}, handle));
    REQUIRE(world.submit().answer);
    CHECK(world.asked_mapper() == std::vector<std::uint16_t>{3, 4});
    World plain;
    REQUIRE(plain.submit().answer);
    CHECK(plain.asked_mapper() == std::vector<std::uint16_t>{3});
}

TEST_CASE("the sign of life is a request that nobody has made", "[icpr][ping]") {
    struct Row {
        std::uint32_t returned;
        std::uint32_t disposition;
        std::uint32_t expected;
    };
    const auto row = GENERATE(values<Row>({
        {kNoSuchRequest, 0, 0},
        {0, kNoSuchRequest, 0},
        {0x80070057, 0, 0x80070057},  // another name than the CA's
        {0x800706BA, 0, 0x800706BA},  // ICertPassage is switched off
        {0x80094006, 0, 0x80094006},
        {0, 5, 0x8000FFFF},  // a CA that says so of request 4294967295 cannot be believed
        {0, 3, 0x8000FFFF},
    }));
    CAPTURE(to_hex(hresult(row.returned)), row.disposition);
    World world;
    world.says(answer_of(row.disposition, row.returned));
    const Done served = world.transport().ping(kCa);
    CHECK(to_hex(served ? kOk : served.error().code) == to_hex(hresult(row.expected)));
    const auto stubs = world.asked();
    REQUIRE(stubs.size() == 1);
    CHECK(stubs[0] == encode_cert_server_request(
                          {.authority = kCa.name, .flags = kFormatNone, .request_id = 0xFFFFFFFF}));
}

TEST_CASE("a sign of life that is lost is a server that is away", "[icpr][ping]") {
    World world;
    world.says(Act::hang_up);
    const Done served = world.transport().ping(kCa);
    REQUIRE_FALSE(served);
    CHECK(served.error().code == kServerUnavailable);
}

TEST_CASE("ICertPassage has no properties", "[icpr][transport]") {
    World world;
    CHECK(world.transport().property(kCa, {}).error().code == kNotSupported);
    CHECK(world.transport().property_info(kCa).error().code == kNotSupported);
    CHECK(world.server.connections() == 0);
}
