#include "ca-client/rpc/pdu.h"

#include "ca-client/rpc/ndr.h"
#include "engine/base/hresult_table.h"

#include <algorithm>
#include <array>

namespace ae::ca {
namespace {

constexpr std::size_t kRequestHeadSize = 24;
constexpr std::size_t kResponseHeadSize = 24;
constexpr std::array<std::uint8_t, 4> kLittleEndianAsciiIeee = {0x10, 0, 0, 0};

std::size_t lengthened(std::size_t size, std::size_t boundary) {
    return (size + boundary - 1) / boundary * boundary;
}

void write_header(NdrWriter& out, const PacketHeader& header) {
    out.u8(5);
    out.u8(0);
    out.u8(static_cast<std::uint8_t>(header.type));
    out.u8(header.flags);
    out.octets(kLittleEndianAsciiIeee);
    out.u16(header.fragment_length);
    out.u16(header.auth_length);
    out.u32(header.call_id);
}

void write_interface(NdrWriter& out, const Interface& interface) {
    out.uuid(interface.uuid);
    out.u32(interface.version);
}

void write_trailer(NdrWriter& out, const AuthTrailer& trailer) {
    out.u8(trailer.type);
    out.u8(trailer.level);
    out.u8(trailer.pad_length);
    out.u8(0);
    out.u32(trailer.context_id);
}

Bytes bind_body(const BindPacket& packet) {
    NdrWriter out;
    out.u16(kMaxFragment);
    out.u16(kMaxFragment);
    out.u32(packet.association_group);
    out.u32(1);  // one context
    out.u16(packet.context_id);
    out.u16(1);  // one transfer syntax
    write_interface(out, packet.abstract_syntax);
    write_interface(out, iface::kNdr32);
    return out.take();
}

Bytes request_fragment(const RequestHead& head, ByteView chunk, std::size_t still_to_come,
                       std::uint8_t flags, const std::optional<Sealing>& sealing) {
    NdrWriter body;
    body.u32(static_cast<std::uint32_t>(still_to_come));
    body.u16(head.context_id);
    body.u16(head.opnum);
    if (head.object) {
        body.uuid(*head.object);
    }
    body.octets(chunk);
    if (sealing) {
        AuthTrailer trailer = sealing->trailer;
        trailer.pad_length =
            static_cast<std::uint8_t>(lengthened(chunk.size(), kSealAlignment) - chunk.size());
        body.octets(Bytes(trailer.pad_length));
        write_trailer(body, trailer);
        body.octets(Bytes(sealing->token_size));
    }
    NdrWriter out;
    const std::size_t token_size = sealing ? sealing->token_size : 0;
    const auto object_flag = head.object ? pfc::kObject : std::uint8_t{0};
    write_header(out, {.type = PacketType::request,
                       .flags = static_cast<std::uint8_t>(flags | object_flag),
                       .fragment_length = static_cast<std::uint16_t>(kHeaderSize + body.size()),
                       .auth_length = static_cast<std::uint16_t>(token_size),
                       .call_id = head.call_id});
    out.octets(body.view());
    return out.take();
}

tl::unexpected<Error> malformed(std::string_view why) {
    return fail(kInvalidData, "malformed packet: " + std::string(why));
}

bool known_reply(PacketType type) {
    switch (type) {
        case PacketType::response:
        case PacketType::fault:
        case PacketType::bind_ack:
        case PacketType::bind_nak:
        case PacketType::alter_context_resp:
            return true;
        default:
            return false;
    }
}

std::size_t head_size(PacketType type) {
    return carries_call(type) ? kResponseHeadSize : kHeaderSize;
}

}  // namespace

bool carries_call(PacketType type) {
    return type == PacketType::response || type == PacketType::fault;
}

std::optional<Bytes> encode_bind(const BindPacket& packet) {
    Bytes body = bind_body(packet);
    if (packet.trailer) {
        NdrWriter trailer;
        write_trailer(trailer, *packet.trailer);
        body.insert(body.end(), trailer.view().begin(), trailer.view().end());
        body.insert(body.end(), packet.token.begin(), packet.token.end());
    }
    const std::size_t size = kHeaderSize + body.size();
    if (size > 0xFFFF) {
        return std::nullopt;
    }
    std::uint8_t flags = pfc::kFirst | pfc::kLast;
    if (packet.trailer && packet.type == PacketType::bind) {
        flags |= pfc::kSupportHeaderSign;
    }
    NdrWriter out;
    write_header(out, {.type = packet.type,
                       .flags = flags,
                       .fragment_length = static_cast<std::uint16_t>(size),
                       .auth_length = static_cast<std::uint16_t>(packet.token.size()),
                       .call_id = packet.call_id});
    out.octets(body);
    return out.take();
}

std::vector<Bytes> encode_request(const RequestHead& head, ByteView stub, std::size_t limit,
                                  const std::optional<Sealing>& sealing) {
    const std::size_t overhead = kRequestHeadSize + (head.object ? 16U : 0U) +
                                 (sealing ? kTrailerSize + sealing->token_size : 0U);
    // Full chunks keep NDR and cipher alignment; a limit too small for one is the caller's mistake,
    // met with the smallest chunk.
    const std::size_t room = limit > overhead ? limit - overhead : 0;
    const std::size_t chunk_size = std::max(room / kSealAlignment * kSealAlignment, kSealAlignment);
    std::vector<Bytes> fragments;
    std::size_t at = 0;
    do {
        const ByteView chunk = stub.subspan(at, std::min(chunk_size, stub.size() - at));
        std::uint8_t flags = 0;
        flags |= at == 0 ? pfc::kFirst : std::uint8_t{0};
        flags |= at + chunk.size() == stub.size() ? pfc::kLast : std::uint8_t{0};
        fragments.push_back(request_fragment(head, chunk, stub.size() - at, flags, sealing));
        at += chunk.size();
    } while (at < stub.size());
    return fragments;
}

SealedLayout sealed_layout(ByteView packet) {
    const bool object = (packet[3] & pfc::kObject) != 0;
    const bool request = packet[2] == static_cast<std::uint8_t>(PacketType::request);
    const std::size_t auth_length = packet[10] | static_cast<std::size_t>(packet[11]) << 8;
    return {.data_at = request && object ? kRequestHeadSize + 16 : kRequestHeadSize,
            .trailer_at = packet.size() - auth_length - kTrailerSize};
}

Result<PacketHeader> decode_packet_header(ByteView first_octets) {
    LittleEndianReader in(first_octets);
    const bool version_5_0 = in.u8() == 5 && in.u8() == 0;
    PacketHeader header;
    header.type = static_cast<PacketType>(in.u8());
    header.flags = in.u8();
    const ByteView representation = in.take(4);
    header.fragment_length = in.u16();
    header.auth_length = in.u16();
    header.call_id = in.u32();
    if (!in.ok()) {
        return malformed("it is shorter than its header");
    }
    if (!version_5_0) {
        return malformed("it is not RPC version 5.0");
    }
    if (!known_reply(header.type)) {
        return malformed("its type " + std::to_string(static_cast<unsigned>(header.type)) +
                         " is no reply");
    }
    if (!equal(representation, kLittleEndianAsciiIeee)) {
        return malformed("its data representation is not little-endian ASCII IEEE");
    }
    const std::size_t least =
        head_size(header.type) + (header.auth_length > 0 ? kTrailerSize + header.auth_length : 0U);
    if (header.fragment_length < least) {
        return malformed("its length is too small for header and token");
    }
    if (carries_call(header.type) && header.fragment_length > kMaxFragment) {
        return malformed("its length exceeds the 5840 octets that were offered");
    }
    return header;
}

Result<Packet> decode_packet(ByteView octets) {
    const auto header = decode_packet_header(octets);
    if (!header) {
        return fail(header.error());
    }
    if (header->fragment_length != octets.size()) {
        return malformed("its length field differs from its size");
    }
    Packet packet{.header = *header};
    if (header->auth_length == 0) {
        packet.body = octets.subspan(kHeaderSize);
        return packet;
    }
    const std::size_t trailer_at = octets.size() - header->auth_length - kTrailerSize;
    packet.body = octets.subspan(kHeaderSize, trailer_at - kHeaderSize);
    packet.token = octets.subspan(trailer_at + kTrailerSize);
    LittleEndianReader in(octets.subspan(trailer_at, kTrailerSize));
    AuthTrailer trailer;
    trailer.type = in.u8();
    trailer.level = in.u8();
    trailer.pad_length = in.u8();
    in.u8();
    trailer.context_id = in.u32();
    if (trailer.pad_length > trailer_at - head_size(header->type)) {
        return malformed("its padding is longer than its payload");
    }
    packet.trailer = trailer;
    return packet;
}

Result<BindAck> decode_bind_ack(const Packet& packet) {
    NdrReader in(packet.body);
    BindAck ack;
    in.u16();  // max_xmit: bounds what the server sends, which the header check does already
    ack.max_receive = in.u16();
    ack.association_group = in.u32();
    in.octets(in.u16());  // secondary address
    // The body starts at octet 16 of the packet, so alignment to 4 is the same in both.
    in.align(4);
    const std::uint8_t count = in.u8();
    in.octets(3);
    if (!in.require(count == 1, "it answers another number of contexts than one")) {
        return in.failure();
    }
    ContextResult& result = ack.context;
    result.result = in.u16();
    result.reason = in.u16();
    result.transfer.uuid = in.uuid();
    result.transfer.version = in.u32();
    in.require(result.result != 0 || result.transfer == iface::kNdr32,
               "it accepts a transfer syntax that was not offered");
    // [C706] 12.6.2: every peer takes at least this much.
    in.require(ack.max_receive >= 1432, "the server takes less than 1432 octets at once");
    if (!in.ok()) {
        return in.failure();
    }
    return ack;
}

Result<std::uint16_t> decode_bind_nak_reason(const Packet& packet) {
    NdrReader in(packet.body);
    const std::uint16_t reason = in.u16();
    if (!in.ok()) {
        return in.failure();
    }
    return reason;
}

Result<Response> decode_response(const Packet& packet) {
    NdrReader in(packet.body);
    in.u32();  // alloc_hint: a hint, never an allocation order
    Response response;
    response.context_id = in.u16();
    in.u16();
    const std::size_t pad = packet.trailer ? packet.trailer->pad_length : 0U;
    if (!in.require(in.left() >= pad, "its padding is longer than its stub")) {
        return in.failure();
    }
    response.stub = in.octets(in.left() - pad);
    return response;
}

Result<Fault> decode_fault(const Packet& packet) {
    NdrReader in(packet.body);
    in.u32();
    in.u16();
    in.u16();
    Fault fault;
    fault.status = in.u32();
    fault.did_not_execute = (packet.header.flags & pfc::kDidNotExecute) != 0;
    if (!in.ok()) {
        return in.failure();
    }
    return fault;
}

}  // namespace ae::ca
