// Connection-oriented DCE/RPC packets: what the client sends and what it takes apart. Sources:
// [C706] 12.6, [MS-RPCE] 2.2.2.  AUTH3 is not here: SPNEGO and Kerberos send every token after
// the first in an ALTER_CONTEXT ([MS-RPCE] 2.2.1.1.7), and NTLM is not offered. Views in decoded
// packets point into the buffer handed in.
// Errors: kInvalidData.  Pure.
#pragma once

#include "ca-client/rpc/interfaces.h"
#include "engine/base/bytes.h"
#include "engine/base/guid.h"
#include "engine/base/result.h"

#include <cstdint>
#include <optional>
#include <vector>

namespace ae::ca {

enum class PacketType : std::uint8_t {
    request = 0,
    response = 2,
    fault = 3,
    bind = 11,
    bind_ack = 12,
    bind_nak = 13,
    alter_context = 14,
    alter_context_resp = 15,
};

namespace pfc {
inline constexpr std::uint8_t kFirst = 0x01;
inline constexpr std::uint8_t kLast = 0x02;
inline constexpr std::uint8_t kSupportHeaderSign = 0x04;  // on bind-like packets
inline constexpr std::uint8_t kDidNotExecute = 0x20;      // on faults
inline constexpr std::uint8_t kObject = 0x80;
}  // namespace pfc

inline constexpr std::size_t kHeaderSize = 16;
inline constexpr std::size_t kTrailerSize = 8;
inline constexpr std::size_t kSealAlignment = 16;    // [MS-RPCE] 2.2.2.11, from the stub's start
inline constexpr std::uint16_t kMaxFragment = 5840;  // what we offer in both directions
inline constexpr std::uint8_t kLevelPrivacy = 6;

struct PacketHeader {
    PacketType type{};
    std::uint8_t flags = 0;
    std::uint16_t fragment_length = 0;  // of the whole packet, which bounds its token too
    std::uint16_t auth_length = 0;      // of the token alone
    std::uint32_t call_id = 0;
};

struct AuthTrailer {
    std::uint8_t type = 0;
    std::uint8_t level = 0;
    std::uint8_t pad_length = 0;
    std::uint32_t context_id = 0;
};

// BIND, or ALTER_CONTEXT when `type` says so.  One presentation context per packet: some servers
// refuse the second one of a single bind.
struct BindPacket {
    PacketType type = PacketType::bind;
    std::uint32_t call_id = 0;
    std::uint32_t association_group = 0;
    std::uint16_t context_id = 0;
    Interface abstract_syntax{};
    std::optional<AuthTrailer> trailer{};  // with it BIND asks for header signing
    ByteView token{};
};
// Nothing when the token is too large for one packet.
std::optional<Bytes> encode_bind(const BindPacket& packet);

struct RequestHead {
    std::uint32_t call_id = 0;
    std::uint16_t context_id = 0;
    std::uint16_t opnum = 0;
    std::optional<Guid> object{};
};
struct Sealing {
    AuthTrailer trailer{};  // pad_length is filled in
    std::size_t token_size = 0;
};
// The fragments of one request, each at most `limit` octets.  With `sealing` the stub is padded and
// followed by the trailer and room for the token, all lengths final, ready to be sealed in place.
std::vector<Bytes> encode_request(const RequestHead& head, ByteView stub, std::size_t limit,
                                  const std::optional<Sealing>& sealing);

// Where the parts of a protected packet are; the token goes from trailer_at + 8 to the end.
struct SealedLayout {
    std::size_t data_at = 0;
    std::size_t trailer_at = 0;
};
// Of a request, response or fault that carries a token.
SealedLayout sealed_layout(ByteView packet);

// Response and fault: all that a server seals for a call.
bool carries_call(PacketType type);

Result<PacketHeader> decode_packet_header(ByteView first_octets);

struct Packet {
    PacketHeader header{};
    ByteView body{};  // after the common header, up to the trailer; padding still in it
    std::optional<AuthTrailer> trailer{};
    ByteView token{};
};
Result<Packet> decode_packet(ByteView octets);

struct ContextResult {
    std::uint16_t result = 0;  // 0 accepted, 2 rejected by the provider
    std::uint16_t reason = 0;  // 1 interface unknown, 2 transfer syntax
    Interface transfer{};
};
struct BindAck {
    std::uint16_t max_receive = 0;  // the server's limit for our fragments
    std::uint32_t association_group = 0;
    ContextResult context{};
};
// Of BIND_ACK and ALTER_CONTEXT_RESP.
Result<BindAck> decode_bind_ack(const Packet& packet);

Result<std::uint16_t> decode_bind_nak_reason(const Packet& packet);

struct Response {
    std::uint16_t context_id = 0;
    ByteView stub{};  // without padding; decode after unsealing
};
Result<Response> decode_response(const Packet& packet);

struct Fault {
    std::uint32_t status = 0;
    bool did_not_execute = false;
};
Result<Fault> decode_fault(const Packet& packet);

}  // namespace ae::ca
