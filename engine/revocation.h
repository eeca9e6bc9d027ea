// Whether one certificate is revoked, by what its issuer signed (RFC 5280 6.3, RFC 6960 3.2).
//
// Valid, revoked and unknown are kept apart: nothing but a signed and fresh statement about just
// this certificate makes it valid, and nothing but a signed one makes it revoked (rule Q14).
// Signed: by the key of the issuer's certificate, or, for OCSP, of a responder to which that key
// gave id-kp-OCSPSigning (RFC 6960 4.2.2.2).  A certificate of the responder is not asked about in
// turn.  Fresh: from thisUpdate to nextUpdate, with 10 minutes for clocks that differ; an OCSP
// answer, which may have been recorded, ends with its nextUpdate to the second, and without one 10
// minutes after it was produced.  A list that is past its nextUpdate still proves what it has
// revoked, unless that was on hold: nothing else is ever taken back.  Deviation: a list that
// another key of the issuer signed is not used. A delta list adds to its complete list; alone it is
// never used. Not for: chains (ports.h ChainChecker), fetching (url_source.h).  Pure but for the
// calls to Crypto.
#pragma once

#include "engine/base/hresult_table.h"
#include "engine/certificate.h"
#include "engine/crl.h"
#include "engine/ocsp.h"
#include "engine/ports.h"

#include <optional>
#include <string>

namespace ae::engine {

enum class RevocationState { valid, revoked, unknown };

struct RevocationVerdict {
    RevocationState state = RevocationState::unknown;
    // Unknown: kRevocationOffline, there is nothing that may be believed; kRevocationFailure, the
    // issuer's own statement cannot be used.
    Hresult problem{};
    std::string detail{};  // one clause for people; empty when valid
};

// Error kInvalidData: `list` is not one that the key of `issuer` signed for its own certificates.
// Expensive, once per list; what follows takes authentic lists only.
Done check_crl_signature(const Crl& list, const CertificateFacts& issuer, Crypto& crypto);

// RFC 5280 5.2.4: the complete list is not older than the one that the delta starts from.
enum class DeltaFit { fits, wants_newer_list, unusable };
DeltaFit fit_of(const Crl& list, const Crl& delta, Time now);

// `list` and `delta` are authentic.  `delta` is used when it fits, and otherwise as if there were
// none.
RevocationVerdict verdict_by_list(const CertificateFacts& certificate, const Crl& list,
                                  const Crl* delta, Time now);

RevocationVerdict verdict_by_answer(const CertificateFacts& certificate,
                                    const CertificateFacts& issuer, const OcspQuestion& question,
                                    const OcspAnswer& answer, Time now, Crypto& crypto);

}  // namespace ae::engine
