// Is the CA's answer what was asked for?  Checks I1 and I5-I11 of RULES.md, in that order; only a
// certificate that passes every one may be installed.
//
// Not for: the full CMC response (I2-I4, I12), which this build does not ask for; deciding what
// becomes of key and request afterwards (pulse_enroll.h).
// Deviation: check I8 knows the CA by the certificates that the directory lists for it.  The
// allowance for a CA whose new key the directory does not list yet needs the CA's own property, not
// read here. Calls the ports, changes nothing.
#pragma once

#include "engine/certificate.h"
#include "engine/ports.h"

namespace ae::engine {

struct ResponseQuestion {
    const Template& wanted;
    const EnrollmentService& ca;
    PrivateKey& key;
    const Anchors& anchors;
    Time now{};
};

// The leaf's facts.  Errors: one sentence that begins with the check's id, "check I5: ...".
Result<CertificateFacts> check_response(const CaReply& reply, const ResponseQuestion& question,
                                        ChainChecker& chains, Crypto& crypto);

// The leaf's issuers out of the answer's other certificates, nearest first.  Self-signed ones stay
// out (rule I13: a root comes from the directory or not at all), and so does what is not in the
// path.
std::vector<Bytes> issuers_of(const CertificateFacts& leaf, const std::vector<Bytes>& others);

}  // namespace ae::engine
