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
using engine::Template;

constexpr std::string_view kRsaEncryption = "1.2.840.113549.1.1.1";

struct HashRow {
    HashAlgorithm hash;
    std::string_view name;  // in msPKI-Hash-Algorithm
    std::string_view digest;
    std::string_view with_rsa;
    std::string_view with_ecdsa;
};
constexpr std::array kHashes = {
    HashRow{HashAlgorithm::sha1, "SHA1", "1.3.14.3.2.26", "1.2.840.113549.1.1.5",
            "1.2.840.10045.4.1"},
    HashRow{HashAlgorithm::sha256, "SHA256", "2.16.840.1.101.3.4.2.1", "1.2.840.113549.1.1.11",
            "1.2.840.10045.4.3.2"},
    HashRow{HashAlgorithm::sha384, "SHA384", "2.16.840.1.101.3.4.2.2", "1.2.840.113549.1.1.12",
            "1.2.840.10045.4.3.3"},
    HashRow{HashAlgorithm::sha512, "SHA512", "2.16.840.1.101.3.4.2.3", "1.2.840.113549.1.1.13",
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

}  // namespace

Result<HashAlgorithm> signature_hash(const Template& wanted) {
    if ((wanted.private_key_flags & engine::private_key_flag::kAlternateSignatureAlgorithm) != 0) {
        return fail(kNotSupported, "the alternate signature format (RSASSA-PSS) is not supported",
                    "Turn off \"Use alternate signature format\" in the template's cryptography "
                    "settings");
    }
    if (wanted.hash_algorithm.empty()) {
        return HashAlgorithm::sha256;
    }
    for (const HashRow& row : kHashes) {
        if (equal_ignoring_case(row.name, wanted.hash_algorithm)) {
            return row.hash;
        }
    }
    return fail(kNotSupported,
                "the hash algorithm \"" + wanted.hash_algorithm + "\" is not supported",
                "Choose SHA256, SHA384 or SHA512 in the template's cryptography settings");
}

Bytes signature_algorithm(KeyAlgorithm key, HashAlgorithm hash) {
    const HashRow& row = row_of(hash);
    return algorithm_of(key, row.with_rsa, row.with_ecdsa);
}

// RFC 5754 2 accepts both forms; NULL parameters are what Windows writes.
Bytes digest_algorithm(HashAlgorithm hash) {
    return der::sequence({der::oid(row_of(hash).digest), der::null()});
}

Bytes signer_algorithm(KeyAlgorithm key, HashAlgorithm hash) {
    return algorithm_of(key, kRsaEncryption, row_of(hash).with_ecdsa);
}

}  // namespace ae::ca
