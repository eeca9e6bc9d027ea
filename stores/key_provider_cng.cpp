#include "engine/base/hresult_table.h"
#include "stores/archival_blob.h"
#include "stores/key_acl_win32.h"
#include "stores/key_agreement_cng.h"
#include "stores/key_provider.h"
#include "stores/public_key_cng.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <span>
#include <utility>

namespace ae::stores {
namespace {

using engine::KeyAlgorithm;

// As Hresult; the headers have them as plain long.
constexpr Hresult kBadKeyset = hresult(0x80090016);
constexpr Hresult kNoKey = hresult(0x8009000D);
constexpr Hresult kNoSupport = hresult(0x80090029);

Error ncrypt_error(SECURITY_STATUS status, std::string_view doing) {
    Error error = win32_error(static_cast<DWORD>(status), doing);
    if (error.code == kBadKeyset || error.code == kNoKey) {
        error.code = kFileNotFound;
    }
    return error;
}

const wchar_t* name_of(KeyAlgorithm algorithm, engine::KeyPurpose purpose) {
    const bool agrees = purpose == engine::KeyPurpose::agreement;
    switch (algorithm) {
        case KeyAlgorithm::ecdsa_p256:
            return agrees ? NCRYPT_ECDH_P256_ALGORITHM : NCRYPT_ECDSA_P256_ALGORITHM;
        case KeyAlgorithm::ecdsa_p384:
            return agrees ? NCRYPT_ECDH_P384_ALGORITHM : NCRYPT_ECDSA_P384_ALGORITHM;
        case KeyAlgorithm::ecdsa_p521:
            return agrees ? NCRYPT_ECDH_P521_ALGORITHM : NCRYPT_ECDSA_P521_ALGORITHM;
        case KeyAlgorithm::rsa:
            break;
    }
    return NCRYPT_RSA_ALGORITHM;
}

const wchar_t* name_of(engine::HashAlgorithm hash) {
    switch (hash) {
        case engine::HashAlgorithm::sha1:
            return BCRYPT_SHA1_ALGORITHM;
        case engine::HashAlgorithm::sha384:
            return BCRYPT_SHA384_ALGORITHM;
        case engine::HashAlgorithm::sha512:
            return BCRYPT_SHA512_ALGORITHM;
        case engine::HashAlgorithm::sha256:
            break;
    }
    return BCRYPT_SHA256_ALGORITHM;
}

DWORD flags_of(const KeyLocation& where, Prompt prompt) {
    return (where.scope == engine::Scope::machine ? DWORD{NCRYPT_MACHINE_KEY_FLAG} : DWORD{0}) |
           (prompt == Prompt::never ? DWORD{NCRYPT_SILENT_FLAG} : DWORD{0});
}

DWORD silence_of(Prompt prompt) {
    return prompt == Prompt::never ? DWORD{NCRYPT_SILENT_FLAG} : DWORD{0};
}

// A provider that does not say is taken to make keys that sign, as most do.
engine::KeyPurpose purpose_of(const UniqueNcrypt& key) {
    constexpr std::size_t kLongestName = 32;
    std::array<wchar_t, kLongestName> group{};
    DWORD size = 0;
    auto* const octets = reinterpret_cast<PBYTE>(group.data());
    constexpr DWORD kRoom = (kLongestName - 1) * sizeof(wchar_t);
    return ::NCryptGetProperty(key.get(), NCRYPT_ALGORITHM_GROUP_PROPERTY, octets, kRoom, &size,
                               0) == ERROR_SUCCESS &&
                   std::wstring_view(group.data()) == NCRYPT_ECDH_ALGORITHM_GROUP
               ? engine::KeyPurpose::agreement
               : engine::KeyPurpose::signature;
}

class CngKey final : public ProviderKey {
  public:
    CngKey(UniqueNcrypt provider, UniqueNcrypt key, PublicKey public_key, engine::Crypto& crypto,
           Prompt prompt)
        : provider_(std::move(provider)),
          key_(std::move(key)),
          public_key_(std::move(public_key)),
          public_key_info_(write_public_key_info(public_key_)),
          purpose_(purpose_of(key_)),
          crypto_(crypto),
          prompt_(prompt) {}

    [[nodiscard]] const Bytes& public_key_info() const override { return public_key_info_; }

