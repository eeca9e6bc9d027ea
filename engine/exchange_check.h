// May a private key be encrypted to this CA exchange certificate, for archival?  [MS-WCCE]
// 3.1.1.4.3.6 speaks of a secure channel to the CA; 3.1.1.4.3.4 says what makes one: a
// certificate that is trusted for the purpose "CA exchange".  Ours must be the CA's own besides,
// because who has its key reads the key that is archived.
// Deviation: the purpose "privacy CA" is for attestation and does not do here.
// Not for: encrypting (ca-client), deciding whether a key is archived (key_choice.h). Calls the
// ports, changes nothing.
#pragma once

#include "engine/ca_certificates.h"
#include "engine/certificate.h"
#include "engine/ports.h"

namespace ae::engine {

struct ExchangeQuestion {
    const EnrollmentService& ca;
    const Anchors& anchors;
    Time now{};
    AskForCertificates own_certificates{};  // of the CA, where the directory lags behind
};

// The certificate's facts.  Errors, one sentence each: kInvalidData for what is no certificate, and
// for one of another issuer; kNotSupported for another key than RSA (RecipientInfo by key
// transport); 0x800B0110 for another purpose; 0x800B0101 outside of its dates; the chain's own.
Result<CertificateFacts> check_exchange_certificate(const ExchangeCertificate& given,
                                                    const ExchangeQuestion& question,
                                                    ChainChecker& chains, Crypto& crypto);

}  // namespace ae::engine
