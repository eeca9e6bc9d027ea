// Keys and signatures without cryptography: a signature is a hash of key, digest and message, which
// anybody could make.  Good for tests that ask whether the right things were compared.
#pragma once

#include "engine/base/der.h"
#include "engine/ports.h"

#include <string>
#include <utility>

namespace ae::test {

// FNV-1a, eight octets.
inline Bytes fake_digest(ByteView message) {
    std::uint64_t hash = 0xCBF29CE484222325U;
    for (const std::uint8_t octet : message) {
        hash = (hash ^ octet) * 0x100000001B3U;
    }
    Bytes digest;
    for (unsigned shift = 0; shift < 64; shift += 8) {
        digest.push_back(static_cast<std::uint8_t>(hash >> shift));
    }
    return digest;
}

inline Bytes fake_signature(ByteView public_key_info, const engine::SignatureScheme& scheme,
                            ByteView message) {
    Bytes all(public_key_info.begin(), public_key_info.end());
    all.push_back(static_cast<std::uint8_t>(scheme.hash));
    all.push_back(static_cast<std::uint8_t>(scheme.padding));
    all.insert(all.end(), message.begin(), message.end());
    return fake_digest(all);
}

// A well-formed SubjectPublicKeyInfo that differs by `name`.
inline Bytes fake_public_key(const std::string& name) {
    using namespace der;
    return sequence({sequence({oid("1.2.840.113549.1.1.1"), null()}), bit_string(as_bytes(name))});
}

class FakeCrypto final : public engine::Crypto {
  public:
    Bytes digest(engine::HashAlgorithm, ByteView message) override { return fake_digest(message); }
    Result<Bytes> random(std::size_t count) override { return Bytes(count, 0x5A); }
    Result<Bytes> encrypt_key(ByteView, ByteView secret) override {
        return Bytes(secret.begin(), secret.end());
    }
    Result<Bytes> encrypt_content(engine::ContentCipher, ByteView, ByteView,
                                  ByteView message) override {
        return Bytes(message.begin(), message.end());
    }
    Result<bool> verify(ByteView public_key_info, const engine::SignatureScheme& scheme,
                        ByteView message, ByteView signature) override {
        return equal(signature, fake_signature(public_key_info, scheme, message));
    }
};

class FakeKey final : public engine::PrivateKey {
  public:
    FakeKey(std::string reference, engine::KeyAlgorithm algorithm)
        : reference_(std::move(reference)),
          algorithm_(algorithm),
          public_key_info_(fake_public_key(reference_)) {}

    [[nodiscard]] const std::string& reference() const override { return reference_; }
    [[nodiscard]] ByteView public_key_info() const override { return public_key_info_; }
    [[nodiscard]] engine::KeyAlgorithm algorithm() const override { return algorithm_; }
    Result<Bytes> sign(const engine::SignatureScheme& scheme, ByteView message) override {
        if (broken) {
            return fail(hresult(0x80090016), "sign");
        }
        return fake_signature(signs_as_another ? fake_public_key("another") : public_key_info_,
                              scheme, message);
    }

    [[nodiscard]] bool signs() const override { return signs_at_all; }

    bool signs_at_all = true;
    bool broken = false;
    bool signs_as_another = false;

  private:
    std::string reference_;
    engine::KeyAlgorithm algorithm_;
    Bytes public_key_info_;
};

}  // namespace ae::test