    Result<Bytes> sign(const engine::SignatureScheme& scheme, ByteView message) override {
        if (!signs()) {
            return fail(kNotSupported, "this key (ECDH) signs nothing");
        }
        Bytes digest = crypto_.digest(scheme.hash, message);
        const auto* const ec = std::get_if<EcPublicKey>(&public_key_);
        if (ec == nullptr) {
            return sign_rsa(scheme, std::move(digest));
        }
        // FIPS 186-4 6.4: the leftmost bits of a digest that is longer than the group's order.
        digest.resize(std::min(digest.size(), coordinate_size(ec->curve)));
        auto numbers = sign_digest(std::move(digest), nullptr, 0);
        if (!numbers) {
            return pass(numbers);
        }
        return ecdsa_signature_of_numbers(*numbers);
    }

    [[nodiscard]] bool signs() const override { return purpose_ == engine::KeyPurpose::signature; }

    Done probe_agreement() override {
        const auto* const ec = std::get_if<EcPublicKey>(&public_key_);
        return signs() || ec == nullptr
                   ? ProviderKey::probe_agreement()
                   : probe_key_agreement(provider_, key_, *ec, silence_of(prompt_));
    }

    Result<Secret> archival_blob() override {
        const auto* const rsa = std::get_if<RsaPublicKey>(&public_key_);
        if (rsa == nullptr) {
            return fail(kNotSupported, "only RSA keys are archived");
        }
        // One call, its size known before: of a key for archival there might be no second.
        Bytes blob(archival_blob_size(static_cast<std::uint32_t>(rsa->modulus.size() * 8)));
        DWORD size = 0;
        const SECURITY_STATUS status =
            ::NCryptExportKey(key_.get(), 0, LEGACY_RSAPRIVATE_BLOB, nullptr, blob.data(),
                              static_cast<DWORD>(blob.size()), &size, silence_of(prompt_));
        if (status != ERROR_SUCCESS) {
            ::SecureZeroMemory(blob.data(), blob.size());
            return fail(as_refusal(ncrypt_error(status, "read the private key")));
        }
        blob.resize(size);
        return archival_blob_from(std::move(blob));
    }

  private:
    Result<Bytes> sign_rsa(const engine::SignatureScheme& scheme, Bytes digest) {
        if (scheme.padding == engine::RsaPadding::pss) {
            BCRYPT_PSS_PADDING_INFO padding{name_of(scheme.hash),
                                            static_cast<ULONG>(digest.size())};
            return sign_digest(std::move(digest), &padding, BCRYPT_PAD_PSS);
        }
        BCRYPT_PKCS1_PADDING_INFO padding{name_of(scheme.hash)};
        return sign_digest(std::move(digest), &padding, BCRYPT_PAD_PKCS1);
    }

    Result<Bytes> sign_digest(Bytes digest, void* padding, DWORD flags) {
        const auto size = static_cast<DWORD>(digest.size());
        flags |= silence_of(prompt_);
        DWORD length = 0;
        SECURITY_STATUS status =
            ::NCryptSignHash(key_.get(), padding, digest.data(), size, nullptr, 0, &length, flags);
        Bytes signature(length);
        if (status == ERROR_SUCCESS) {
            status = ::NCryptSignHash(key_.get(), padding, digest.data(), size, signature.data(),
                                      length, &length, flags);
        }
        if (status != ERROR_SUCCESS) {
            return fail(ncrypt_error(status, "sign with the key"));
        }
        signature.resize(length);
        return signature;
    }

