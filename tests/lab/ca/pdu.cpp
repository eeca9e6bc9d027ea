#include "tests/lab/ca/pdu.h"

#include "tests/lab/ca/ndr.h"

namespace ae::labca {
namespace {

constexpr std::size_t kMaxContexts = 16;

// PDU header fields follow NDR alignment, and all offsets count from the PDU start.
void put_header(NdrWriter& out, const PduHeader& header) {
    out.u8(5);
    out.u8(0);
    out.u8(static_cast<std::uint8_t>(header.type));
    out.u8(header.flags);
    out.u32(0x00000010);  // drep: little-endian, ASCII, IEEE
    out.u16(header.frag_length);
    out.u16(header.auth_length);
    out.u32(header.call_id);
}

void put_syntax(NdrWriter& out, const Syntax& syntax) {
    out.guid(syntax.uuid);
    out.u32(syntax.version);
}

Syntax take_syntax(NdrReader& in) {
    Syntax syntax;
    syntax.uuid = in.guid();
    syntax.version = in.u32();
    return syntax;
}

void patch_u16(Bytes& pdu, std::size_t at, std::size_t value) {
    if (value > 0xFFFF) {
        throw std::length_error("a PDU would be longer than 65535 bytes");
    }
    pdu[at] = static_cast<std::uint8_t>(value & 0xFFU);
    pdu[at + 1] = static_cast<std::uint8_t>(value >> 8U);
}

// The part of a PDU in front of its security trailer.
View body_of(View pdu, const PduHeader& header) {
    const std::size_t end =
        header.auth_length == 0 ? pdu.size() : pdu.size() - header.auth_length - kTrailerSize;
    return pdu.first(end);
}

}  // namespace

PduHeader read_header(View first_16_bytes) {
    NdrReader in(first_16_bytes);
    const View fixed = in.take(8);
    if (fixed[0] != 5 || fixed[1] > 1) {
        throw ParseError("not a DCE/RPC 5.0 PDU");
    }
    if (fixed[4] != 0x10 || fixed[5] != 0 || fixed[6] != 0) {
        throw ParseError("data representation other than little-endian ASCII IEEE");
    }
    PduHeader header;
    header.type = static_cast<Ptype>(fixed[2]);
    header.flags = fixed[3];
    header.frag_length = in.u16();
    header.auth_length = in.u16();
    header.call_id = in.u32();
    const std::size_t least =
        kHeaderSize + (header.auth_length == 0 ? 0 : kTrailerSize + header.auth_length);
    if (header.frag_length < least) {
        throw ParseError("frag_length is shorter than the parts of the PDU");
    }
    return header;
}

std::optional<SecTrailer> read_trailer(View pdu, const PduHeader& header) {
    if (header.auth_length == 0) {
        return std::nullopt;
    }
    SecTrailer trailer;
    trailer.offset = body_of(pdu, header).size();
    NdrReader in(pdu.subspan(trailer.offset));
    trailer.type = in.u8();
    trailer.level = in.u8();
    trailer.pad = in.u8();
    in.u8();
    trailer.context_id = in.u32();
    trailer.token = in.take(header.auth_length);
    return trailer;
}

BindBody read_bind(View pdu, const PduHeader& header) {
    NdrReader in(body_of(pdu, header));
    in.take(kHeaderSize);
    BindBody body;
    body.max_xmit = in.u16();
    body.max_recv = in.u16();
    body.assoc_group = in.u32();
    const std::size_t count = in.u8();
    in.take(3);
    if (count == 0 || count > kMaxContexts) {
        throw ParseError("a bind without or with too many presentation contexts");
    }
    for (std::size_t i = 0; i < count; ++i) {
        PresentationContext context;
        context.id = in.u16();
        const std::size_t transfers = in.u8();
        in.u8();
        context.abstract = take_syntax(in);
        for (std::size_t t = 0; t < transfers; ++t) {
            context.transfers.push_back(take_syntax(in));
        }
        body.contexts.push_back(std::move(context));
    }
    return body;
}

RequestBody read_request(View pdu, const PduHeader& header) {
    NdrReader in(body_of(pdu, header));
    in.take(kHeaderSize);
    RequestBody body;
    body.alloc_hint = in.u32();
    body.context_id = in.u16();
    body.opnum = in.u16();
    if ((header.flags & kObjectUuid) != 0) {
        body.object = in.guid();
    }
    body.stub_offset = in.offset();
    return body;
}

Bytes write_bind_ack(const BindAck& ack) {
    NdrWriter out;
    PduHeader header;
    header.type = ack.type;
    header.flags = static_cast<std::uint8_t>(ack.flags | kFirstFragment | kLastFragment);
    header.call_id = ack.call_id;
    put_header(out, header);
    out.u16(kMaxFragment);
    out.u16(kMaxFragment);
    out.u32(ack.assoc_group);
    const std::size_t length = ack.sec_addr.empty() ? 0 : ack.sec_addr.size() + 1;
    out.u16(static_cast<std::uint16_t>(length));
    if (length != 0) {
        out.raw(view_of(ack.sec_addr));
        out.u8(0);
    }
    out.align(4);
    out.u32(static_cast<std::uint32_t>(ack.results.size()));
    for (const ContextResult& result : ack.results) {
        out.u16(result.result);
        out.u16(result.reason);
        put_syntax(out, result.transfer);
    }
    std::size_t token_size = 0;
    if (ack.auth && !ack.auth->token.empty()) {
        out.align(4);
        out.u8(ack.auth->type);
        out.u8(ack.auth->level);
        out.u16(0);
        out.u32(ack.auth->context_id);
        out.raw(ack.auth->token);
        token_size = ack.auth->token.size();
    }
    Bytes pdu = out.release();
    patch_u16(pdu, 8, pdu.size());
    patch_u16(pdu, 10, token_size);
    return pdu;
}

Bytes write_bind_nak(std::uint32_t call_id, std::uint16_t reason) {
    NdrWriter out;
    PduHeader header;
    header.type = Ptype::bind_nak;
    header.flags = kFirstFragment | kLastFragment;
    header.frag_length = 24;
    header.call_id = call_id;
    put_header(out, header);
    out.u16(reason);
    out.u8(1);  // one supported protocol version: 5.0
    out.u8(5);
    out.u8(0);
    out.align(8);
    return out.release();
}

Bytes write_fault(std::uint32_t call_id, std::uint16_t context_id, const RpcFault& fault) {
    NdrWriter out;
    PduHeader header;
    header.type = Ptype::fault;
    header.flags = kFirstFragment | kLastFragment;
    if (fault.executed == Executed::no) {
        header.flags |= kDidNotExecute;
    }
    header.frag_length = 32;
    header.call_id = call_id;
    put_header(out, header);
    out.u32(24);  // what Windows and V12 put here; a hint only
    out.u16(context_id);
    out.u16(0);
    out.u32(fault.status);
    out.u32(0);
    return out.release();
}

Bytes write_response_start(const ResponseFragment& fragment) {
    NdrWriter out;
    PduHeader header;
    header.type = Ptype::response;
    header.flags = fragment.flags;
    header.frag_length = fragment.frag_length;
    header.auth_length = fragment.auth_length;
    header.call_id = fragment.call_id;
    put_header(out, header);
    out.u32(fragment.alloc_hint);
    out.u16(fragment.context_id);
    out.u16(0);
    out.raw(fragment.stub);
    return out.release();
}

}  // namespace ae::labca
