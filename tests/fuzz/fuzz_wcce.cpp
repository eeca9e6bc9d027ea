// Answers of a hostile certification authority: the outcome keeps the promises of the table.
#include "ca-client/wcce/ca_name.h"
#include "ca-client/wcce/ca_property.h"
#include "ca-client/wcce/cert_request.h"
#include "tests/fuzz/property.h"

using namespace ae;
using namespace ae::ca;
using engine::Disposition;
using fuzz::must_hold;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const ByteView octets(data, size);
    const auto value = decode_ca_property(octets);
    must_hold(!value || value->size() < size, "a property is shorter than its reply");
    const auto info = decode_ca_property_info(octets);
    must_hold(!info || info->octets.size() < size, "a list is shorter than its reply");
    if (const auto answer = decode_certificate_answer(octets)) {
        const engine::CaReply reply = judge(*answer);
        const bool issued = reply.disposition == Disposition::issued;
        const bool refused =
            reply.disposition == Disposition::denied || reply.disposition == Disposition::failed;
        must_hold(issued != reply.certificate.empty(), "issued exactly with a certificate");
        must_hold(refused == failed(reply.code), "refused exactly with a failure code");
        must_hold(reply.request_id == answer->request_id, "the request id is kept");
    }
    must_hold(short_sanitized_name(as_text(octets)).size() <= 57, "51 characters, '-', 5 digits");
    return 0;
}
