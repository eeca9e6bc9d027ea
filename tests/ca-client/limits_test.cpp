// The bounds of what a server may send, in pairs: the last that is taken and the first that is not.
// Those of packets, fragments, bindings and texts stand with their decoders.
#include "ca-client/dcom/activation.h"
#include "ca-client/rpc/pdu.h"
#include "ca-client/wcce/ca_property.h"
#include "engine/base/hresult_table.h"
#include "tests/ca-client/vectors.h"

#include <algorithm>

#include <catch2/catch.hpp>

using namespace ae;
using namespace ae::ca;

namespace {

constexpr std::size_t kMebibyte = std::size_t{1} << 20;

const ActivationRequest kRequest{
    .object_class = kCertRequestClass,
    .interfaces = {iface::kCertRequestD2.uuid, iface::kCertRequestD.uuid}};

void write_orpc_that(NdrWriter& out) {
    out.u32(0);
    out.null();
}

template <class T>
std::string complaint(const Result<T>& decoded) {
    if (decoded) {
        return "accepted";
    }
    CHECK(decoded.error().code == kInvalidData);
    return decoded.error().context.substr(decoded.error().context.find(": ") + 2);
}

std::string answer_with(std::size_t full_response, std::size_t certificate) {
    NdrWriter out;
    write_orpc_that(out);
    out.u32(1);
    out.u32(3);
    out.blob(Bytes(full_response));
    out.align(4);
    out.blob(Bytes(certificate));
    out.align(4);
    out.blob({});
    out.u32(0);
    return complaint(decode_certificate_answer(out.view()));
}

std::string property_of(std::size_t size) {
    NdrWriter out;
    write_orpc_that(out);
    out.blob(Bytes(size));
    out.align(4);
    out.u32(0);
    return complaint(decode_ca_property(out.view()));
}

std::string objref_of(std::size_t size) {
    NdrWriter out;
    write_orpc_that(out);
    out.pointer();
    out.u32(static_cast<std::uint32_t>(size));
    out.u32(static_cast<std::uint32_t>(size));
    out.octets(Bytes(size));
    out.align(4);
    out.u32(0);
    return complaint(decode_remote_create_instance(out.view(), kRequest));
}

// `count` extensions of one octet each.
std::string extensions_of(std::uint32_t count, std::uint32_t size = 1, std::uint32_t max = 8) {
    NdrWriter out;
    out.u32(0);
    out.pointer();
    out.u32(count);
    out.u32(0);
    out.pointer();
    const std::uint32_t slots = (count + 1U) & ~1U;
    out.u32(slots);
    for (std::uint32_t i = 0; i < slots; ++i) {
        i < count ? out.pointer() : out.null();
    }
    for (std::uint32_t i = 0; i < count; ++i) {
        out.u32(max);
        out.uuid(Guid{});
        out.u32(size);
        out.octets(Bytes(8));
    }
    NdrReader in(out.view());
    read_orpc_that(in);
    CHECK((!in.ok() || in.left() == 0));
    return in.ok() ? "accepted" : complaint(Result<int>(in.failure()));
}

Bytes without(const Guid& id) {
    Bytes reply = vectors::kCreateInstanceReply;
    const auto found = std::ranges::search(reply, id.wire);
    REQUIRE_FALSE(found.empty());
    std::ranges::fill(found, std::uint8_t{0});
    return reply;
}

}  // namespace

TEST_CASE("an answer and a certificate have at most 8 MiB each", "[limits][hostile]") {
    CHECK(answer_with(8 * kMebibyte, 8) == "accepted");
    CHECK(answer_with(8 * kMebibyte + 1, 8) == "a blob exceeds its limit");
    CHECK(answer_with(8, 8 * kMebibyte) == "accepted");
    CHECK(answer_with(8, 8 * kMebibyte + 1) == "a blob exceeds its limit");
}

TEST_CASE("a property has at most 8 MiB, the list of them 1 MiB", "[limits][hostile]") {
    CHECK(property_of(8 * kMebibyte) == "accepted");
    CHECK(property_of(8 * kMebibyte + 1) == "a blob exceeds its limit");
    const auto list_of = [](std::size_t size) {
        NdrWriter out;
        write_orpc_that(out);
        out.u32(0);
        out.blob(Bytes(size));
        out.align(4);
        out.u32(0);
        return complaint(decode_ca_property_info(out.view()));
    };
    CHECK(list_of(kMebibyte) == "accepted");
    CHECK(list_of(kMebibyte + 1) == "a blob exceeds its limit");
}

TEST_CASE("an object reference has at most 1 MiB", "[limits][hostile][MS-DCOM:2.2.18]") {
    CHECK(objref_of(kMebibyte) == "an object reference has no MEOW signature");
    CHECK(objref_of(kMebibyte + 1) == "an object reference exceeds 1 MiB");
}

TEST_CASE("a reply has at most 16 extensions, each as long as it says",
          "[limits][hostile][MS-DCOM:2.2.13.4]") {
    CHECK(extensions_of(0) == "accepted");
    CHECK(extensions_of(16) == "accepted");
    CHECK(extensions_of(17) == "there are more than 16 extensions");
    CHECK(extensions_of(1, 8) == "accepted");
    CHECK(extensions_of(1, 9) == "an extension is longer than the octets left");
    CHECK(extensions_of(1, 0xFFFFFFFF) == "an extension is longer than the octets left");
    CHECK(extensions_of(1, 1, 16) == "max_count of an extension differs from its size");
}

TEST_CASE("an activated interface and its exporter have identifiers", "[limits][hostile]") {
    CHECK(complaint(decode_remote_create_instance(without(vectors::kIpidD), kRequest)) ==
          "an interface has no identifier");
    CHECK(complaint(decode_remote_create_instance(without(vectors::kIpidRemUnknown), kRequest)) ==
          "the exporter has no IRemUnknown");
}

TEST_CASE("a negotiation packet may fill what its length can say, an answer what was offered",
          "[limits][hostile][C706:12.6]") {
    const auto header = [](PacketType type, std::uint16_t length, std::uint16_t token) {
        Bytes packet = vectors::kBindAck;
        packet[2] = static_cast<std::uint8_t>(type);
        packet[8] = static_cast<std::uint8_t>(length);
        packet[9] = static_cast<std::uint8_t>(length >> 8);
        packet[10] = static_cast<std::uint8_t>(token);
        packet[11] = static_cast<std::uint8_t>(token >> 8);
        return decode_packet_header(packet).has_value();
    };
    CHECK(header(PacketType::bind_ack, 65535, 0));
    CHECK(header(PacketType::bind_ack, 65535, 65535 - 16 - 8));
    CHECK_FALSE(header(PacketType::bind_ack, 65535, 65535 - 16 - 8 + 1));
    CHECK(header(PacketType::response, 5840, 5840 - 24 - 8));
    CHECK_FALSE(header(PacketType::response, 5840, 5840 - 24 - 8 + 1));
    CHECK_FALSE(header(PacketType::response, 5841, 0));
    CHECK(header(PacketType::bind_ack, 16, 0));
    CHECK_FALSE(header(PacketType::bind_ack, 15, 0));
}
