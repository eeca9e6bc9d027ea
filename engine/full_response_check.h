// Is a CA's full CMC answer true?  Checks I2, I3, I4 and I12 of RULES.md, each one function.
// Not for: the certificate itself (response_check.h), reading the octets (ca-client).
// Deviations: that the CA issued "out of band" is a success in its full answer and a wait in its
// disposition, so such an answer does not pass I2; an enterprise CA never gives it.  The pending
// token is not compared (full_response.h).
// Errors: one sentence that begins with the check's id.  Calls the ports, changes nothing.
#pragma once

#include "engine/ca_certificates.h"
#include "engine/certificate.h"
#include "engine/ports.h"

namespace ae::engine {

// I2: issued is success, under submission is pending, the rest is failed; a revoked certificate
// counts as success there ([MS-WCCE] 3.2.1.4.2.1.4.8.2, cMCStatus).
Done check_status(const CaReply& reply, const FullResponse& full);

// I3: what was signed is what came, by a certificate of the CA that was asked, and, when a leaf
// came, by the one whose key signed it.  `leaf`: nullptr when there is none.
Done check_signature(const FullResponse& full, const CertificateFacts* leaf, CaCertificates& known,
                     Crypto& crypto);

// I4: the answer is about this leaf.
Done check_issued_hash(const FullResponse& full, const CertificateFacts& leaf, Crypto& crypto);

// I12: `sent` is empty when nothing was archived.  kKeyHash... codes of [MS-ERREF].
Done check_archived_key(const FullResponse& full, ByteView sent);

}  // namespace ae::engine
