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
    const bool lacks_it = status == kStatusNotImplemented || status == kStatusNotSupported ||
                          status == kStatusNotFound;
    return fail(lacks_it ? kNotSupported : kInvalidData,
                "this system's cryptography does not take the " + name + " public key (status " +
                    to_hex(hresult(static_cast<std::uint32_t>(status))) + ")");
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
    return fail(kNotSupported, "this system's cryptography cannot check the signature (status " +
                                   to_hex(hresult(static_cast<std::uint32_t>(status))) + ")");
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

    Result<bool> verify(ByteView public_key_info, HashAlgorithm algorithm, ByteView message,
                        ByteView signature) override {
        auto key = parse_public_key_info(public_key_info);
        if (!key) {
            return pass(key);
        }
        const Bytes hash = digest(algorithm, message);
        if (const auto* rsa = std::get_if<RsaPublicKey>(&*key)) {
            return verify_rsa(*rsa, algorithm, hash, signature);
        }
        return verify_ec(std::get<EcPublicKey>(*key), hash, signature);
    }

  private:
    static Result<bool> verify_rsa(const RsaPublicKey& key, HashAlgorithm algorithm,
                                   const Bytes& hash, ByteView signature) {
        const auto imported = import(key);
        if (!imported) {
            return fail(imported.error());
        }
        // RFC 8017 8.2.2 step 1
        if (signature.size() != key.modulus.size()) {
            return false;
        }
        BCRYPT_PKCS1_PADDING_INFO padding{hash_of(algorithm).name};
        return verify_hash(*imported, &padding, BCRYPT_PAD_PKCS1, hash,
                           Bytes(signature.begin(), signature.end()));
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
