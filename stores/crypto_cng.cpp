#include "engine/base/hresult_table.h"
#include "stores/bcrypt_handles.h"
#include "stores/crypto.h"
#include "stores/public_key_info.h"

#include <algorithm>
#include <array>

namespace ae::stores {
namespace {

using engine::HashAlgorithm;
using engine::KeyAlgorithm;

// ntstatus.h and windows.h define the same names twice, so these stand here.
constexpr NTSTATUS kStatusInvalidParameter = static_cast<NTSTATUS>(0xC000000DL);
constexpr NTSTATUS kStatusNotImplemented = static_cast<NTSTATUS>(0xC0000002L);
constexpr NTSTATUS kStatusNotSupported = static_cast<NTSTATUS>(0xC00000BBL);
constexpr NTSTATUS kStatusNotFound = static_cast<NTSTATUS>(0xC0000225L);
constexpr NTSTATUS kStatusInvalidSignature = static_cast<NTSTATUS>(0xC000A000L);

struct Hash {
    const wchar_t* name;
    std::size_t size;
};

Hash hash_of(HashAlgorithm algorithm) {
    switch (algorithm) {
        case HashAlgorithm::sha1:
            return {BCRYPT_SHA1_ALGORITHM, 20};
        case HashAlgorithm::sha256:
            return {BCRYPT_SHA256_ALGORITHM, 32};
        case HashAlgorithm::sha384:
            return {BCRYPT_SHA384_ALGORITHM, 48};
        case HashAlgorithm::sha512:
            return {BCRYPT_SHA512_ALGORITHM, 64};
    }
    return {L"", 0};
}

struct CurveNames {
    const wchar_t* algorithm;
    ULONG magic;
};

CurveNames names_of(KeyAlgorithm curve) {
    switch (curve) {
        case KeyAlgorithm::ecdsa_p384:
            return {BCRYPT_ECDSA_P384_ALGORITHM, BCRYPT_ECDSA_PUBLIC_P384_MAGIC};
        case KeyAlgorithm::ecdsa_p521:
            return {BCRYPT_ECDSA_P521_ALGORITHM, BCRYPT_ECDSA_PUBLIC_P521_MAGIC};
        default:
            return {BCRYPT_ECDSA_P256_ALGORITHM, BCRYPT_ECDSA_PUBLIC_P256_MAGIC};
    }
}

template <class Header>
Bytes blob(const Header& header, std::initializer_list<ByteView> parts) {
    const auto* const first = reinterpret_cast<const std::uint8_t*>(&header);
    Bytes octets(first, first + sizeof(header));
    for (const ByteView part : parts) {
        octets.insert(octets.end(), part.begin(), part.end());
    }
    return octets;
}

UniqueBcryptAlgorithm open_algorithm(const wchar_t* name) {
    UniqueBcryptAlgorithm algorithm;
    // On failure the handle stays none, which is all that callers ask.
    if (!succeeded(::BCryptOpenAlgorithmProvider(algorithm.put(), name, nullptr, 0))) {
        algorithm = UniqueBcryptAlgorithm();
    }
    return algorithm;
}

bool lacks(NTSTATUS status) {
    return status == kStatusNotImplemented || status == kStatusNotSupported ||
           status == kStatusNotFound;
}

std::string in_words(NTSTATUS status) {
    return " (status " + to_hex(hresult(static_cast<std::uint32_t>(status))) + ")";
}

// A key with the provider that it lives in.
struct ImportedKey {
    UniqueBcryptAlgorithm algorithm{};
    UniqueBcryptKey key{};
};

Result<ImportedKey> import(const wchar_t* algorithm, const wchar_t* blob_type, Bytes octets) {
    const std::string name = narrow(algorithm);
    ImportedKey imported;
    imported.algorithm = open_algorithm(algorithm);
    if (!imported.algorithm) {
        return fail(kNotSupported, "this system does not offer the key algorithm " + name);
    }
    const NTSTATUS status =
        ::BCryptImportKeyPair(imported.algorithm.get(), nullptr, blob_type, imported.key.put(),
                              octets.data(), static_cast<ULONG>(octets.size()), 0);
    if (succeeded(status)) {
        return imported;
    }
    return fail(
        lacks(status) ? kNotSupported : kInvalidData,
        "this system's cryptography does not take the " + name + " public key" + in_words(status));
}

Result<ImportedKey> import(const RsaPublicKey& key) {
    BCRYPT_RSAKEY_BLOB header{};
    header.Magic = BCRYPT_RSAPUBLIC_MAGIC;
    header.BitLength = static_cast<ULONG>(key.modulus.size() * 8);
    header.cbPublicExp = static_cast<ULONG>(key.exponent.size());
    header.cbModulus = static_cast<ULONG>(key.modulus.size());
    return import(BCRYPT_RSA_ALGORITHM, BCRYPT_RSAPUBLIC_BLOB,
                  blob(header, {key.exponent, key.modulus}));
}

Result<ImportedKey> import(const EcPublicKey& key) {
    const CurveNames names = names_of(key.curve);
    BCRYPT_ECCKEY_BLOB header{};
    header.dwMagic = names.magic;
    header.cbKey = static_cast<ULONG>(coordinate_size(key.curve));
    return import(names.algorithm, BCRYPT_ECCPUBLIC_BLOB, blob(header, {key.x_and_y}));
}

Result<bool> verify_hash(const ImportedKey& imported, void* padding, ULONG flags, Bytes hash,
                         Bytes signature) {
    const NTSTATUS status = ::BCryptVerifySignature(
        imported.key.get(), padding, hash.data(), static_cast<ULONG>(hash.size()), signature.data(),
        static_cast<ULONG>(signature.size()), flags);
    if (succeeded(status)) {
        return true;
    }
    // A signature that is out of the key's range is wrong, nothing else.
    if (status == kStatusInvalidSignature || status == kStatusInvalidParameter) {
        return false;
    }
    return fail(kNotSupported,
                "this system's cryptography cannot check the signature" + in_words(status));
}

constexpr std::size_t kLargestMessage = 0x7FFFFF00;

struct Cipher {
    const wchar_t* name;
    std::size_t key;
    std::size_t block;
};

const Cipher& cipher_of(engine::ContentCipher cipher) {
    static constexpr Cipher kTripleDes{BCRYPT_3DES_ALGORITHM, 24, 8};
    static constexpr Cipher kAes128{BCRYPT_AES_ALGORITHM, 16, 16};
    static constexpr Cipher kAes192{BCRYPT_AES_ALGORITHM, 24, 16};
    static constexpr Cipher kAes256{BCRYPT_AES_ALGORITHM, 32, 16};
    switch (cipher) {
        case engine::ContentCipher::triple_des:
            return kTripleDes;
        case engine::ContentCipher::aes128:
            return kAes128;
        case engine::ContentCipher::aes192:
            return kAes192;
        case engine::ContentCipher::aes256:
            break;
    }
    return kAes256;
}

// In CBC mode.
Result<ImportedKey> symmetric_key(const wchar_t* name, ByteView key) {
    ImportedKey made;
    made.algorithm = open_algorithm(name);
    if (!made.algorithm) {
        return fail(kNotSupported, "this system does not offer the cipher " + narrow(name));
    }
    std::wstring mode = BCRYPT_CHAIN_MODE_CBC;
    auto* const mode_octets = reinterpret_cast<PUCHAR>(mode.data());
    const auto mode_size = static_cast<ULONG>((mode.size() + 1) * sizeof(wchar_t));
    NTSTATUS status =
        ::BCryptSetProperty(made.algorithm.get(), BCRYPT_CHAINING_MODE, mode_octets, mode_size, 0);
    if (succeeded(status)) {
        status = ::BCryptGenerateSymmetricKey(made.algorithm.get(), made.key.put(), nullptr, 0,
                                              const_cast<PUCHAR>(key.data()),
                                              static_cast<ULONG>(key.size()), 0);
    }
    if (!succeeded(status)) {
        return fail(kUnexpected, "use the cipher " + narrow(name) + in_words(status));
    }
    return made;
}

class CngCrypto final : public engine::Crypto {
  public:
    CngCrypto() {
        for (std::size_t each = 0; each < hashes_.size(); ++each) {
            hashes_[each] = open_algorithm(hash_of(static_cast<HashAlgorithm>(each)).name);
        }
    }

