// What a SubjectPublicKeyInfo says of an RSA key or of one on a NIST curve (RFC 3279 2.3.1, RFC
// 5480 2), and Ecdsa-Sig-Value as the two numbers side by side that Windows' CNG deals in.
// Not for keys with other algorithms.  Pure, any thread.
//
// Errors: kInvalidData when the octets are not what they should be, kNotSupported when they are and
// we do not know the algorithm, the curve or the form of the point.
#pragma once

#include "engine/ports.h"

#include <optional>
#include <variant>

namespace ae::stores {

struct RsaPublicKey {
    Bytes modulus{};   // big-endian, without leading zeros
    Bytes exponent{};  // the same
};

struct EcPublicKey {
    engine::KeyAlgorithm curve = engine::KeyAlgorithm::ecdsa_p256;
    Bytes x_and_y{};  // big-endian, each as long as the field
};

using PublicKey = std::variant<RsaPublicKey, EcPublicKey>;

Result<PublicKey> parse_public_key_info(ByteView der);

// Nothing for a kind of key that ports.h does not know.
std::optional<engine::KeyAlgorithm> algorithm_of(ByteView public_key_info);
// Whether a key that exists is of the kind, and at least of the size, that is asked for.
bool satisfies(ByteView public_key_info, const engine::KeyRequest& request);

// Octets of one coordinate: 32, 48 or 66.
std::size_t coordinate_size(engine::KeyAlgorithm curve);

// RFC 3279 2.2.3: r and s, each of `size` octets.  Nothing: not an Ecdsa-Sig-Value, or a number
// that is negative or too large.
std::optional<Bytes> numbers_of_ecdsa_signature(ByteView der, std::size_t size);
// The way back.  `numbers`: r and s of the same length.
Bytes ecdsa_signature_of_numbers(ByteView numbers);

// The way back of parse_public_key_info, for keys that the system made.
Bytes write_public_key_info(const PublicKey& key);

}  // namespace ae::stores
