#include "ca-client/rpc/pdu.h"

#include "engine/base/hresult_table.h"
#include "tests/ca-client/vectors.h"

#include <catch2/catch.hpp>

using namespace ae;
using namespace ae::ca;

namespace {

const AuthTrailer kTrailer{.type = 16, .level = kLevelPrivacy, .context_id = 79231};

Bytes changed(Bytes octets, std::size_t at, std::uint8_t value) {
    octets.at(at) = value;
    return octets;
}

std::string rule_of(ByteView octets) {
    const auto packet = decode_packet(octets);
    return packet ? "accepted" : packet.error().context;
}

}  // namespace

TEST_CASE("a bind without security offers one interface and 5840 octets",
          "[pdu][C706:12.6.4.3][V1]") {
    const auto bind = encode_bind({.call_id = 1, .abstract_syntax = iface::kObjectExporter});
    REQUIRE(bind);
    CHECK(to_hex(*bind) == to_hex(vectors::kBind));
}

TEST_CASE("an alter_context that adds an interface carries no security", "[pdu][V4]") {
    const auto alter = encode_bind({.type = PacketType::alter_context,
                                    .call_id = 2,
                                    .association_group = 0x1234,
                                    .context_id = 1,
                                    .abstract_syntax = iface::kCertRequestD2});
    REQUIRE(alter);
    CHECK(to_hex(*alter) == to_hex(vectors::kAlterContext));
}

TEST_CASE("only the bind asks for header signing", "[pdu][MS-RPCE:2.2.2.3]") {
    const Bytes token = {0x6e, 0x82, 0x01};
    BindPacket packet{.call_id = 1, .abstract_syntax = iface::kRemUnknown, .trailer = kTrailer};
    packet.token = token;
    const Bytes bind = encode_bind(packet).value();
    packet.type = PacketType::alter_context;
    const Bytes alter = encode_bind(packet).value();

    CHECK(bind[3] == 0x07);
    CHECK(alter[3] == 0x03);
    CHECK(bind.size() == 72 + 8 + 3);
    CHECK(bind[8] == bind.size());
    CHECK(bind[10] == 3);  // the token alone
    CHECK(to_hex(ByteView(bind).subspan(72)) ==
          "100600007f350100"
          "6e8201");
}

TEST_CASE("a token that no packet can hold is not sent", "[pdu]") {
    Bytes token(65535 - 72 - 8);
    BindPacket packet{.call_id = 1, .abstract_syntax = iface::kRemUnknown, .trailer = kTrailer};
    packet.token = token;
    CHECK(encode_bind(packet));
    token.push_back(0);
    packet.token = token;
    CHECK_FALSE(encode_bind(packet));
}

TEST_CASE("bind_ack yields limit, group and the result of the context", "[pdu][V2]") {
    const auto packet = decode_packet(vectors::kBindAck);
    REQUIRE(packet);
    CHECK(packet->header.type == PacketType::bind_ack);
    CHECK(packet->header.call_id == 1);
    const auto ack = decode_bind_ack(*packet);
    REQUIRE(ack);
    CHECK(ack->max_receive == 5840);
    CHECK(ack->association_group == 0x1234);
    CHECK(ack->context.result == 0);
    CHECK(ack->context.transfer == iface::kNdr32);
}

TEST_CASE("bind_ack must accept what was offered", "[pdu][hostile]") {
    const auto verdict = [](const Bytes& octets) {
        const auto packet = decode_packet(octets);
        REQUIRE(packet);
        return decode_bind_ack(*packet).has_value();
    };
    CHECK(verdict(vectors::kBindAck));
    CHECK_FALSE(verdict(changed(vectors::kBindAck, 40, 0xFF)));  // another transfer syntax
    CHECK_FALSE(verdict(changed(vectors::kBindAck, 32, 0)));     // no result
    CHECK_FALSE(verdict(changed(vectors::kBindAck, 32, 2)));     // two results
    CHECK_FALSE(verdict(changed(vectors::kBindAck, 24, 0xFF)));  // address longer than the packet
    CHECK(verdict(changed(changed(vectors::kBindAck, 18, 0x98), 19, 0x05)));        // 1432
    CHECK_FALSE(verdict(changed(changed(vectors::kBindAck, 18, 0x97), 19, 0x05)));  // 1431
}

TEST_CASE("a request without stub is 24 octets", "[pdu][C706:12.6.4.9][V3]") {
    const auto fragments =
        encode_request({.call_id = 2, .context_id = 0, .opnum = 5}, {}, kMaxFragment, {});
    REQUIRE(fragments.size() == 1);
    CHECK(to_hex(fragments[0]) == to_hex(vectors::kServerAlive2Request));
}

TEST_CASE("a sealed request has its lengths and offsets before it is sealed", "[pdu][V13]") {
    const auto fragments = encode_request({.call_id = 4,
                                           .context_id = 0,
                                           .opnum = opnum::kRemRelease,
                                           .object = vectors::kIpidRemUnknown},
                                          Bytes(88), kMaxFragment, Sealing{kTrailer, 76});
    REQUIRE(fragments.size() == 1);
    const ByteView packet = fragments[0];
    CHECK(packet.size() == 220);
    CHECK(to_hex(packet.first(40)) ==
          "05000083"
          "10000000"
          "dc004c00"
          "04000000"
          "58000000"
          "00000500"
          "00800000"
          "11112222"
          "33334444"
          "55556666");
    const SealedLayout at = sealed_layout(packet);
    CHECK(at.data_at == 40);
    CHECK(at.trailer_at == 136);  // 88 octets of stub and 8 of padding lie between
    CHECK(to_hex(packet.subspan(136, 8)) ==
          "10060800"
          "7f350100");
}