    Bytes digest(HashAlgorithm algorithm, ByteView message) override {
        Bytes value(hash_of(algorithm).size);
        // The API reads through this pointer and nothing else.
        auto* const octets = const_cast<PUCHAR>(message.data());
        if (!succeeded(::BCryptHash(hashes_.at(static_cast<std::size_t>(algorithm)).get(), nullptr,
                                    0, octets, static_cast<ULONG>(message.size()), value.data(),
                                    static_cast<ULONG>(value.size())))) {
            value.clear();
        }
        return value;
    }

    Result<Bytes> random(std::size_t count) override {
        Bytes octets(count);
        if (!succeeded(::BCryptGenRandom(nullptr, octets.data(), static_cast<ULONG>(octets.size()),
                                         BCRYPT_USE_SYSTEM_PREFERRED_RNG))) {
            return fail(kUnexpected, "draw a random number");
        }
        return octets;
    }

    Result<Bytes> encrypt_key(ByteView public_key_info, ByteView secret) override {
        auto key = parse_public_key_info(public_key_info);
        if (!key) {
            return pass(key);
        }
        const auto* const rsa = std::get_if<RsaPublicKey>(&*key);
        if (rsa == nullptr) {
            return fail(kNotSupported, "only an RSA key encrypts another key");
        }
        const auto imported = import(*rsa);
        if (!imported) {
            return fail(imported.error());
        }
        // The API reads through this pointer and nothing else.
        auto* const octets = const_cast<PUCHAR>(secret.data());
        Bytes encrypted(rsa->modulus.size());
        ULONG size = 0;
        const NTSTATUS status = ::BCryptEncrypt(
            imported->key.get(), octets, static_cast<ULONG>(secret.size()), nullptr, nullptr, 0,
            encrypted.data(), static_cast<ULONG>(encrypted.size()), &size, BCRYPT_PAD_PKCS1);
        if (!succeeded(status)) {
            return fail(lacks(status) ? kNotSupported : kInvalidData,
                        "encrypt a key to an RSA key" + in_words(status));
        }
        encrypted.resize(size);
        return encrypted;
    }

