#include "ca-client/renewal.h"

#include "ca-client/certificate_view.h"
#include "ca-client/cms/signed_data.h"
#include "ca-client/signature_algorithm.h"

namespace ae::ca {

Result<Bytes> build_renewal(Pkcs10Input input, engine::PrivateKey& key,
                            const engine::Signer& signer, engine::Crypto& crypto) {
    const std::string what = context_of("renewal", input.wanted);
    auto predecessor = view_signer(signer, "the certificate to renew");
    if (!predecessor) {
        return pass(predecessor, what);
    }
    input.predecessor = &*predecessor;
    auto scheme = signature_scheme(input.wanted);
    if (!scheme) {
        return pass(scheme, what);
    }
    auto request = build_pkcs10(input, key, crypto);
    if (!request) {
        return request;  // it names the renewal itself
    }
    // The old key keeps its usual format: only the PKCS #10 has to have the alternate one.
    const cms::SignerPlan old_key{
        .id = cms::IssuerAndSerial{predecessor->issuer, predecessor->serial_number},
        .key = *signer.key,
        .scheme = scheme->hash,
        .step = "sign with the key of the certificate to renew"};
    auto message = cms::signed_data(
        {.type = cms::kData, .octets = *request, .certificates = {predecessor->certificate}},
        {old_key}, crypto);
    if (!message) {
        return pass(message, what);
    }
    return message;
}

}  // namespace ae::ca