    UniqueNcrypt provider_;  // outlives the key
    UniqueNcrypt key_;
    PublicKey public_key_;
    Bytes public_key_info_;
    engine::KeyPurpose purpose_;
    engine::Crypto& crypto_;
    Prompt prompt_;
};

Result<UniqueNcrypt> open_provider(const std::string& name) {
    UniqueNcrypt provider;
    const SECURITY_STATUS status =
        ::NCryptOpenStorageProvider(provider.put(), wide(name).c_str(), 0);
    if (status != ERROR_SUCCESS) {
        return fail(ncrypt_error(status, "open the key storage provider " + name));
    }
    return provider;
}

Done set(const UniqueNcrypt& key, const wchar_t* name, std::span<std::uint8_t> value, DWORD flags) {
    const SECURITY_STATUS status =
        ::NCryptSetProperty(key.get(), name, value.data(), static_cast<DWORD>(value.size()), flags);
    if (status != ERROR_SUCCESS) {
        return fail(ncrypt_error(status, "set the property \"" + narrow(name) + "\" of the key"));
    }
    return done();
}

Done set_number(const UniqueNcrypt& key, const wchar_t* name, DWORD value, DWORD flags) {
    std::array<std::uint8_t, sizeof value> octets{};
    std::memcpy(octets.data(), &value, sizeof value);
    return set(key, name, octets, flags);
}

// Smart cards and TPMs have access rules of their own and refuse a list, which is no harm: a key
// there is never open to more accounts.  One that the template asks for is another matter.
Done set_acl(const UniqueNcrypt& key, const KeyLocation& where, const engine::KeyRequest& request) {
    auto descriptor = key_security_descriptor(where.scope, request.security_descriptor);
    if (!descriptor) {
        return pass(descriptor);
    }
    Done kept = set(key, NCRYPT_SECURITY_DESCR_PROPERTY, *descriptor,
                    DACL_SECURITY_INFORMATION | NCRYPT_PERSIST_FLAG);
    const bool refused = !kept && kept.error().code == kNoSupport;
    return refused && request.security_descriptor.empty() ? done() : kept;
}

// "Archiving" lets the handle that made the key give it out once and no other ever; the form in
// which archives want it is not encrypted, which needs a flag of its own.
DWORD export_policy_of(const engine::KeyRequest& request) {
    DWORD policy = 0;
    if (request.exportable == engine::KeyExport::allowed) {
        policy |= NCRYPT_ALLOW_EXPORT_FLAG;
    }
    if (request.archival == engine::KeyArchival::once) {
        policy |= NCRYPT_ALLOW_ARCHIVING_FLAG | NCRYPT_ALLOW_PLAINTEXT_ARCHIVING_FLAG;
    }
    return policy;
}

Done prepare(const UniqueNcrypt& key, const KeyLocation& where, const engine::KeyRequest& request) {
    if (request.algorithm == KeyAlgorithm::rsa) {
        if (Done kept = set_number(key, NCRYPT_LENGTH_PROPERTY, request.bits, 0); !kept) {
            return kept;
        }
    }
    if (const DWORD policy = export_policy_of(request); policy != 0) {
        if (Done kept = set_number(key, NCRYPT_EXPORT_POLICY_PROPERTY, policy, NCRYPT_PERSIST_FLAG);
            !kept) {
            return kept;
        }
    }
    if (request.cng_usage) {
        // Whatever else the key is for, it must sign its own request, or be tried (check I6).
        const DWORD own = request.purpose == engine::KeyPurpose::agreement
                              ? DWORD{NCRYPT_ALLOW_KEY_AGREEMENT_FLAG}
                              : DWORD{NCRYPT_ALLOW_SIGNING_FLAG};
        if (Done kept = set_number(key, NCRYPT_KEY_USAGE_PROPERTY, *request.cng_usage | own,
                                   NCRYPT_PERSIST_FLAG);
            !kept) {
            return kept;
        }
    }
    return set_acl(key, where, request);
}

// Where the system registers providers of CNG, and below each the interfaces that it offers
// (NCRYPT_KEY_STORAGE_INTERFACE).  Not with NCryptEnumStorageProviders: a system without it ends
// the process instead of saying so.
constexpr const wchar_t* kRegistered =
    L"SYSTEM\\CurrentControlSet\\Control\\Cryptography\\Providers";
constexpr const wchar_t* kKeyStorage = L"\\UM\\00010001";

std::vector<std::string> registered_providers() {
    std::vector<std::string> found;
    UniqueRegistryKey all;
    if (::RegOpenKeyExW(HKEY_LOCAL_MACHINE, kRegistered, 0, KEY_READ, all.put()) != ERROR_SUCCESS) {
        return found;
    }
    constexpr DWORD kLongestKeyName = 256;
    std::array<wchar_t, kLongestKeyName> name{};
    for (DWORD index = 0;; ++index) {
        auto size = static_cast<DWORD>(name.size());
        if (::RegEnumKeyExW(all.get(), index, name.data(), &size, nullptr, nullptr, nullptr,
                            nullptr) != ERROR_SUCCESS) {
            return found;
        }
        UniqueRegistryKey storage;
        if (::RegOpenKeyExW(all.get(), (std::wstring(name.data(), size) + kKeyStorage).c_str(), 0,
                            KEY_READ, storage.put()) == ERROR_SUCCESS) {
            found.push_back(narrow({name.data(), size}));
        }
    }
}

class CngProvider final : public KeyProvider {
  public:
    explicit CngProvider(engine::Crypto& crypto) : crypto_(crypto) {}

