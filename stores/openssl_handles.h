// Owners of OpenSSL's objects, and its error queue as an Error.  Included by *_openssl.cpp only.
#pragma once

#include "engine/base/result.h"
#include "engine/base/unique_handle.h"
#include "engine/ports.h"

#include <string>

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

namespace ae::stores {

template <class T, void (*Free)(T*)>
struct OpensslTraits {
    using value_type = T*;
    static value_type none() noexcept { return nullptr; }
    static void close(value_type value) noexcept { Free(value); }
};

inline void free_stack_only(STACK_OF(X509) * stack) { sk_X509_free(stack); }

using UniqueEvpPkey = UniqueHandle<OpensslTraits<EVP_PKEY, EVP_PKEY_free>>;
using UniquePkcs8 = UniqueHandle<OpensslTraits<PKCS8_PRIV_KEY_INFO, PKCS8_PRIV_KEY_INFO_free>>;
using UniqueEvpMdCtx = UniqueHandle<OpensslTraits<EVP_MD_CTX, EVP_MD_CTX_free>>;
using UniqueEvpPkeyCtx = UniqueHandle<OpensslTraits<EVP_PKEY_CTX, EVP_PKEY_CTX_free>>;
using UniqueEvpCipherCtx = UniqueHandle<OpensslTraits<EVP_CIPHER_CTX, EVP_CIPHER_CTX_free>>;
using UniqueBio = UniqueHandle<OpensslTraits<BIO, BIO_free_all>>;
using UniqueX509 = UniqueHandle<OpensslTraits<X509, X509_free>>;
using UniqueX509Store = UniqueHandle<OpensslTraits<X509_STORE, X509_STORE_free>>;
using UniqueX509StoreCtx = UniqueHandle<OpensslTraits<X509_STORE_CTX, X509_STORE_CTX_free>>;
// Owns the stack, not the certificates on it.
using UniqueX509View = UniqueHandle<OpensslTraits<STACK_OF(X509), free_stack_only>>;

// Empties the calling thread's error queue; its first reason goes into the context.
Error openssl_error(Hresult code, std::string what);

const EVP_MD* digest_of(engine::HashAlgorithm algorithm);

// Begins a signature, or its check, with the padding that the scheme wants of an RSA key.
enum class Signing { make, check };
bool begin_signature(EVP_MD_CTX* context, Signing signing, EVP_PKEY* key,
                     const engine::SignatureScheme& scheme);

}  // namespace ae::stores
