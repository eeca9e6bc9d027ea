// A template, a key and a digest with known octets, and a reader of what was built.
#pragma once

#include "ca-client/pkcs10.h"

#include <map>
#include <string>
#include <vector>

namespace ae::ca {

// Signs with fixed octets and remembers what it was asked.
class FixedKey : public engine::PrivateKey {
  public:
    explicit FixedKey(engine::KeyAlgorithm algorithm = engine::KeyAlgorithm::rsa);

    [[nodiscard]] const std::string& reference() const override { return reference_; }
    [[nodiscard]] ByteView public_key_info() const override { return public_key_info_; }
    [[nodiscard]] engine::KeyAlgorithm algorithm() const override { return algorithm_; }
    Result<Bytes> sign(const engine::SignatureScheme& scheme, ByteView message) override;
    [[nodiscard]] bool signs() const override { return signs_; }
    Result<Secret> archival_blob() override;

    bool signs_ = true;
    Result<Bytes> blob_ = Bytes{0x07, 0x02, 0x00, 0x00};
    Bytes public_key_info_;
    Result<Bytes> signature_;
    std::vector<engine::HashAlgorithm> hashes{};
    std::vector<engine::RsaPadding> paddings{};
    Bytes message{};  // the last one
    std::vector<Bytes> messages{};

  private:
    std::string reference_ = "fixed";
    engine::KeyAlgorithm algorithm_;
};

// Every digest is twenty octets 0x11.
class FixedCrypto : public engine::Crypto {
  public:
    Bytes digest(engine::HashAlgorithm algorithm, ByteView message) override;
    Result<Bytes> random(std::size_t count) override { return Bytes(count, 0x5A); }
    Result<Bytes> encrypt_key(ByteView, ByteView secret) override {
        return Bytes(secret.begin(), secret.end());
    }
    Result<Bytes> encrypt_content(engine::ContentCipher, ByteView, ByteView,
                                  ByteView message) override {
        return Bytes(message.begin(), message.end());
    }
    Result<bool> verify(ByteView public_key_info, const engine::SignatureScheme& scheme,
                        ByteView message, ByteView signature) override;

    std::vector<std::pair<engine::HashAlgorithm, Bytes>> digested{};
};

engine::Template computer_template();  // schema version 2, with every extension
engine::Template machine_template();   // schema version 1
Pkcs10Input input_for(const engine::Template& wanted);

struct ReadExtension {
    std::string oid{};
    bool critical = false;
    Bytes value{};
};

// A request taken apart with the project's own reader; any surprise fails the test.
struct ReadRequest {
    Bytes info{};
    Bytes subject{};
    Bytes public_key_info{};
    std::vector<std::pair<std::string, Bytes>> attributes{};  // in their order; the single value
    std::vector<ReadExtension> extensions{};
    std::string signature_oid{};
    Bytes signature_parameters{};
    Bytes signature{};

    [[nodiscard]] std::vector<Bytes> values(std::string_view attribute_oid) const;
    [[nodiscard]] const ReadExtension* extension(std::string_view oid) const;
};
ReadRequest read_request(ByteView pkcs10);

// The file data/<name>.pem as DER.
Bytes data_file(std::string_view name, std::string_view label);

}  // namespace ae::ca
