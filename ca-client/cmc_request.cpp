#include "ca-client/cmc_request.h"

#include "ca-client/archived_key.h"
#include "ca-client/certificate_view.h"
#include "ca-client/cmc/pki_data.h"
#include "ca-client/cms/signed_data.h"
#include "ca-client/request_extensions.h"
#include "ca-client/signature_algorithm.h"
#include "engine/base/der.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ae::ca {
namespace {

using engine::EncodedRequest;

constexpr std::string_view kArchivedKeyAttribute = "1.3.6.1.4.1.311.21.13";
constexpr std::string_view kEncryptedKeyHashAttribute = "1.3.6.1.4.1.311.21.21";

// The one besides the new key.
struct SecondSigner {
    CertificateView certificate{};
    engine::PrivateKey& key;
    std::string_view step{};
};

Result<std::optional<SecondSigner>> second_signer(const CmcSigners& signers) {
    const bool renews = signers.predecessor != nullptr;
    const engine::Signer* signer = renews ? signers.predecessor : signers.authority;
    if (signer == nullptr) {
        return std::optional<SecondSigner>();
    }
    auto view = view_signer(*signer, renews ? "the certificate to renew"
                                            : "the certificate that vouches for the request");
    if (!view) {
        return pass(view);
    }
    return SecondSigner{*view, *signer->key,
                        renews ? "sign with the key of the certificate to renew"
                               : "sign with the key of the certificate that vouches for it"};
}

struct Parts {
    const Pkcs10Input& input;
    engine::PrivateKey& key;
    engine::SignatureScheme scheme;
    const std::optional<SecondSigner>& second;
    const std::optional<ArchivedKey>& archived;
};

Bytes content(const Parts& parts, ByteView request) {
    const Requester& who = parts.input.requester;
    std::vector<Bytes> attributes = {client_info_attribute(who)};
    if (parts.archived) {
        attributes.push_back(
            attribute(kEncryptedKeyHashAttribute, der::octet_string(parts.archived->hash)));
    }
    return cms::pki_data({.request = request,
                          .attributes = std::move(attributes),
                          .registration_info = registration_info(name_value_pairs(who))});
}

// [MS-WCCE] 3.1.1.4.3.6.1: the archived key hangs, unsigned, on the signer that is the new key.
Result<Bytes> sign(const Parts& parts, ByteView pki_data, engine::Crypto& crypto) {
    auto identifier = subject_key_identifier(parts.key.public_key_info(), crypto);
    if (!identifier) {
        return identifier;
    }
    std::vector<cms::SignerPlan> signers;
    signers.push_back({.id = cms::KeyIdentifier{std::move(*identifier)},
                       .key = parts.key,
                       .scheme = parts.scheme,
                       .step = "sign with the new key"});
    if (parts.archived) {
        signers.front().unsigned_attributes.push_back(
            attribute(kArchivedKeyAttribute, parts.archived->enveloped));
    }
    std::vector<ByteView> certificates;
    if (parts.second) {
        const CertificateView& certificate = parts.second->certificate;
        // This key keeps its usual format: the template speaks of the new one.
        signers.push_back(
            {.id = cms::IssuerAndSerial{certificate.issuer, certificate.serial_number},
             .key = parts.second->key,
             .scheme = parts.scheme.hash,
             .step = parts.second->step});
        certificates.push_back(certificate.certificate);
    }
    return cms::signed_data(
        {.type = cms::kPkiData, .octets = pki_data, .certificates = std::move(certificates)},
        signers, crypto);
}

Result<std::optional<ArchivedKey>> archived_key(const Pkcs10Input& input, engine::PrivateKey& key,
                                                ByteView exchange_certificate,
                                                engine::HashAlgorithm hash,
                                                engine::Crypto& crypto) {
    if (exchange_certificate.empty()) {
        return std::optional<ArchivedKey>();
    }
    return archive_key(input.wanted, key, exchange_certificate, hash, crypto)
        .map([](ArchivedKey&& archived) { return std::optional(std::move(archived)); });
}

}  // namespace

Result<EncodedRequest> build_cmc(Pkcs10Input input, engine::PrivateKey& key,
                                 const CmcSigners& signers, ByteView exchange_certificate,
                                 engine::Crypto& crypto) {
    const std::string what =
        context_of(signers.predecessor != nullptr ? "renewal" : "request", input.wanted);
    auto second = second_signer(signers);
    if (!second) {
        return pass(second, what);
    }
    input.predecessor = signers.predecessor != nullptr ? &(*second)->certificate : nullptr;
    auto scheme = signature_scheme(input.wanted);
    if (!scheme) {
        return pass(scheme, what);
    }
    auto request = build_pkcs10(input, key, crypto);
    if (!request) {
        return pass(request);  // it names the purpose itself
    }
    auto archived = archived_key(input, key, exchange_certificate, scheme->hash, crypto);
    if (!archived) {
        return pass(archived, what);
    }
    const Parts parts{input, key, *scheme, *second, *archived};
    auto message = sign(parts, content(parts, *request), crypto);
    if (!message) {
        return pass(message, what);
    }
    return EncodedRequest{.format = EncodedRequest::Format::cmc,
                          .octets = std::move(*message),
                          .archived_key_hash = *archived ? (*archived)->hash : Bytes{}};
}

}  // namespace ae::ca
