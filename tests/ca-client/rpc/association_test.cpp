#include "ca-client/rpc/association.h"

#include "engine/base/hresult_table.h"
#include "tests/ca-client/rpc/scripted_server.h"
#include "tests/ca-client/vectors.h"

#include <catch2/catch.hpp>

using namespace ae;
using namespace ae::ca;
using namespace ae::ca::test;

namespace {

using Milliseconds = std::chrono::milliseconds;

// V2 with another type, call and flags; with security also a trailer and a token.
Bytes ack(PacketType type, std::uint8_t call_id, std::uint8_t flags) {
    Bytes packet = vectors::kBindAck;
    packet[2] = static_cast<std::uint8_t>(type);
    packet[3] = flags;
    packet[12] = call_id;
    return packet;
}
Bytes secure_ack(PacketType type, std::uint8_t call_id, std::uint8_t flags = 0x07) {
    Bytes packet = ack(type, call_id, flags);
    const Bytes trailer = *from_hex("09060000 01000000 cd");
    packet.insert(packet.end(), trailer.begin(), trailer.end());
    packet[8] = static_cast<std::uint8_t>(packet.size());
    packet[10] = 1;
    return packet;
}
Bytes response(std::uint8_t call_id, std::uint8_t flags, std::string_view stub_hex) {
    Bytes packet = *from_hex("05000200 10000000 00000000 00000000 00000000 00000000");
    const Bytes stub = *from_hex(stub_hex);
    packet.insert(packet.end(), stub.begin(), stub.end());
    packet[3] = flags;
    packet[8] = static_cast<std::uint8_t>(packet.size());
    packet[12] = call_id;
    return packet;
}
Bytes sealed_response(std::uint8_t call_id, std::uint8_t flags, std::string_view stub_hex,
                      std::uint8_t context_id = 1) {
    Bytes packet = response(call_id, flags, stub_hex);
    const Bytes trailer = *from_hex("09060000 01000000");
    packet.insert(packet.end(), trailer.begin(), trailer.end());
    packet[packet.size() - 4] = context_id;
    packet.resize(packet.size() + kFakeTokenSize);
    packet[8] = static_cast<std::uint8_t>(packet.size());
    packet[10] = kFakeTokenSize;
    flip(packet);
    return packet;
}
Bytes fault(std::uint8_t call_id) {
    Bytes packet = vectors::kFault;
    packet[12] = call_id;
    return packet;
}

const Timeouts kShort{.connect = Milliseconds(2000), .leg = Milliseconds(2000)};

Result<Association> connected(const ScriptedServer& server, const Timeouts& timeouts = kShort) {
    return Association::connect("127.0.0.1", server.port(), timeouts);
}

std::unique_ptr<SecurityContext> fake(int legs = 1) { return std::make_unique<FakeSecurity>(legs); }

// Binds with security and makes one call; call ids are 1 and 2.
struct Outcome {
    Result<Bytes> reply;
    bool went_out = false;
    FaultSaid said{};
};
Outcome ask(std::vector<Answer> after_bind, Milliseconds timeout = Milliseconds(5000)) {
    std::vector<Answer> script = {{{secure_ack(PacketType::bind_ack, 1)}}};
    script.insert(script.end(), after_bind.begin(), after_bind.end());
    const ScriptedServer server(std::move(script));
    auto association = connected(server);
    REQUIRE(association);
    REQUIRE(association->bind(ae::ca::iface::kRemUnknown, fake()));
    const Bytes stub(6000);  // two fragments
    auto reply = association->call({.opnum = 3, .stub = stub, .timeout = timeout});
    return {std::move(reply), association->request_went_out(), association->fault_said()};
}

Error bind_error(std::vector<Answer> script, int legs = 1, const Timeouts& timeouts = kShort) {
    const ScriptedServer server(std::move(script));
    auto association = connected(server, timeouts);
    REQUIRE(association);
    const auto context = association->bind(ae::ca::iface::kRemUnknown, fake(legs));
    REQUIRE_FALSE(context);
    return context.error();
}

}  // namespace

TEST_CASE("a sealed reply of several fragments is opened and joined", "[association]") {
    const auto outcome = ask({{{sealed_response(2, 0x01, "0102"), sealed_response(2, 0x00, "03"),
                                sealed_response(2, 0x02, "04")}}});
    REQUIRE(outcome.reply);
    CHECK(*outcome.reply == Bytes{1, 2, 3, 4});
    CHECK(outcome.went_out);
}

TEST_CASE("legs after the first go in alter_context and the last one is answered",
          "[association][MS-RPCE:2.2.1.1.7]") {
    const ScriptedServer server({{{secure_ack(PacketType::bind_ack, 1)}},
                                 {{secure_ack(PacketType::alter_context_resp, 2, 0x03)}},
                                 {{ack(PacketType::alter_context_resp, 3, 0x03)}},
                                 {{sealed_response(4, 0x03, "07")}}});
    auto association = connected(server);
    REQUIRE(association);
    REQUIRE(association->bind(ae::ca::iface::kRemUnknown, fake(2)));
    const auto added = association->add_context(1, ae::ca::iface::kCertRequestD2);
    REQUIRE(added);
    CHECK(added->result == 0);
    const auto reply = association->call({.opnum = 3, .timeout = Milliseconds(5000)});
    REQUIRE(reply);
    CHECK(*reply == Bytes{7});
}

