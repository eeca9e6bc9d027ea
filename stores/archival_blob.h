// The private key BLOB of [MS-WCCE] 2.2.2.9.1, in which an RSA key goes to the CA for archival: a
// header of 20 octets, then modulus, p, q, d mod p-1, d mod q-1, q^-1 mod p and d, little endian.
//
// Not for: keys on curves (2.2.2.9.3), which this client does not archive.
// What these functions hold and give out is a private key: only in Secret.  Pure, any thread.
// Errors: kNotSupported: the key does not fit the form; kInvalidData: it is no such BLOB.
#pragma once

#include "engine/base/result.h"
#include "engine/base/secret.h"

#include <cstdint>

namespace ae::stores {

inline constexpr std::size_t kArchivalHeader = 20;
std::size_t archival_blob_size(std::uint32_t bits);
// The octets of the BLOB with all its numbers zero, for the caller to write them behind the header.
Bytes empty_archival_blob(std::uint32_t bits, std::uint32_t public_exponent);

// Of what a provider exported.  Providers write down which of their two kinds of key it is, and
// archives know only one: that of key exchange.
Result<Secret> archival_blob_from(Bytes exported);

// Whatever a provider says when it does not give its key out: kNotSupported, with its own code in
// the text.
Error as_refusal(Error of_provider);

}  // namespace ae::stores
