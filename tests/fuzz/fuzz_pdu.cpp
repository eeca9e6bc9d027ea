// Packets of a hostile server, taken apart as the association does it.
#include "ca-client/dcom/object_exporter.h"
#include "ca-client/rpc/reassembly.h"
#include "tests/fuzz/property.h"

#include <algorithm>

using namespace ae;
using namespace ae::ca;
using fuzz::must_hold;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const ByteView octets(data, size);
    const auto header = decode_packet_header(octets.first(std::min(size, kHeaderSize)));
    const auto packet = decode_packet(octets);
    if (!packet) {
        return 0;
    }
    // The header alone was enough to know how much to read, and its parts make up the packet.
    const std::size_t trailer = packet->trailer ? kTrailerSize : 0U;
    must_hold(header && header->fragment_length == size &&
                  kHeaderSize + packet->body.size() + trailer + packet->token.size() == size,
              "header and parts make up the packet");
    (void)decode_bind_ack(*packet);
    (void)decode_bind_nak_reason(*packet);
    (void)decode_fault(*packet);
    // What Association hands to the security library.
    if (packet->trailer && carries_call(header->type)) {
        const SealedLayout at = sealed_layout(octets);
        must_hold(at.data_at <= at.trailer_at && at.trailer_at + kTrailerSize <= size,
                  "the sealed part lies inside the packet");
    }
    const auto response = decode_response(*packet);
    if (!response) {
        return 0;
    }
    (void)decode_resolve_oxid2(response->stub);
    ReplyAssembler reply(packet->header.call_id, response->context_id);
    const auto complete = reply.add(packet->header, *response);
    must_hold(!complete || !*complete || reply.take().size() == response->stub.size(),
              "one whole fragment is the reply");
    return 0;
}