TEST_CASE("nobody listening is an unavailable server", "[association][errors]") {
    std::uint16_t port = 0;
    {
        boost::asio::io_context loop;
        const boost::asio::ip::tcp::acceptor gone(loop,
                                                  {boost::asio::ip::address_v4::loopback(), 0});
        port = gone.local_endpoint().port();
    }
    const auto association = Association::connect("127.0.0.1", port, kShort);
    REQUIRE_FALSE(association);
    CHECK(association.error().code == kServerUnavailable);
    CHECK(association.error().context == "connect: connection refused");
}

TEST_CASE("a server that hangs up while binding is unavailable, one that says nothing is late",
          "[association][errors]") {
    CHECK(bind_error({{}}).code == kServerUnavailable);
    Timeouts hasty = kShort;
    hasty.leg = Milliseconds(50);
    const Error mute = bind_error({{.silence = true}}, 1, hasty);
    CHECK(mute.code == kTimeout);
    CHECK(mute.context.find("timed out") != std::string::npos);
}

TEST_CASE("a request without an answer may have been carried out", "[association][errors][W7]") {
    const auto closed = ask({{}});
    CHECK(closed.reply.error().code == kCallFailed);
    CHECK(closed.went_out);
    const auto mute = ask({{.silence = true}}, Milliseconds(50));
    CHECK(mute.reply.error().code == kCallFailed);
    const auto half = ask({{{sealed_response(2, 0x01, "0102")}}}, Milliseconds(50));
    CHECK(half.reply.error().code == kCallFailed);
}

TEST_CASE("a fault is an answer, protected or not", "[association][errors]") {
    CHECK(ask({{{fault(2)}}}).reply.error().code == kAccessDenied);
    CHECK(ask({{{fault(1)}}}).reply.error().code == kInvalidData);  // of another call
}

TEST_CASE("a response must be protected by our context", "[association][hostile]") {
    CHECK(ask({{{sealed_response(2, 0x03, "01")}}}).reply);
    CHECK(ask({{{response(2, 0x03, "01")}}}).reply.error().code == kInvalidData);
    CHECK(ask({{{sealed_response(2, 0x03, "01", 2)}}}).reply.error().code == kInvalidData);
    CHECK(ask({{{sealed_response(3, 0x03, "01")}}}).reply.error().code == kInvalidData);
    CHECK(ask({{{secure_ack(PacketType::bind_ack, 2)}}}).reply.error().code == kInvalidData);
}

TEST_CASE("only a sealed fault is believed that nothing ran", "[association][hostile][W7]") {
    Bytes unsealed = fault(2);
    unsealed[3] |= pfc::kDidNotExecute;
    const auto outcome = ask({{{unsealed}}});
    CHECK(outcome.reply.error().code == kAccessDenied);
    CHECK(outcome.said == FaultSaid::nothing);
}

TEST_CASE("what is no reply to a call never reaches the security library",
          "[association][hostile]") {
    // Shorter than the head of a response, with a trailer that repeats ours: sealed octets would
    // have to begin behind their end.
    for (const char* type : {"0c", "0d", "0f"}) {
        CAPTURE(type);
        const Bytes packet = *from_hex("0500" + std::string(type) +
                                       "03 10000000 1c000400 02000000 09060000 01000000 aabbccdd");
        const auto outcome = ask({{{packet}}});
        REQUIRE_FALSE(outcome.reply);
        CHECK(outcome.reply.error().code == kInvalidData);
        CHECK(outcome.went_out);
    }
}

TEST_CASE("a server that does not sign headers is refused", "[association][hostile]") {
    const Error error = bind_error({{{secure_ack(PacketType::bind_ack, 1, 0x03)}}});
    CHECK(error.code == kSecurityPackage);
    CHECK(error.context == "the server does not sign packet headers");
}

TEST_CASE("a refused bind keeps its reason", "[association][errors]") {
    Bytes nak = *from_hex("05000d03 10000000 18000000 01000000 08000000 00000000");
    CHECK(bind_error({{{nak}}}).code == hresult(0x800706D3));
    nak[16] = 0;
    CHECK(bind_error({{{nak}}}).code == kServerUnavailable);
    CHECK(bind_error({{{fault(1)}}}).code == kAccessDenied);
}

TEST_CASE("a security exchange without end is given up after six legs", "[association][hostile]") {
    std::vector<Answer> script = {{{secure_ack(PacketType::bind_ack, 1)}}};
    for (std::uint8_t call = 2; call <= 7; ++call) {
        script.push_back({{secure_ack(PacketType::alter_context_resp, call, 0x03)}});
    }
    CHECK(bind_error(script, 7).context == "the security exchange does not end after 6 legs");
    const ScriptedServer server(script);
    auto association = connected(server);
    REQUIRE(association);
    CHECK(association->bind(ae::ca::iface::kRemUnknown, fake(6)));
}

TEST_CASE("a bind-like reply must be ours", "[association][hostile]") {
    CHECK(bind_error({{{secure_ack(PacketType::bind_ack, 2)}}}).code == kInvalidData);
    CHECK(bind_error({{{secure_ack(PacketType::alter_context_resp, 1)}}}).code == kInvalidData);
    Bytes other_type = secure_ack(PacketType::bind_ack, 1);
    other_type[60] = 10;
    CHECK(bind_error({{{other_type}}}).code == kInvalidData);
}
