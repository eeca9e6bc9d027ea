// Keys and digests by OpenSSL, for a second opinion on the octets that we write.
#pragma once

#include "engine/base/unique_handle.h"
#include "engine/ports.h"

#include <openssl/evp.h>
#include <openssl/x509.h>

namespace ae::ca {

struct EvpKeyTraits {
    using value_type = EVP_PKEY*;
    static value_type none() noexcept { return nullptr; }
    static void close(value_type key) noexcept { ::EVP_PKEY_free(key); }
};
using UniqueEvpKey = UniqueHandle<EvpKeyTraits>;

struct CertificateTraits {
    using value_type = X509*;
    static value_type none() noexcept { return nullptr; }
    static void close(value_type certificate) noexcept { ::X509_free(certificate); }
};
using UniqueCertificate = UniqueHandle<CertificateTraits>;

struct BioTraits {
    using value_type = BIO*;
    static value_type none() noexcept { return nullptr; }
    static void close(value_type bio) noexcept { ::BIO_free_all(bio); }
};
using UniqueBio = UniqueHandle<BioTraits>;
Bytes content_of(BIO* bio);  // of a memory BIO

struct CertificateRequestTraits {
    using value_type = X509_REQ*;
    static value_type none() noexcept { return nullptr; }
    static void close(value_type request) noexcept { ::X509_REQ_free(request); }
};
using UniqueCertificateRequest = UniqueHandle<CertificateRequestTraits>;
UniqueCertificateRequest read_by_openssl(const Bytes& pkcs10);  // or fails the test

class OpensslKey : public engine::PrivateKey {
  public:
    // An agreement key refuses to sign, as CNG's ECDH keys do.
    explicit OpensslKey(engine::KeyAlgorithm algorithm,
                        engine::KeyPurpose purpose = engine::KeyPurpose::signature);

    [[nodiscard]] const std::string& reference() const override { return reference_; }
    [[nodiscard]] ByteView public_key_info() const override { return public_key_info_; }
    [[nodiscard]] engine::KeyAlgorithm algorithm() const override { return algorithm_; }
    Result<Bytes> sign(const engine::SignatureScheme& scheme, ByteView message) override;
    [[nodiscard]] bool signs() const override { return purpose_ == engine::KeyPurpose::signature; }
    Result<Secret> archival_blob() override;  // as OpenSSL writes [MS-WCCE] 2.2.2.9.1

    [[nodiscard]] EVP_PKEY* get() const { return key_.get(); }

  private:
    std::string reference_ = "openssl";
    engine::KeyAlgorithm algorithm_;
    engine::KeyPurpose purpose_;
    UniqueEvpKey key_;
    Bytes public_key_info_;
};

class OpensslCrypto : public engine::Crypto {
  public:
    Bytes digest(engine::HashAlgorithm algorithm, ByteView message) override;
    Result<Bytes> random(std::size_t count) override;
    Result<Bytes> encrypt_key(ByteView public_key_info, ByteView secret) override;
    Result<Bytes> encrypt_content(engine::ContentCipher cipher, ByteView key, ByteView vector,
                                  ByteView message) override;
    Result<bool> verify(ByteView public_key_info, const engine::SignatureScheme& scheme,
                        ByteView message, ByteView signature) override;
};

// Valid for a hundred years, serial number F123456789ABCDEF, with a subject key identifier;
// `dns_name` may be absent.
UniqueCertificate self_signed(const OpensslKey& key, const char* common_name,
                              const char* dns_name = nullptr);
Bytes encoded(X509* certificate);

}  // namespace ae::ca