    std::vector<ProviderName> names() override {
        std::vector<ProviderName> found;
        // A host without a TPM lists that provider all the same, and templates may name another
        // one after it.
        for (std::string& name : registered_providers()) {
            if (open_provider(name)) {
                found.push_back({std::move(name), 0});
            }
        }
        // The system's own, should it register them elsewhere.
        for (const wchar_t* const own :
             {MS_KEY_STORAGE_PROVIDER, MS_SMART_CARD_KEY_STORAGE_PROVIDER,
              MS_PLATFORM_CRYPTO_PROVIDER}) {
            const std::string name = narrow(own);
            if (std::ranges::find(found, name, &ProviderName::name) == found.end() &&
                open_provider(name)) {
                found.push_back({name, 0});
            }
        }
        return found;
    }

    Result<std::unique_ptr<ProviderKey>> create(const KeyLocation& where,
                                                const engine::KeyRequest& request,
                                                Prompt prompt) override {
        auto provider = open_provider(where.provider);
        if (!provider) {
            return pass(provider);
        }
        UniqueNcrypt key;
        const SECURITY_STATUS status = ::NCryptCreatePersistedKey(
            provider->get(), key.put(), name_of(request.algorithm, request.purpose),
            wide(where.container).c_str(), 0, flags_of(where, Prompt::allowed));
        if (status != ERROR_SUCCESS) {
            return fail(ncrypt_error(status, "make a key in " + where.provider));
        }
        // Until here nothing is stored: freeing the handle is enough.
        if (Done ready = prepare(key, where, request); !ready) {
            return pass(ready);
        }
        const SECURITY_STATUS finished = ::NCryptFinalizeKey(key.get(), silence_of(prompt));
        if (finished != ERROR_SUCCESS) {
            return fail(ncrypt_error(finished, "make a key in " + where.provider));
        }
        return key_of(std::move(*provider), std::move(key), prompt);
    }

    Result<std::unique_ptr<ProviderKey>> open(const KeyLocation& where, Prompt prompt) override {
        auto provider = open_provider(where.provider);
        if (!provider) {
            return pass(provider);
        }
        auto key = open_key(*provider, where, prompt);
        if (!key) {
            return pass(key);
        }
        return key_of(std::move(*provider), std::move(*key), prompt);
    }

    Done erase(const KeyLocation& where) override {
        auto provider = open_provider(where.provider);
        if (!provider) {
            return pass(provider);
        }
        auto key = open_key(*provider, where, Prompt::never);
        if (!key) {
            return key.error().code == kFileNotFound ? done() : pass(key);
        }
        // Frees the handle when it succeeds.
        const SECURITY_STATUS status = ::NCryptDeleteKey(key->get(), NCRYPT_SILENT_FLAG);
        if (status != ERROR_SUCCESS) {
            return fail(ncrypt_error(status, "delete the key " + where.container));
        }
        static_cast<void>(key->release());
        return done();
    }

  private:
    static Result<UniqueNcrypt> open_key(const UniqueNcrypt& provider, const KeyLocation& where,
                                         Prompt prompt) {
        UniqueNcrypt key;
        const SECURITY_STATUS status =
            ::NCryptOpenKey(provider.get(), key.put(), wide(where.container).c_str(), where.spec,
                            flags_of(where, prompt));
        if (status != ERROR_SUCCESS) {
            return fail(ncrypt_error(status, "open the key " + where.container));
        }
        return key;
    }

    Result<std::unique_ptr<ProviderKey>> key_of(UniqueNcrypt provider, UniqueNcrypt key,
                                                Prompt prompt) {
        auto public_key = public_key_of(key);
        if (!public_key) {
            return pass(public_key);
        }
        return std::make_unique<CngKey>(std::move(provider), std::move(key), std::move(*public_key),
                                        crypto_, prompt);
    }

    engine::Crypto& crypto_;
};

}  // namespace

std::unique_ptr<KeyProvider> make_cng_provider(engine::Crypto& crypto) {
    return std::make_unique<CngProvider>(crypto);
}

}  // namespace ae::stores
