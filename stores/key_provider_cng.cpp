#include "engine/base/hresult_table.h"
#include "stores/key_acl_win32.h"
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

const wchar_t* name_of(KeyAlgorithm algorithm) {
    switch (algorithm) {
        case KeyAlgorithm::ecdsa_p256:
            return NCRYPT_ECDSA_P256_ALGORITHM;
        case KeyAlgorithm::ecdsa_p384:
            return NCRYPT_ECDSA_P384_ALGORITHM;
        case KeyAlgorithm::ecdsa_p521:
            return NCRYPT_ECDSA_P521_ALGORITHM;
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

class CngKey final : public ProviderKey {
  public:
    CngKey(UniqueNcrypt provider, UniqueNcrypt key, const PublicKey& public_key,
           engine::Crypto& crypto, Prompt prompt)
        : provider_(std::move(provider)),
          key_(std::move(key)),
          public_key_info_(write_public_key_info(public_key)),
          crypto_(crypto),
          prompt_(prompt) {
        if (const auto* const ec = std::get_if<EcPublicKey>(&public_key)) {
            curve_ = ec->curve;
        }
    }

    [[nodiscard]] const Bytes& public_key_info() const override { return public_key_info_; }

    Result<Bytes> sign(engine::HashAlgorithm hash, ByteView message) override {
        Bytes digest = crypto_.digest(hash, message);
        if (!curve_) {
            BCRYPT_PKCS1_PADDING_INFO padding{name_of(hash)};
            return sign_digest(std::move(digest), &padding, BCRYPT_PAD_PKCS1);
        }
        // FIPS 186-4 6.4: the leftmost bits of a digest that is longer than the group's order.
        digest.resize(std::min(digest.size(), coordinate_size(*curve_)));
        auto numbers = sign_digest(std::move(digest), nullptr, 0);
        if (!numbers) {
            return pass(numbers);
        }
        return ecdsa_signature_of_numbers(*numbers);
    }

  private:
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
    Bytes public_key_info_;
    std::optional<KeyAlgorithm> curve_{};  // none: RSA
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

Done prepare(const UniqueNcrypt& key, const KeyLocation& where, const engine::KeyRequest& request) {
    if (request.algorithm == KeyAlgorithm::rsa) {
        if (Done kept = set_number(key, NCRYPT_LENGTH_PROPERTY, request.bits, 0); !kept) {
            return kept;
        }
    }
    if (request.exportable == engine::KeyExport::allowed) {
        if (Done kept = set_number(key, NCRYPT_EXPORT_POLICY_PROPERTY, NCRYPT_ALLOW_EXPORT_FLAG,
                                   NCRYPT_PERSIST_FLAG);
            !kept) {
            return kept;
        }
    }
    if (request.cng_usage) {
        // Whatever else the key is for, it must sign its own request.
        if (Done kept =
                set_number(key, NCRYPT_KEY_USAGE_PROPERTY,
                           *request.cng_usage | NCRYPT_ALLOW_SIGNING_FLAG, NCRYPT_PERSIST_FLAG);
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
            provider->get(), key.put(), name_of(request.algorithm), wide(where.container).c_str(),
            0, flags_of(where, Prompt::allowed));
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
        return std::make_unique<CngKey>(std::move(provider), std::move(key), *public_key, crypto_,
                                        prompt);
    }

    engine::Crypto& crypto_;
};

}  // namespace

std::unique_ptr<KeyProvider> make_cng_provider(engine::Crypto& crypto) {
    return std::make_unique<CngProvider>(crypto);
}

}  // namespace ae::stores
