#include "ca-client/signature_algorithm.h"

#include "engine/base/der.h"
#include "engine/base/hresult_table.h"
#include "engine/base/text.h"

#include <array>
#include <string>
#include <string_view>

namespace ae::ca {
namespace {

using engine::HashAlgorithm;
using engine::KeyAlgorithm;
using engine::RsaPadding;
using engine::SignatureScheme;
using engine::Template;

constexpr std::string_view kRsaEncryption = "1.2.840.113549.1.1.1";
constexpr std::string_view kMgf1 = "1.2.840.113549.1.1.8";
constexpr std::string_view kRsassaPss = "1.2.840.113549.1.1.10";
constexpr std::string_view kEcdsaWithSpecified = "1.2.840.10045.4.3";
constexpr std::string_view kNoSignature = "1.3.6.1.5.5.7.6.2";

struct HashRow {
    HashAlgorithm hash;
    std::int64_t size;      // octets
    std::string_view name;  // in msPKI-Hash-Algorithm
    std::string_view digest;
    std::string_view with_rsa;
    std::string_view with_ecdsa;
};
constexpr std::array kHashes = {
    HashRow{HashAlgorithm::sha1, 20, "SHA1", "1.3.14.3.2.26", "1.2.840.113549.1.1.5",
            "1.2.840.10045.4.1"},
    HashRow{HashAlgorithm::sha256, 32, "SHA256", "2.16.840.1.101.3.4.2.1", "1.2.840.113549.1.1.11",
            "1.2.840.10045.4.3.2"},
    HashRow{HashAlgorithm::sha384, 48, "SHA384", "2.16.840.1.101.3.4.2.2", "1.2.840.113549.1.1.12",
            "1.2.840.10045.4.3.3"},
    HashRow{HashAlgorithm::sha512, 64, "SHA512", "2.16.840.1.101.3.4.2.3", "1.2.840.113549.1.1.13",
            "1.2.840.10045.4.3.4"},
};

const HashRow& row_of(HashAlgorithm hash) {
    for (const HashRow& row : kHashes) {
        if (row.hash == hash) {
            return row;
        }
    }
    return kHashes[1];
}

// RSA has NULL parameters, ECDSA has none.
Bytes algorithm_of(KeyAlgorithm key, std::string_view rsa, std::string_view ecdsa) {
    return key == KeyAlgorithm::rsa ? der::sequence({der::oid(rsa), der::null()})
                                    : der::sequence({der::oid(ecdsa)});
}

Bytes explicit_tag(unsigned number, ByteView element) {
    return der::write(der::context_constructed(number), element);
}

// RFC 4055 3.1: MGF1 and the signature have one digest, and the salt has its length.  All three are
// the DEFAULT for SHA-1, and DER leaves a default out.
Bytes rsassa_pss(HashAlgorithm hash) {
    if (hash == HashAlgorithm::sha1) {
        return der::sequence({der::oid(kRsassaPss), der::sequence({})});
    }
    const Bytes digest = digest_algorithm(hash);
    return der::sequence({der::oid(kRsassaPss),
                          der::sequence({explicit_tag(0, digest),
                                         explicit_tag(1, der::sequence({der::oid(kMgf1), digest})),
                                         explicit_tag(2, der::integer(row_of(hash).size))})});
}

}  // namespace

Result<SignatureScheme> signature_scheme(const Template& wanted) {
    const bool alternate =
        (wanted.private_key_flags & engine::private_key_flag::kAlternateSignatureAlgorithm) != 0;
    const RsaPadding padding = alternate ? RsaPadding::pss : RsaPadding::pkcs1;
    if (wanted.hash_algorithm.empty()) {
        return SignatureScheme(HashAlgorithm::sha256, padding);
    }
    for (const HashRow& row : kHashes) {
        if (equal_ignoring_case(row.name, wanted.hash_algorithm)) {
            return SignatureScheme(row.hash, padding);
        }
    }
    return fail(kNotSupported,
                "the hash algorithm \"" + printable(wanted.hash_algorithm) + "\" is not supported",
                "Choose SHA256, SHA384 or SHA512 in the template's cryptography settings");
}

Bytes signature_algorithm(KeyAlgorithm key, const SignatureScheme& scheme) {
    if (scheme.padding == RsaPadding::pss) {
        return key == KeyAlgorithm::rsa
                   ? rsassa_pss(scheme.hash)
                   : der::sequence({der::oid(kEcdsaWithSpecified), digest_algorithm(scheme.hash)});
    }
    const HashRow& row = row_of(scheme.hash);
    return algorithm_of(key, row.with_rsa, row.with_ecdsa);
}

// RFC 5754 2 accepts both forms; NULL parameters are what Windows writes.
Bytes digest_algorithm(HashAlgorithm hash) {
    return der::sequence({der::oid(row_of(hash).digest), der::null()});
}

Bytes signer_algorithm(KeyAlgorithm key, const SignatureScheme& scheme) {
    if (key == KeyAlgorithm::rsa && scheme.padding == RsaPadding::pss) {
        return rsassa_pss(scheme.hash);
    }
    return algorithm_of(key, kRsaEncryption, row_of(scheme.hash).with_ecdsa);
}

Bytes no_signature_algorithm() { return der::sequence({der::oid(kNoSignature), der::null()}); }

}  // namespace ae::ca
