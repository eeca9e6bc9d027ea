// The request that renews a certificate: PKCS #10 for the new key inside PKCS #7 that the old key
// signs, as Windows writes it (signer by issuer and serial number, no signed attributes).
//
// Not for: CMC (cmc_request.h), deciding that a certificate is renewed.
// Deviations from Windows: those of pkcs10.h.
// The octets are for the certification authority only: never log them.
// Errors: those of build_pkcs10(), kInvalidData when the predecessor cannot be read or `signer`'s
// key is another one's, and the old key's own error when it does not sign.
// Source: [MS-WCCE] 3.1.1.4.3.2.1, 2.2.2.7.3; RFC 5652 5.
#pragma once

#include "ca-client/pkcs10.h"
#include "engine/base/bytes.h"
#include "engine/base/result.h"
#include "engine/ports.h"

namespace ae::ca {

// `signer` is the certificate to renew with its key; `input.predecessor` is filled from it.
Result<Bytes> build_renewal(Pkcs10Input input, engine::PrivateKey& key,
                            const engine::Signer& signer, engine::Crypto& crypto);

}  // namespace ae::ca
