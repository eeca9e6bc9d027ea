#include "ca-client/renewal.h"

#include "ca-client/predecessor.h"
#include "ca-client/signature_algorithm.h"
#include "engine/base/der.h"
#include "engine/base/hresult_table.h"
#include "engine/base/text.h"

#include <string>
#include <string_view>

namespace ae::ca {
namespace {

constexpr std::string_view kData = "1.2.840.113549.1.7.1";
constexpr std::string_view kSignedData = "1.2.840.113549.1.7.2";
// RFC 5652 5.1 and 5.3: plain data, X.509 certificates and signers by issuer and serial number.
constexpr std::int64_t kSignedDataVersion = 1;
constexpr std::int64_t kSignerInfoVersion = 1;

Bytes explicit_tag(unsigned number, ByteView element) {
    return der::write(der::context_constructed(number), element);
}

// The signature covers the content's octets alone (RFC 5652 5.4: no signed attributes).
Bytes signed_data(ByteView request, const Predecessor& predecessor,
                  engine::KeyAlgorithm key_algorithm, engine::HashAlgorithm hash,
                  ByteView signature) {
    const Bytes digest = digest_algorithm(hash);
    const Bytes content =
        der::sequence({der::oid(kData), explicit_tag(0, der::octet_string(request))});
    const Bytes signer =
        der::sequence({der::integer(kSignerInfoVersion),
                       der::sequence({predecessor.issuer, predecessor.serial_number}), digest,
                       signer_algorithm(key_algorithm, hash), der::octet_string(signature)});
    return der::sequence({der::integer(kSignedDataVersion), der::write(der::Tag::set, digest),
                          content, explicit_tag(0, predecessor.certificate),
                          der::write(der::Tag::set, signer)});
}

}  // namespace

Result<Bytes> build_renewal(Pkcs10Input input, engine::PrivateKey& key,
                            const engine::Signer& signer, engine::Crypto& crypto) {
    const std::string what = "renewal for template " + printable(input.wanted.name);
    auto predecessor = read_predecessor(signer.certificate);
    if (!predecessor) {
        return pass(predecessor, what);
    }
    if (!equal(predecessor->public_key_info, signer.key->public_key_info())) {
        return fail(kInvalidData,
                    what + ": the key to sign with is not that of the certificate to renew");
    }
    auto hash = signature_hash(input.wanted);
    if (!hash) {
        return pass(hash, what);
    }
    input.predecessor = &*predecessor;
    auto request = build_pkcs10(input, key, crypto);
    if (!request) {
        return request;  // it names the renewal itself
    }
    auto signature = signer.key->sign(*hash, *request);
    if (!signature) {
        return pass(signature, what + ": sign with the key of the certificate to renew");
    }
    return der::sequence(
        {der::oid(kSignedData),
         explicit_tag(
             0, signed_data(*request, *predecessor, signer.key->algorithm(), *hash, *signature))});
}

}  // namespace ae::ca
