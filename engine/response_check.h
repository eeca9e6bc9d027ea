// Is the CA's answer what was asked for?  Checks I1-I12 of RULES.md, in that order; only a
// certificate that passes every one may be installed.
//
// I2-I4 are for a full CMC answer.  [MS-WCCE] 3.2.1.4.2.1.4.8.2 makes one a duty of the CA where it
// was asked for, so a certificate without it, or with one that cannot be read, does not pass
// (CaReply::full_problem).  Where none was asked for (version 1, ICertRequestD, ICertPassage) the
// other checks are all there is.
// I8 and I3 know the CA by ca_certificates.h.
// Not for: deciding what becomes of key and request afterwards (pulse_enroll.h).
// Calls the ports, changes nothing.
#pragma once

#include "engine/ca_certificates.h"
#include "engine/certificate.h"
#include "engine/ports.h"

#include <functional>
#include <string>

namespace ae::engine {

struct ResponseQuestion {
    const Template& wanted;
    const EnrollmentService& ca;
    PrivateKey& key;
    const Anchors& anchors;
    Time now{};
    ByteView archived_key_hash{};           // of the request; empty: no key was archived (I12)
    AskForCertificates own_certificates{};  // of the CA, where the directory lags behind (I3, I8)
    // Told one sentence about what passed only because of that; none: nobody wants to know.
    std::function<void(const std::string&)> note{};
};

// The leaf's facts.  Errors: one sentence that begins with the check's id, "check I5: ..."; with
// the code of the call where I3 or I8 could not be decided because the CA's own list did not come.
Result<CertificateFacts> check_response(const CaReply& reply, const ResponseQuestion& question,
                                        ChainChecker& chains, Crypto& crypto);

// Whether that code says so: the certificate may be good, and is to be fetched once more.
bool is_undecided(Hresult code);

// Of a CA's word without a certificate, under submission or refused: may an entry of REQUEST be
// kept waiting, or be dropped, because of it?  I2 and I3, where a full answer came; without one the
// call, which the wire protects, is all there is.  Errors as above.
struct StandingQuestion {
    const EnrollmentService& ca;
    const Anchors& anchors;
    Time now{};
    AskForCertificates own_certificates{};
};
Done check_standing(const CaReply& reply, const StandingQuestion& question, ChainChecker& chains,
                    Crypto& crypto);

// The leaf's issuers out of the answer's other certificates, nearest first.  Self-signed ones stay
// out (rule I13: a root comes from the directory or not at all), and so does what is not in the
// path.
std::vector<Bytes> issuers_of(const CertificateFacts& leaf, const std::vector<Bytes>& others);

}  // namespace ae::engine
