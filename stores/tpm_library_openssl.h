// The machine's TPM 2.0, reached through OpenSSL's provider "tpm2" (package tpm2-openssl), which is
// loaded at run time into a library context of its own: nothing is linked, and no other use of
// OpenSSL in the process sees it.  Internal to tpm_key_backend_openssl.cpp.
//
// Opening connects to the TPM, closing lets it go: an open one keeps a TPM without resource manager
// from every other program, so it lives for one operation.  Which TPM is always named: left to
// itself the library would also ask a simulator at some port of localhost, which anybody may hold.
// The process's environment is changed for the library (TPM2OPENSSL_TCTI): no other thread may read
// the environment meanwhile.
// Errors: kNotSupported when there is no such TPM or the provider is not installed.
#pragma once

#include "stores/openssl_handles.h"

#include <string>

#include <openssl/crypto.h>
#include <openssl/provider.h>

namespace ae::stores {

inline void unload_provider(OSSL_PROVIDER* provider) { OSSL_PROVIDER_unload(provider); }

using UniqueLibraryContext = UniqueHandle<OpensslTraits<OSSL_LIB_CTX, OSSL_LIB_CTX_free>>;
using UniqueProvider = UniqueHandle<OpensslTraits<OSSL_PROVIDER, unload_provider>>;

class TpmLibrary {
  public:
    // `tcti`: empty: the kernel's resource manager.
    static Result<TpmLibrary> open(const std::string& tcti);

    // RSA: `bits`; else the curve's name.
    Result<UniqueEvpPkey> make_rsa(unsigned bits) const;
    Result<UniqueEvpPkey> make_ec(const char* curve) const;
    // "TSS2 PRIVATE KEY".  kFileNotFound: another TPM's, or the TPM was cleared since.
    Result<UniqueEvpPkey> load(ByteView pem) const;
    Result<Bytes> sign(EVP_PKEY* key, const engine::SignatureScheme& scheme,
                       ByteView message) const;

  private:
    TpmLibrary() = default;
    UniqueLibraryContext context_;
    UniqueProvider usual_;  // decodes what is around a key
    UniqueProvider tpm_;
};

}  // namespace ae::stores
