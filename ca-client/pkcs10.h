// PKCS #10 request for a certificate, as Windows' autoenrollment sends it.
//
// The subject is empty, because the certification authority builds all names from the directory;
// only a renewal repeats the names of its predecessor where the template leaves them to the client.
// Not for: the signature of a renewal (renewal.h), key archival, attestation, names supplied by a
// person (engine refuses them).
// Deviations from Windows: client id 0, because 1-9 are reserved for Microsoft's programs; SHA-256
// when the template names no hash; attributes in DER order; one pair per name-value attribute.
// The octets are for the certification authority only: never log them.
// Errors: kNotSupported when the template asks for what this client cannot do, kInvalidData when it
// contradicts itself, and the key's own error when it does not sign.
// Source: [MS-WCCE] 2.2.2.7, 3.1.1.4.3.1.1, 3.1.2.4.2.2; RFC 2986.
#pragma once

#include "ca-client/predecessor.h"
#include "engine/base/bytes.h"
#include "engine/base/result.h"
#include "engine/ports.h"
#include "engine/template.h"

#include <string>

namespace ae::ca {

struct Pkcs10Input {
    const engine::Template& wanted;
    std::string machine_fqdn{};  // "ws1.corp.example.test"; pair "rmd", left out when empty
    std::string dc_fqdn{};       // the domain controller just read; pair "cdc", left out when empty
    std::string account_name{};  // "CORP\\WS1$"
    std::string process_name{};  // "aeclient"
    const Predecessor* predecessor = nullptr;  // renewal only; build_renewal() fills it
};

// `crypto` makes the subject key identifier.
Result<Bytes> build_pkcs10(const Pkcs10Input& input, engine::PrivateKey& key,
                           engine::Crypto& crypto);

}  // namespace ae::ca
