// What a request takes from a certificate that it names: the one that it renews, one that signs it,
// or the one that a key is encrypted to ([MS-WCCE] 3.1.1.4.3.2, 3.1.1.4.3.6, 3.1.2.4.2.2.2.10).
// Whole elements, octet by octet, because an issuer that is written anew may differ from the one
// that the certification authority compares.
// Not for: judging the certificate; the engine has decided that it may be used.  Pure.
#pragma once

#include "engine/base/bytes.h"
#include "engine/base/result.h"
#include "engine/ports.h"

#include <string_view>

namespace ae::ca {

// Views into the certificate: keep that alive.
struct CertificateView {
    ByteView certificate{};
    ByteView serial_number{};      // INTEGER
    ByteView issuer{};             // Name
    ByteView subject{};            // Name
    ByteView public_key_info{};    // SubjectPublicKeyInfo
    ByteView alternative_names{};  // GeneralNames; empty when it has none
};

// `role` names the certificate in errors: "the certificate to renew".
// Error kInvalidData: the octets are not one whole certificate.
Result<CertificateView> view_certificate(ByteView certificate, std::string_view role);

// The same for one who signs.  Errors too: kInvalidData when the key is another certificate's,
// kNotSupported when it does not sign.
Result<CertificateView> view_signer(const engine::Signer& signer, std::string_view role);

}  // namespace ae::ca
