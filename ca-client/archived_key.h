// The private key of a request, encrypted for the archive of the CA ([MS-WCCE] 3.1.1.4.3.6).
//
// The key leaves its store here, in octets that wipe themselves, and goes on as EnvelopedData for
// the CA's exchange certificate.  Neither is ever logged.
// Not for: deciding that a key is archived (engine/archival.h), judging the exchange certificate
// (engine/exchange_check.h).
// Errors: kInvalidData for an exchange certificate that cannot be read; kNotSupported for a cipher
// that this client does not know, and when the store does not give the key out.
#pragma once

#include "engine/base/bytes.h"
#include "engine/base/result.h"
#include "engine/ports.h"
#include "engine/template.h"

namespace ae::ca {

struct ArchivedKey {
    Bytes enveloped{};  // ContentInfo with EnvelopedData
    Bytes hash{};       // of `enveloped`, by the digest of the request's signature
};

Result<ArchivedKey> archive_key(const engine::Template& wanted, engine::PrivateKey& key,
                                ByteView exchange_certificate, engine::HashAlgorithm hash,
                                engine::Crypto& crypto);

// msPKI-Symmetric-Algorithm and -Key-Length ([MS-WCCE] 3.1.2.4.2.2.2.5).  AES-256 where the
// template names none; Windows takes 3DES then (note 51).
Result<engine::ContentCipher> archival_cipher(const engine::Template& wanted);

}  // namespace ae::ca
