// Software keys: made, written as PKCS #8 and read again with OpenSSL. Internal to the directory
// store.  The secret half leaves this file only in a buffer that is wiped: on its way to a
// key.pem, or to the archives of a CA.  One thread per key.
// Errors: kNotSupported for an algorithm or size that is not offered; kInvalidData for a key that
// cannot be read; kUnexpected when OpenSSL fails.
#pragma once

#include "engine/base/secret.h"
#include "engine/ports.h"
#include "stores/openssl_handles.h"

#include <memory>
#include <optional>
#include <string>

namespace ae::stores {

inline constexpr unsigned kSmallestRsa = 2048;  // bits; below is broken or refused by any authority
inline constexpr unsigned kLargestRsa = 8192;   // above, making one key takes minutes

Done check_key_request(const engine::KeyRequest& request);
// Nothing for a kind of key that ports.h does not know.
std::optional<engine::KeyAlgorithm> algorithm_of(EVP_PKEY* key);
// Whether a key that exists is of the kind, and at least of the size, that is asked for.
bool satisfies(EVP_PKEY* key, const engine::KeyRequest& request);
// The slow part of a pulse: 50 to 500 ms for RSA 2048.
Result<UniqueEvpPkey> generate_key(const engine::KeyRequest& request);

// A memory BIO with the PEM text; OpenSSL wipes it when it is freed.
Result<UniqueBio> key_to_pem(EVP_PKEY* key);
ByteView content_of(BIO* memory);
Result<UniqueEvpPkey> key_from_pem(ByteView pem);
Result<Bytes> public_key_info_of(EVP_PKEY* key);

// Who may have the key whole: the archives of the CA that is asked, or any program of the owner's.
enum class KeyRelease { never, archival, always };
Result<std::unique_ptr<engine::PrivateKey>> make_private_key(
    UniqueEvpPkey key, std::string reference, KeyRelease release = KeyRelease::never);

// Rule Q5: is this the private key of the certificate with that public key?  `gone` only when the
// file is there no more or holds something that certainly is not it.
struct KeyProbe {
    engine::KeyState state = engine::KeyState::unknown;
    std::string detail{};
};
KeyProbe probe_key(const std::optional<Secret>& file, ByteView public_key_info);

}  // namespace ae::stores
