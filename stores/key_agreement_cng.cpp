#include "stores/key_agreement_cng.h"

#include "engine/base/hresult_table.h"

#include <array>
#include <utility>

namespace ae::stores {
namespace {

using engine::KeyAlgorithm;

constexpr Hresult kNoKey = hresult(0x8009000D);  // NTE_NO_KEY
constexpr std::size_t kDigest = 32;

struct Curve {
    const wchar_t* name;
    ULONG bits;
    ULONG public_magic;
};

Curve names_of(KeyAlgorithm curve) {
    switch (curve) {
        case KeyAlgorithm::ecdsa_p384:
            return {BCRYPT_ECDH_P384_ALGORITHM, 384, BCRYPT_ECDH_PUBLIC_P384_MAGIC};
        case KeyAlgorithm::ecdsa_p521:
            return {BCRYPT_ECDH_P521_ALGORITHM, 521, BCRYPT_ECDH_PUBLIC_P521_MAGIC};
        default:
            return {BCRYPT_ECDH_P256_ALGORITHM, 256, BCRYPT_ECDH_PUBLIC_P256_MAGIC};
    }
}

struct BcryptSecretTraits {
    using value_type = BCRYPT_SECRET_HANDLE;
    static value_type none() noexcept { return nullptr; }
    static void close(value_type secret) noexcept { ::BCryptDestroySecret(secret); }
};
using UniqueBcryptSecret = UniqueHandle<BcryptSecretTraits>;

Error bcrypt_error(NTSTATUS status, std::string_view doing) {
    return {kNotSupported, std::string(doing) + " (status " +
                               to_hex(hresult(static_cast<std::uint32_t>(status))) + ")"};
}

Error ncrypt_error(SECURITY_STATUS status, std::string_view doing) {
    return win32_error(static_cast<DWORD>(status), doing);
}

Bytes public_blob(const EcPublicKey& key) {
    BCRYPT_ECCKEY_BLOB header{};
    header.dwMagic = names_of(key.curve).public_magic;
    header.cbKey = static_cast<ULONG>(coordinate_size(key.curve));
    const auto* const first = reinterpret_cast<const std::uint8_t*>(&header);
    Bytes blob(first, first + sizeof header);
    blob.insert(blob.end(), key.x_and_y.begin(), key.x_and_y.end());
    return blob;
}

// SHA-256 of the secret, with nothing before or behind it.
struct Derivation {
    std::wstring hash = BCRYPT_SHA256_ALGORITHM;
    BCryptBuffer buffer{static_cast<ULONG>((hash.size() + 1) * sizeof(wchar_t)), KDF_HASH_ALGORITHM,
                        hash.data()};
    BCryptBufferDesc parameters{BCRYPTBUFFER_VERSION, 1, &buffer};
};

Result<Secret> derived_by_provider(const UniqueNcrypt& provider, const UniqueNcrypt& key,
                                   const EcPublicKey& other, DWORD flags) {
    Bytes blob = public_blob(other);
    UniqueNcrypt peer;
    SECURITY_STATUS status =
        ::NCryptImportKey(provider.get(), 0, BCRYPT_ECCPUBLIC_BLOB, nullptr, peer.put(),
                          blob.data(), static_cast<DWORD>(blob.size()), flags);
    if (status != ERROR_SUCCESS) {
        return fail(ncrypt_error(status, "give the key's provider a public key"));
    }
    UniqueNcrypt secret;
    status = ::NCryptSecretAgreement(key.get(), peer.get(), secret.put(), flags);
    if (status != ERROR_SUCCESS) {
        return fail(ncrypt_error(status, "agree on a secret with the key"));
    }
    Derivation derivation;
    Bytes digest(kDigest);
    DWORD size = 0;
    status = ::NCryptDeriveKey(secret.get(), BCRYPT_KDF_HASH, &derivation.parameters, digest.data(),
                               static_cast<DWORD>(digest.size()), &size, flags);
    Secret derived(std::move(digest));
    if (status != ERROR_SUCCESS) {
        return fail(ncrypt_error(status, "derive a key from the secret"));
    }
    return derived;
}

}  // namespace

Result<ThrowAwayKey> ThrowAwayKey::make(KeyAlgorithm curve) {
    const Curve names = names_of(curve);
    ThrowAwayKey made;
    NTSTATUS status = ::BCryptOpenAlgorithmProvider(made.algorithm_.put(), names.name, nullptr, 0);
    if (!succeeded(status)) {
        return fail(bcrypt_error(status, "this system does not offer " + narrow(names.name)));
    }
    status = ::BCryptGenerateKeyPair(made.algorithm_.get(), made.key_.put(), names.bits, 0);
    if (succeeded(status)) {
        status = ::BCryptFinalizeKeyPair(made.key_.get(), 0);
    }
    Bytes blob(sizeof(BCRYPT_ECCKEY_BLOB) + 2 * coordinate_size(curve));
    ULONG size = 0;
    if (succeeded(status)) {
        status = ::BCryptExportKey(made.key_.get(), nullptr, BCRYPT_ECCPUBLIC_BLOB, blob.data(),
                                   static_cast<ULONG>(blob.size()), &size, 0);
    }
    if (!succeeded(status) || size != blob.size()) {
        return fail(bcrypt_error(status, "make a key for " + narrow(names.name)));
    }
    made.public_key_ = {.curve = curve,
                        .x_and_y = Bytes(blob.begin() + sizeof(BCRYPT_ECCKEY_BLOB), blob.end())};
    return made;
}

Result<Secret> ThrowAwayKey::agree_with(const EcPublicKey& other) {
    Bytes blob = public_blob(other);
    UniqueBcryptKey peer;
    NTSTATUS status =
        ::BCryptImportKeyPair(algorithm_.get(), nullptr, BCRYPT_ECCPUBLIC_BLOB, peer.put(),
                              blob.data(), static_cast<ULONG>(blob.size()), 0);
    UniqueBcryptSecret secret;
    if (succeeded(status)) {
        status = ::BCryptSecretAgreement(key_.get(), peer.get(), secret.put(), 0);
    }
    Derivation derivation;
    Bytes digest(kDigest);
    ULONG size = 0;
    if (succeeded(status)) {
        status = ::BCryptDeriveKey(secret.get(), BCRYPT_KDF_HASH, &derivation.parameters,
                                   digest.data(), static_cast<ULONG>(digest.size()), &size, 0);
    }
    Secret derived(std::move(digest));
    if (!succeeded(status)) {
        return fail(bcrypt_error(status, "agree on a secret"));
    }
    return derived;
}

Done probe_key_agreement(const UniqueNcrypt& provider, const UniqueNcrypt& key,
                         const EcPublicKey& public_key, DWORD flags) {
    auto other = ThrowAwayKey::make(public_key.curve);
    if (!other) {
        return pass(other);
    }
    const auto theirs = other->agree_with(public_key);
    if (!theirs) {
        return fail(theirs.error());
    }
    const auto ours = derived_by_provider(provider, key, other->public_key(), flags);
    if (!ours) {
        return fail(ours.error());
    }
    if (!equal(ours->view(), theirs->view())) {
        return fail(kNoKey, "the private key does not fit the public key");
    }
    return done();
}

}  // namespace ae::stores
