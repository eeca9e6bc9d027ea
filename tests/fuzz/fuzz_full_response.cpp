// What a full CMC answer reports stands in it, octet by octet, within the bounds, and reading it
// twice gives the same.
#include "ca-client/cms/attribute.h"
#include "ca-client/cms/signed_data_reader.h"
#include "ca-client/full_response.h"
#include "tests/fuzz/property.h"

#include <algorithm>

namespace {

using ae::Bytes;
using ae::ByteView;
using ae::fuzz::must_hold;

bool holds(ByteView all, const Bytes& part) {
    return std::search(all.begin(), all.end(), part.begin(), part.end()) != all.end();
}

bool same(const ae::engine::FullResponse& a, const ae::engine::FullResponse& b) {
    return a.status == b.status && a.status_text == b.status_text &&
           a.pending_token == b.pending_token && a.issued_hash == b.issued_hash &&
           a.archived_key_hash == b.archived_key_hash && a.certificates == b.certificates &&
           a.signer_issuer == b.signer_issuer && a.signer_serial == b.signer_serial &&
           a.digest_oid == b.digest_oid && a.signature_oid == b.signature_oid &&
           a.signature_parameters == b.signature_parameters && a.signed_octets == b.signed_octets &&
           a.message_digest == b.message_digest && a.content == b.content &&
           a.signature == b.signature;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const ByteView all(data, size);
    const auto full = ae::ca::read_full_response(all);
    if (!full) {
        must_hold(full.error().code == ae::kInvalidData, "refused as invalid data");
        return 0;
    }
    const auto again = ae::ca::read_full_response(all);
    must_hold(again && same(*full, *again), "the same twice");
    must_hold(size <= ae::ca::kMaxFullResponse, "bound of the whole");
    must_hold(full->certificates.size() <= ae::ca::kMaxCertificates, "bound of the bag");
    for (const Bytes& certificate : full->certificates) {
        must_hold(holds(all, certificate), "a certificate of the answer");
    }
    const ByteView content(full->content);
    must_hold(holds(all, full->content), "the content");
    for (const Bytes* part : {&full->issued_hash, &full->archived_key_hash, &full->pending_token}) {
        must_hold(holds(content, *part), "what the content says");
    }
    must_hold(!full->signed_octets.empty() && full->signed_octets.front() == 0x31, "a SET OF");
    must_hold(holds(all, Bytes(full->signed_octets.begin() + 1, full->signed_octets.end())),
              "the signed attributes");
    must_hold(holds(full->signed_octets, full->message_digest) && !full->message_digest.empty(),
              "the digest is signed");
    for (const Bytes* part :
         {&full->signer_issuer, &full->signature_parameters, &full->signature}) {
        must_hold(holds(all, *part), "what the signer says");
    }
    return 0;
}
