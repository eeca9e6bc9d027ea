#include "stores/bcrypt_handles.h"
#include "stores/crypto.h"
#include "stores/public_key_info.h"
#include "tests/stores/scratch_key.h"

#include <cstring>
#include <stdexcept>

namespace ae::test {
namespace {

constexpr std::size_t kCoordinates = 64;

void expect(NTSTATUS status, const char* what) {
    if (!stores::succeeded(status)) {
        throw std::runtime_error(what);
    }
}

class ScratchKey final : public engine::PrivateKey {
  public:
    ScratchKey() {
        expect(::BCryptOpenAlgorithmProvider(algorithm_.put(), BCRYPT_ECDSA_P256_ALGORITHM, nullptr,
                                             0),
               "no P-256");
        expect(::BCryptGenerateKeyPair(algorithm_.get(), key_.put(), 256, 0), "no key");
        expect(::BCryptFinalizeKeyPair(key_.get(), 0), "no key");
        Bytes blob(sizeof(BCRYPT_ECCKEY_BLOB) + kCoordinates);
        ULONG size = 0;
        expect(::BCryptExportKey(key_.get(), nullptr, BCRYPT_ECCPUBLIC_BLOB, blob.data(),
                                 static_cast<ULONG>(blob.size()), &size, 0),
               "no public key");
        public_key_info_ = stores::write_public_key_info(stores::EcPublicKey{
            .x_and_y = Bytes(blob.begin() + sizeof(BCRYPT_ECCKEY_BLOB), blob.end())});
    }

    [[nodiscard]] const std::string& reference() const override { return reference_; }
    [[nodiscard]] ByteView public_key_info() const override { return public_key_info_; }
    [[nodiscard]] engine::KeyAlgorithm algorithm() const override {
        return engine::KeyAlgorithm::ecdsa_p256;
    }
    Result<Bytes> sign(const engine::SignatureScheme& scheme, ByteView message) override {
        Bytes digest = stores::make_crypto()->digest(scheme.hash, message);
        Bytes numbers(kCoordinates);
        ULONG size = 0;
        // Wine's chains take a signature for wrong when one of its numbers is short.
        do {
            expect(::BCryptSignHash(key_.get(), nullptr, digest.data(),
                                    static_cast<ULONG>(digest.size()), numbers.data(),
                                    static_cast<ULONG>(numbers.size()), &size, 0),
                   "no signature");
        } while (numbers.front() == 0 || numbers[numbers.size() / 2] == 0);
        return stores::ecdsa_signature_of_numbers(numbers);
    }

  private:
    std::string reference_ = "scratch";
    stores::UniqueBcryptAlgorithm algorithm_;
    stores::UniqueBcryptKey key_;
    Bytes public_key_info_;
};

}  // namespace

std::unique_ptr<engine::PrivateKey> make_scratch_key() { return std::make_unique<ScratchKey>(); }

}  // namespace ae::test
