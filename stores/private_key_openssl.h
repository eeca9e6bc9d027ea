// Software keys: made, written as PKCS #8 and read again with OpenSSL. Internal to the directory
// store.  The secret half leaves this file only in a buffer that is wiped: on its way to a
// key.pem, or to the archives of a CA.  One thread per key.
// Errors: kNotSupported for an algorithm or size that is not offered; kInvalidData for a key that
// cannot be read; kUnexpected when OpenSSL fails.
#pragma once

#include "engine/base/secret.h"
#include "engine/ports.h"
#include "stores/key_backend.h"
#include "stores/openssl_handles.h"

#include <memory>
#include <optional>
#include <string>

namespace ae::stores {

inline constexpr unsigned kSmallestRsa = 2048;  // bits; below is broken or refused by any authority
inline constexpr unsigned kLargestRsa = 8192;   // above, making one key takes minutes

Done check_key_request(const engine::KeyRequest& request);
// "P-256"; null for RSA.
const char* curve_of(engine::KeyAlgorithm algorithm);
// Nothing for a kind of key that ports.h does not know.
std::optional<engine::KeyAlgorithm> algorithm_of(EVP_PKEY* key);
// The slow part of a pulse: 50 to 500 ms for RSA 2048.
Result<UniqueEvpPkey> generate_key(const engine::KeyRequest& request);

// A key.pem, in the form that the key's provider writes.
Result<KeyFile> key_file_of(EVP_PKEY* key);
Result<UniqueEvpPkey> key_from_pem(ByteView pem);
Result<Bytes> public_key_info_of(EVP_PKEY* key);

Result<std::unique_ptr<engine::PrivateKey>> make_private_key(
    UniqueEvpPkey key, std::string reference, KeyRelease release = KeyRelease::never);

// Rule Q5, of the content of a key.pem: `gone` only when it certainly is not the key.
KeyProbe probe_key(ByteView pem, ByteView public_key_info);

}  // namespace ae::stores
