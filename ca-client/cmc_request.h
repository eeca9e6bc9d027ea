// A full CMC request: PKIData around one PKCS #10, in SignedData (RFC 2797;
// [MS-WCCE] 3.1.1.4.3.1.3, 3.1.1.4.3.2.2, 3.1.1.4.3.6.1).
//
// Signers, in this order: the new key, named by its subject key identifier because it has no
// certificate yet; then, by issuer and serial number, the certificate that is renewed or the one
// that vouches for the request.  A key that does not sign gives the digest in both places. The
// pairs cdc and rmd stand in the PKCS #10, where Windows writes them and [MS-WCCE] 2.2.2.7 wants
// them, and once more in the registration information, which the same section allows and which
// RFC 2797 5.12 means for them: whichever of the two a CA reads, it reads the same.
// Not for: choosing this form (request_builder.h), enrolment on behalf of somebody else. The
// octets are for the certification authority only: never log them.
// Errors: those of build_pkcs10() and archive_key(); kInvalidData when a signing certificate
// cannot be read or its key is another one's; kNotSupported when that key does not sign; the
// keys' own.
#pragma once

#include "ca-client/pkcs10.h"
#include "engine/base/bytes.h"
#include "engine/base/result.h"
#include "engine/ports.h"

namespace ae::ca {

// At most one of the two signers: a request that another certificate vouches for is no renewal
// ([MS-WCCE] 3.1.2.4.2.1).
struct CmcSigners {
    const engine::Signer* predecessor = nullptr;
    const engine::Signer* authority = nullptr;
};

// `input.predecessor` is filled from the signers.  `exchange_certificate`: empty for no archival.
Result<engine::EncodedRequest> build_cmc(Pkcs10Input input, engine::PrivateKey& key,
                                         const CmcSigners& signers, ByteView exchange_certificate,
                                         engine::Crypto& crypto);

}  // namespace ae::ca
