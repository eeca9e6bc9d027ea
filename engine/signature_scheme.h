// What a signature's AlgorithmIdentifier means for Crypto::verify, and whether a certificate is
// signed by a key (RFC 5280 4.1.1, RFC 4055, RFC 5754, RFC 5758; 1.2.840.10045.4.3 is X9.62's form
// that names its digest beside it).
// Not for: making signatures (ca-client), trust (ports.h ChainChecker).
// RSASSA-PSS is understood as Crypto verifies it: MGF1 with the same digest, a salt of its length.
// Pure but for the calls to Crypto; any thread.
#pragma once

#include "engine/ports.h"

#include <optional>
#include <string_view>

namespace ae::engine {

// RFC 5280 4.1.1.2.
struct AlgorithmName {
    std::string oid{};
    ByteView parameters{};  // the whole element; empty: there is none
};
// Error kInvalidData: octets that are no AlgorithmIdentifier's content.
Result<AlgorithmName> read_algorithm(ByteView content);

// "2.16.840.1.101.3.4.2.1"; nothing: no digest that Crypto knows.
std::optional<HashAlgorithm> hash_of(std::string_view oid);

// `digest`: for names that say nothing about it, as a SignerInfo's "rsaEncryption" (RFC 5652 5.3).
// Nothing: an algorithm that Crypto does not verify.
std::optional<SignatureScheme> scheme_of(const AlgorithmName& algorithm,
                                         std::optional<HashAlgorithm> digest = {});

enum class Signature { good, wrong, not_understood };

// Whether the key of `public_key_info` made the certificate's signature.
Signature signature_of(ByteView certificate, ByteView public_key_info, Crypto& crypto);

}  // namespace ae::engine
