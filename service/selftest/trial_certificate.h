// A certificate that no authority ever saw: made and signed with a key of the trial itself.
#pragma once

#include "engine/base/time.h"
#include "engine/ports.h"

namespace ae::service {

// How a trial's certificates are told from everybody else's.
inline constexpr const char* kTrialName = "aeclient selftest, to be deleted";

// Valid for a day around `now`, for no purpose.  The key's own error when it does not sign.
Result<Bytes> trial_certificate(engine::PrivateKey& key, Time now);
// Whether subject and issuer are that name.
bool is_of_a_trial(const engine::CertificateFacts& facts);

}  // namespace ae::service
