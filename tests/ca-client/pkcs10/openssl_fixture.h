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

class OpensslKey : public engine::PrivateKey {
  public:
    explicit OpensslKey(engine::KeyAlgorithm algorithm);

    [[nodiscard]] const std::string& reference() const override { return reference_; }
    [[nodiscard]] ByteView public_key_info() const override { return public_key_info_; }
    [[nodiscard]] engine::KeyAlgorithm algorithm() const override { return algorithm_; }
    Result<Bytes> sign(engine::HashAlgorithm hash, ByteView message) override;

    [[nodiscard]] EVP_PKEY* get() const { return key_.get(); }

  private:
    std::string reference_ = "openssl";
    engine::KeyAlgorithm algorithm_;
    UniqueEvpKey key_;
    Bytes public_key_info_;
};

class OpensslCrypto : public engine::Crypto {
  public:
    Bytes digest(engine::HashAlgorithm algorithm, ByteView message) override;
    Result<bool> verify(ByteView public_key_info, engine::HashAlgorithm algorithm, ByteView message,
                        ByteView signature) override;
};

// Valid for a hundred years, serial number F123456789ABCDEF; `dns_name` may be absent.
UniqueCertificate self_signed(const OpensslKey& key, const char* common_name,
                              const char* dns_name = nullptr);
Bytes encoded(X509* certificate);

}  // namespace ae::ca
