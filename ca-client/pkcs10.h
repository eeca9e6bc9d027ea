// PKCS #10 request for a certificate, as Windows' autoenrollment sends it.
//
// The subject is empty, because the certification authority builds all names from the directory;
// only a renewal repeats the names of its predecessor where the template leaves them to the client.
// A key that does not sign gets a null signature, the digest in the signature's place ([MS-WCCE]
// 2.2.2.6.5): such a request is legal inside CMS and CMC only, which is the caller's duty.
// Not for: further signatures (renewal.h, cmc_request.h), key archival, attestation, names supplied
// by a person (engine refuses them).
// Deviations from Windows: client id 0, because 1-9 are reserved for Microsoft's programs; SHA-256
// when the template names no hash; attributes in DER order; one pair per name-value attribute.
// The octets are for the certification authority only: never log them.
// Errors: kNotSupported when the template asks for what this client cannot do, kInvalidData when it
// contradicts itself, and the key's own error when it does not sign.
// Source: [MS-WCCE] 2.2.2.7, 3.1.1.4.3.1.1, 3.1.2.4.2.2; RFC 2986.
#pragma once

#include "ca-client/certificate_view.h"
#include "ca-client/request_attributes.h"
#include "engine/base/bytes.h"
#include "engine/base/result.h"
#include "engine/ports.h"
#include "engine/template.h"

#include <string>
#include <string_view>

namespace ae::ca {

struct Pkcs10Input {
    const engine::Template& wanted;
    Requester requester{};
    const CertificateView* predecessor = nullptr;  // renewal only; its builders fill it
};

// How errors begin: "renewal for template CorpMachine"; `kind` is "request" or "renewal".
std::string context_of(std::string_view kind, const engine::Template& wanted);

// `crypto` makes the subject key identifier.
Result<Bytes> build_pkcs10(const Pkcs10Input& input, engine::PrivateKey& key,
                           engine::Crypto& crypto);

}  // namespace ae::ca