TEST_CASE("a sealed reply is cut into stub, trailer and token", "[pdu][V13]") {
    Bytes reply = *from_hex(
        "05000203 10000000 7c004c00 04000000 0c000000 00000000 "
        "00000000 00000000 00000000 00000000 "  // 12 octets and 4 of padding
        "10060400 7f350100 050407ff 0010001c 00000000 17b9a00f");
    reply.resize(124);  // the rest of the token
    const auto packet = decode_packet(reply);
    REQUIRE(packet);
    REQUIRE(packet->trailer);
    CHECK(packet->trailer->type == 16);
    CHECK(packet->trailer->level == 6);
    CHECK(packet->trailer->pad_length == 4);
    CHECK(packet->trailer->context_id == 79231);
    CHECK(packet->token.size() == 76);
    CHECK(to_hex(packet->token.first(8)) ==
          "050407ff"
          "0010001c");
    CHECK(sealed_layout(reply).data_at == 24);
    CHECK(sealed_layout(reply).trailer_at == 40);
    const auto response = decode_response(*packet);
    REQUIRE(response);
    CHECK(response->stub.size() == 12);
}

TEST_CASE("a long stub is cut into fragments under the limit", "[pdu][C706:12.6.4.9]") {
    Bytes stub(12000);
    for (std::size_t i = 0; i < stub.size(); ++i) {
        stub[i] = static_cast<std::uint8_t>(i * 7);
    }
    const std::size_t limit = GENERATE(1432U, 2048U, 5840U);
    const RequestHead head{.call_id = 9, .context_id = 1, .opnum = 6, .object = vectors::kIpidD2};
    const auto fragments = encode_request(head, stub, limit, Sealing{kTrailer, 76});

    Bytes joined;
    for (std::size_t i = 0; i < fragments.size(); ++i) {
        const Bytes& each = fragments[i];
        CHECK(each.size() <= limit);
        CHECK(((each[3] & pfc::kFirst) != 0) == (i == 0));
        CHECK(((each[3] & pfc::kLast) != 0) == (i + 1 == fragments.size()));
        CHECK((each[3] & pfc::kObject) != 0);
        CHECK(equal(ByteView(each).subspan(24, 16), vectors::kIpidD2.wire));
        LittleEndianReader hint(ByteView(each).subspan(16, 4));
        CHECK(hint.u32() == stub.size() - joined.size());
        const SealedLayout at = sealed_layout(each);
        CHECK((at.trailer_at - at.data_at) % 16 == 0);
        const std::size_t pad = each[at.trailer_at + 2];
        joined.insert(joined.end(), each.begin() + static_cast<std::ptrdiff_t>(at.data_at),
                      each.begin() + static_cast<std::ptrdiff_t>(at.trailer_at - pad));
    }
    CHECK(joined == stub);
}

TEST_CASE("a fault tells its status", "[pdu][C706:12.6.4.7][V12]") {
    const auto packet = decode_packet(vectors::kFault);
    REQUIRE(packet);
    CHECK(packet->header.type == PacketType::fault);
    const auto fault = decode_fault(*packet);
    REQUIRE(fault);
    CHECK(fault->status == 5);
    CHECK_FALSE(fault->did_not_execute);
    const Bytes did_not = changed(vectors::kFault, 3, 0x23);
    CHECK(decode_fault(decode_packet(did_not).value())->did_not_execute);
}

TEST_CASE("a packet that breaks a rule of its header is refused", "[pdu][hostile]") {
    const Bytes& good = vectors::kFault;
    REQUIRE(rule_of(good) == "accepted");
    CHECK(rule_of(changed(good, 0, 4)) == "malformed packet: it is not RPC version 5.0");
    CHECK(rule_of(changed(good, 1, 1)) == "malformed packet: it is not RPC version 5.0");
    CHECK(rule_of(changed(good, 2, 0)) == "malformed packet: its type 0 is no reply");
    CHECK(rule_of(changed(good, 2, 17)) == "malformed packet: its type 17 is no reply");
    CHECK(rule_of(changed(good, 4, 0)) ==
          "malformed packet: its data representation is not little-endian ASCII IEEE");
    CHECK(rule_of(changed(good, 8, 31)) ==
          "malformed packet: its length field differs from its size");
    CHECK(rule_of(changed(good, 8, 23)) ==
          "malformed packet: its length is too small for header and token");
    CHECK(rule_of(changed(good, 10, 1)) ==
          "malformed packet: its length is too small for header and token");
    CHECK(rule_of(ByteView(good).first(15)) == "malformed packet: it is shorter than its header");
}

TEST_CASE("a reply fragment is at most as long as was offered", "[pdu][hostile]") {
    Bytes head(vectors::kFault.begin(), vectors::kFault.begin() + 16);
    head[2] = 2;
    head[8] = 0xD0;
    head[9] = 0x16;  // 5840
    CHECK(decode_packet_header(head));
    head[8] = 0xD1;
    CHECK_FALSE(decode_packet_header(head));
    head[2] = 12;  // bind_ack may be longer: it carries tickets
    CHECK(decode_packet_header(head));
}

TEST_CASE("padding may not be longer than the payload", "[pdu][hostile]") {
    Bytes reply = *from_hex(
        "05000203 10000000 2c000400 04000000 04000000 00000000 00000000 00000000 "
        "10060800 01000000 11223344");
    CHECK(decode_packet(reply));
    reply[34] = 9;
    CHECK(rule_of(reply) == "malformed packet: its padding is longer than its payload");
}
