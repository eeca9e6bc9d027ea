// A hostile endpoint mapper, and a hostile CA behind ICertPassage.  The first octet chooses.
#include "ca-client/rpc/endpoint_mapper.h"
#include "ca-client/wcce/cert_passage.h"
#include "tests/fuzz/property.h"

#include <algorithm>

using namespace ae;
using namespace ae::ca;
using engine::Disposition;
using fuzz::must_hold;

namespace {

void map(ByteView octets) {
    const auto found = decode_ept_map(octets, iface::kCertPassage);
    if (!found) {
        must_hold(failed(found.error().code), "an error has a failure code");
        return;
    }
    auto ports = found->ports;
    must_hold(!ports.empty() && ports.size() <= 8, "one to eight ports");
    must_hold(std::ranges::find(ports, 0) == ports.end(), "no port 0");
    std::ranges::sort(ports);
    must_hold(std::ranges::adjacent_find(ports) == ports.end(), "no port twice");
    must_hold(found->handle.empty() || found->handle.size() == 20, "a handle is whole");
    must_hold(octets.size() >= 20 + 16 + 4 + ports.size() * (8 + 75), "a port needs its tower");
}

void tower(ByteView octets) {
    const auto port = decode_tower(octets, iface::kCertPassage);
    if (port && *port) {
        // Nothing but both minor versions, what floor 3 adds, port and address may differ.
        Bytes same = encode_tower(iface::kCertPassage);
        must_hold(octets.size() == same.size(), "five floors of fixed sizes");
        must_hold((octets[64] << 8 | octets[65]) == **port, "big-endian");
        for (const std::size_t at : {25U, 26U, 50U, 51U, 57U, 58U, 64U, 65U, 71U, 72U, 73U, 74U}) {
            same[at] = octets[at];
        }
        must_hold(std::ranges::equal(octets, same), "the tower that was asked for");
    }
}

void passage(ByteView octets) {
    const auto answer = decode_cert_server_request(octets);
    if (!answer) {
        return;
    }
    must_hold(answer->method == AnswerMethod::older, "never a full answer");
    const std::uint32_t returned = value_of(answer->result);
    must_hold(returned == 0 || returned >= 0x10000, "no bare Win32 error");
    const engine::CaReply reply = judge(*answer);
    const bool issued = reply.disposition == Disposition::issued;
    const bool refused =
        reply.disposition == Disposition::denied || reply.disposition == Disposition::failed;
    must_hold(issued != reply.certificate.empty(), "issued exactly with a certificate");
    must_hold(refused == failed(reply.code), "refused exactly with a failure code");
    must_hold(reply.request_id == answer->request_id, "the request id is kept");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) {
        return 0;
    }
    const ByteView octets(data + 1, size - 1);
    switch (data[0] % 3) {
        case 0:
            map(octets);
            break;
        case 1:
            tower(octets);
            break;
        default:
            passage(octets);
            break;
    }
    return 0;
}
