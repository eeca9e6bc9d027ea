#include "engine/full_response_check.h"

#include "engine/base/hresult_table.h"
#include "engine/base/text.h"
#include "engine/signature_scheme.h"

#include <algorithm>

namespace ae::engine {
namespace {

constexpr Hresult kRevoked = hresult(0x80092010);            // CRYPT_E_REVOKED
constexpr Hresult kKeyHashMissing = hresult(0x80095002);     // XENROLL_E_RESPONSE_KA_HASH_NOT_FOUND
constexpr Hresult kKeyHashUnexpected = hresult(0x80095003);  // ..._UNEXPECTED_KA_HASH
constexpr Hresult kKeyHashDifferent = hresult(0x80095004);   // ..._KA_HASH_MISMATCH

constexpr std::string_view kSuspectAnswer =
    "Look at the CA: somebody may have exchanged the answer, or the CA's service is broken";

tl::unexpected<Error> refuse(std::string sentence) {
    return fail(kInvalidData, std::move(sentence), std::string(kSuspectAnswer));
}

std::string_view words_of(Disposition disposition) {
    switch (disposition) {
        case Disposition::issued:
            return "issued";
        case Disposition::pending:
            return "under submission";
        case Disposition::denied:
            return "denied";
        case Disposition::failed:
            break;
    }
    return "failed";
}

bool agrees(const CaReply& reply, std::int64_t status) {
    switch (reply.disposition) {
        case Disposition::issued:
            return status == cmc_status::kSuccess;
        case Disposition::pending:
            return status == cmc_status::kPending;
        case Disposition::denied:
        case Disposition::failed:
            break;
    }
    const bool revoked = reply.code == kRevoked && status == cmc_status::kSuccess;
    return revoked || status == cmc_status::kFailed;
}

}  // namespace

Done check_status(const CaReply& reply, const FullResponse& full) {
    if (agrees(reply, full.status)) {
        return done();
    }
    return refuse("check I2: the CA says " + std::string(words_of(reply.disposition)) +
                  ", and its full answer has the status " + std::to_string(full.status));
}

Done check_signature(const FullResponse& full, const CertificateFacts* leaf, CaCertificates& known,
                     Crypto& crypto) {
    const auto digest = hash_of(full.digest_oid);
    const auto scheme = scheme_of({full.signature_oid, full.signature_parameters}, digest);
    if (!digest || !scheme) {
        return fail(kNotSupported, "check I3: the full answer is signed by " +
                                       printable(full.signature_oid) + " with digest " +
                                       printable(full.digest_oid) + ", which is not understood");
    }
    if (full.message_digest.empty() ||
        !equal(crypto.digest(*digest, full.content), full.message_digest)) {
        return refuse("check I3: the full answer is not the one that was signed");
    }
    const CertificateFacts* signer = known.find([&](const CertificateFacts& one) {
        return one.issuer_der == full.signer_issuer && one.serial == full.signer_serial;
    });
    if (signer == nullptr) {
        return refuse("check I3: the full answer is signed by the certificate with serial number " +
                      full.signer_serial + ", which is none of the CA's" + known.why_not());
    }
    auto good = crypto.verify(signer->public_key_info, *scheme, full.signed_octets, full.signature);
    if (!good) {
        return pass(good, "check I3: the CA's key does not verify");
    }
    if (!*good) {
        return refuse("check I3: the signature of the full answer is wrong");
    }
    // [MS-WCCE] 3.2.1.4.2.1.4.8.2, signature: the same key as for the end entity's certificate.
    if (leaf != nullptr &&
        (leaf->issuer_der != signer->subject_der ||
         signature_of(leaf->der, signer->public_key_info, crypto) == Signature::wrong)) {
        return refuse("check I3: the key that signed the full answer did not sign the certificate");
    }
    return done();
}

Done check_issued_hash(const FullResponse& full, const CertificateFacts& leaf, Crypto& crypto) {
    if (full.issued_hash.empty()) {
        return refuse("check I4: the full answer does not say which certificate was issued");
    }
    if (!equal(full.issued_hash, crypto.digest(HashAlgorithm::sha1, leaf.der))) {
        return refuse("check I4: the full answer is about another certificate");
    }
    if (std::ranges::find(full.certificates, leaf.der) == full.certificates.end()) {
        return refuse("check I4: the full answer does not hold the certificate");
    }
    return done();
}

Done check_archived_key(const FullResponse& full, ByteView sent) {
    if (sent.empty() && !full.archived_key_hash.empty()) {
        return fail(kKeyHashUnexpected, "check I12: the CA archived a key that was not sent");
    }
    if (!sent.empty() && full.archived_key_hash.empty()) {
        return fail(kKeyHashMissing, "check I12: the CA does not say that it archived the key");
    }
    if (!equal(full.archived_key_hash, sent)) {
        return fail(kKeyHashDifferent, "check I12: the CA archived another key than the one sent");
    }
    return done();
}

}  // namespace ae::engine
