// Which form a request has, and making it ([MS-WCCE] 3.1.2.4.2.1):
//
//   schema version | new                      | renewal
//   1              | PKCS #10                 | PKCS #10 in PKCS #7, signed by the old key
//   2, 3, 4        | full CMC                 | full CMC, signed by the new and the old key
//
// Where another own certificate vouches for the request (RequestParts::authority) it is a new one,
// whatever it replaces, with that certificate as second signer.  Where PKCS #10 alone cannot carry
// what is asked for (a second signer, an archived key, a null signature), version 1 gets CMC too
// ([MS-WCCE] 3.1.1.4.3, 2.2.2.6.5).
// Not for: sending (cert_request_transport.h), deciding what is asked for (engine).
// Deviations from Windows: those of pkcs10.h and archived_key.h.
// Errors: those of pkcs10.h, renewal.h, cmc_request.h; each names the template.
// The octets are for the certification authority only: never log them.
#pragma once

#include "engine/base/result.h"
#include "engine/ports.h"

#include <string>

namespace ae::ca {

// `machine_fqdn` is the host that asks, "ws1.corp.example.test"; empty: not told.
Result<engine::EncodedRequest> build_request(const engine::RequestParts& parts,
                                             const std::string& machine_fqdn,
                                             engine::Crypto& crypto);

}  // namespace ae::ca
