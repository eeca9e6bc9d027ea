// Connection-oriented DCE/RPC PDUs from the server's side ([C706] 12.6, [MS-RPCE] 2.2.2).
//
// For: cutting received PDUs into their fields and composing the server's answers.  Not for:
// security (gss_acceptor.h) and state (rpc_association.h). Bounds: every offset is checked; errors
// are ParseError.
#pragma once

#include "tests/lab/ca/bytes.h"

#include <optional>

namespace ae::labca {

enum class Ptype : std::uint8_t {
    request = 0,
    response = 2,
    fault = 3,
    bind = 11,
    bind_ack = 12,
    bind_nak = 13,
    alter_context = 14,
    alter_context_resp = 15,
    auth3 = 16,
    co_cancel = 18,
    orphaned = 19
};

constexpr std::uint8_t kFirstFragment = 0x01;
constexpr std::uint8_t kLastFragment = 0x02;
constexpr std::uint8_t kSupportHeaderSign = 0x04;  // on bind-like PDUs only
constexpr std::uint8_t kDidNotExecute = 0x20;
constexpr std::uint8_t kObjectUuid = 0x80;
constexpr std::size_t kHeaderSize = 16;
constexpr std::size_t kTrailerSize = 8;
constexpr std::uint16_t kMaxFragment = 5840;

struct PduHeader {
    Ptype type{};
    std::uint8_t flags = 0;
    std::uint16_t frag_length = 0;
    std::uint16_t auth_length = 0;
    std::uint32_t call_id = 0;
};

struct SecTrailer {
    std::uint8_t type = 0;
    std::uint8_t level = 0;
    std::uint8_t pad = 0;
    std::uint32_t context_id = 0;
    std::size_t offset = 0;  // of the trailer inside the PDU
    View token{};
};

struct Syntax {
    Guid uuid{};
    std::uint32_t version = 0;  // major in the low half
    auto operator<=>(const Syntax&) const = default;
};

struct PresentationContext {
    std::uint16_t id = 0;
    Syntax abstract{};
    std::vector<Syntax> transfers{};
};

struct BindBody {
    std::uint16_t max_xmit = 0;
    std::uint16_t max_recv = 0;
    std::uint32_t assoc_group = 0;
    std::vector<PresentationContext> contexts{};
};

struct RequestBody {
    std::uint32_t alloc_hint = 0;
    std::uint16_t context_id = 0;
    std::uint16_t opnum = 0;
    std::optional<Guid> object{};
    std::size_t stub_offset = 0;
};

struct ContextResult {
    std::uint16_t result = 0;  // 0 accepted, 2 provider rejection, 3 negotiate ack
    std::uint16_t reason = 0;
    Syntax transfer{};
};

struct AuthValue {  // trailer and token of an answer
    std::uint8_t type = 0;
    std::uint8_t level = 0;
    std::uint32_t context_id = 0;
    Bytes token{};
};

PduHeader read_header(View first_16_bytes);
std::optional<SecTrailer> read_trailer(View pdu, const PduHeader& header);
BindBody read_bind(View pdu, const PduHeader& header);
RequestBody read_request(View pdu, const PduHeader& header);

struct BindAck {
    Ptype type = Ptype::bind_ack;
    std::uint8_t flags = 0;  // besides first and last
    std::uint32_t call_id = 0;
    std::uint32_t assoc_group = 0;
    std::string sec_addr{};
    std::vector<ContextResult> results{};
    std::optional<AuthValue> auth{};
};
Bytes write_bind_ack(const BindAck& ack);
Bytes write_bind_nak(std::uint32_t call_id, std::uint16_t reason);
Bytes write_fault(std::uint32_t call_id, std::uint16_t context_id, const RpcFault& fault);

// Header and stub of one response fragment, without padding, trailer and token; both lengths are
// those of the finished PDU.
struct ResponseFragment {
    std::uint8_t flags = 0;
    std::uint32_t call_id = 0;
    std::uint32_t alloc_hint = 0;
    std::uint16_t context_id = 0;
    std::uint16_t frag_length = 0;
    std::uint16_t auth_length = 0;
    View stub{};
};
Bytes write_response_start(const ResponseFragment& fragment);

}  // namespace ae::labca