    Result<Bytes> encrypt_content(engine::ContentCipher cipher, ByteView key, ByteView vector,
                                  ByteView message) override {
        const Cipher& names = cipher_of(cipher);
        if (key.size() != names.key || vector.size() != names.block ||
            message.size() > kLargestMessage) {
            return fail(kInvalidData, "the key, vector or message does not go with the cipher");
        }
        const auto made = symmetric_key(names.name, key);
        if (!made) {
            return fail(made.error());
        }
        auto* const octets = const_cast<PUCHAR>(message.data());
        Bytes changing(vector.begin(),
                       vector.end());  // the API leaves the next block's vector in it
        Bytes encrypted(message.size() + names.block);
        ULONG size = 0;
        // Its padding is that of RFC 5652 6.3.
        const NTSTATUS status =
            ::BCryptEncrypt(made->key.get(), octets, static_cast<ULONG>(message.size()), nullptr,
                            changing.data(), static_cast<ULONG>(changing.size()), encrypted.data(),
                            static_cast<ULONG>(encrypted.size()), &size, BCRYPT_BLOCK_PADDING);
        if (!succeeded(status)) {
            return fail(kUnexpected, "encrypt" + in_words(status));
        }
        encrypted.resize(size);
        return encrypted;
    }

    Result<bool> verify(ByteView public_key_info, const engine::SignatureScheme& scheme,
                        ByteView message, ByteView signature) override {
        auto key = parse_public_key_info(public_key_info);
        if (!key) {
            return pass(key);
        }
        const Bytes hash = digest(scheme.hash, message);
        if (const auto* rsa = std::get_if<RsaPublicKey>(&*key)) {
            return verify_rsa(*rsa, scheme, hash, signature);
        }
        return verify_ec(std::get<EcPublicKey>(*key), hash, signature);
    }

  private:
    static Result<bool> verify_rsa(const RsaPublicKey& key, const engine::SignatureScheme& scheme,
                                   const Bytes& hash, ByteView signature) {
        const auto imported = import(key);
        if (!imported) {
            return fail(imported.error());
        }
        // RFC 8017 8.2.2 step 1
        if (signature.size() != key.modulus.size()) {
            return false;
        }
        const wchar_t* const name = hash_of(scheme.hash).name;
        Bytes octets(signature.begin(), signature.end());
        if (scheme.padding == engine::RsaPadding::pss) {
            BCRYPT_PSS_PADDING_INFO padding{name, static_cast<ULONG>(hash.size())};
            return verify_hash(*imported, &padding, BCRYPT_PAD_PSS, hash, std::move(octets));
        }
        BCRYPT_PKCS1_PADDING_INFO padding{name};
        return verify_hash(*imported, &padding, BCRYPT_PAD_PKCS1, hash, std::move(octets));
    }

    static Result<bool> verify_ec(const EcPublicKey& key, Bytes hash, ByteView signature) {
        const auto imported = import(key);
        if (!imported) {
            return fail(imported.error());
        }
        const std::size_t size = coordinate_size(key.curve);
        auto numbers = numbers_of_ecdsa_signature(signature, size);
        if (!numbers) {
            return false;
        }
        // FIPS 186-4 6.4: the leftmost bits of a digest that is longer than the group's order.
        hash.resize(std::min(hash.size(), size));
        return verify_hash(*imported, nullptr, 0, std::move(hash), std::move(*numbers));
    }

    std::array<UniqueBcryptAlgorithm, 4> hashes_{};
};

}  // namespace

std::unique_ptr<engine::Crypto> make_crypto() { return std::make_unique<CngCrypto>(); }

}  // namespace ae::stores
