// Which hash a template asks for, and the AlgorithmIdentifiers that PKCS #10 and PKCS #7 write for
// it (RFC 8017 A.2.4, RFC 5758 3.2, RFC 3370, RFC 5754).  Pure, any thread.
#pragma once

#include "engine/base/bytes.h"
#include "engine/base/result.h"
#include "engine/ports.h"
#include "engine/template.h"

namespace ae::ca {

// SHA-256 when the template names none.  Error kNotSupported: a hash or a signature format that
// this client does not know.
Result<engine::HashAlgorithm> signature_hash(const engine::Template& wanted);

// sha256WithRSAEncryption, ecdsa-with-SHA256 ...: of a certification request.
Bytes signature_algorithm(engine::KeyAlgorithm key, engine::HashAlgorithm hash);

// The two that a SignerInfo names.  For RSA the second is the plain rsaEncryption (RFC 3370 3.2).
Bytes digest_algorithm(engine::HashAlgorithm hash);
Bytes signer_algorithm(engine::KeyAlgorithm key, engine::HashAlgorithm hash);

}  // namespace ae::ca
