// ECDH on the NIST curves with CNG: a key that lives and dies with its object, and the trial of a
// stored key against one.  Windows only.
//
// Not for: exchanging messages.  What both sides agree on is compared and forgotten.
// Errors: kNotSupported: the system or the provider lacks the curve or the agreement; kUnexpected:
// it failed; NTE_NO_KEY: both sides came to different secrets.
#pragma once

#include "engine/base/secret.h"
#include "stores/bcrypt_handles.h"
#include "stores/public_key_cng.h"

namespace ae::stores {

class ThrowAwayKey {
  public:
    static Result<ThrowAwayKey> make(engine::KeyAlgorithm curve);
    [[nodiscard]] const EcPublicKey& public_key() const { return public_key_; }
    // SHA-256 of the secret that both sides have.
    Result<Secret> agree_with(const EcPublicKey& other);

  private:
    UniqueBcryptAlgorithm algorithm_{};
    UniqueBcryptKey key_{};
    EcPublicKey public_key_{};
};

// Whether the stored key is the secret half of `public_key`.  `flags`: those of NCrypt.
Done probe_key_agreement(const UniqueNcrypt& provider, const UniqueNcrypt& key,
                         const EcPublicKey& public_key, DWORD flags);

}  // namespace ae::stores
