// An RSA key that lives and dies with the process.
#pragma once

#include "engine/ports.h"
#include "stores/bcrypt_handles.h"

namespace ae::ca {

class BcryptKey final : public engine::PrivateKey {
  public:
    static Result<BcryptKey> create();

    [[nodiscard]] const std::string& reference() const override { return reference_; }
    [[nodiscard]] ByteView public_key_info() const override { return public_key_info_; }
    [[nodiscard]] engine::KeyAlgorithm algorithm() const override {
        return engine::KeyAlgorithm::rsa;
    }
    Result<Bytes> sign(const engine::SignatureScheme& scheme, ByteView message) override;

  private:
    BcryptKey(stores::UniqueBcryptKey key, Bytes public_key_info)
        : key_(std::move(key)), public_key_info_(std::move(public_key_info)) {}

    std::string reference_ = "bcrypt";
    stores::UniqueBcryptKey key_;
    Bytes public_key_info_;
};

}  // namespace ae::ca
