// How a template wants its request signed, and the AlgorithmIdentifiers that PKCS #10 and CMS write
// for it (RFC 8017 A.2.4, RFC 4055, RFC 5758 3.2, RFC 3370, RFC 5754, RFC 4056).  Pure, any thread.
#pragma once

#include "engine/base/bytes.h"
#include "engine/base/result.h"
#include "engine/ports.h"
#include "engine/template.h"

namespace ae::ca {

// SHA-256 when the template names no digest; RsaPadding::pss for the alternate signature format,
// which is a format of its own for elliptic curves too (signature_algorithm()).
// Error kNotSupported: a digest that this client does not know.
Result<engine::SignatureScheme> signature_scheme(const engine::Template& wanted);

// Of a certification request: sha256WithRSAEncryption, ecdsa-with-SHA256 ...  The alternate format
// ([MS-WCCE] 3.1.2.4.2.2.2.8): RSASSA-PSS with its parameters spelt out; ecdsa-with-Specified of
// X9.62 with the digest as parameter.
Bytes signature_algorithm(engine::KeyAlgorithm key, const engine::SignatureScheme& scheme);

// The two that a SignerInfo names.  For RSA the second is the plain rsaEncryption (RFC 3370 3.2) or
// RSASSA-PSS (RFC 4056 3); for elliptic curves always the usual one (RFC 5753 2.1.1).
Bytes digest_algorithm(engine::HashAlgorithm hash);
Bytes signer_algorithm(engine::KeyAlgorithm key, const engine::SignatureScheme& scheme);

// Of a signer whose key does not sign: the signature is the digest itself (RFC 2797 3.3.3.1).
Bytes no_signature_algorithm();

}  // namespace ae::ca
