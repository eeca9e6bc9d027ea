#include "engine/base/hresult_table.h"
#include "engine/base/win32.h"
#include "stores/archival_blob.h"
#include "stores/key_acl_win32.h"
#include "stores/key_provider.h"
#include "stores/public_key_info.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

// windows.h first.
#include <wincrypt.h>

namespace ae::stores {
namespace {

// As Hresult; the headers have them as plain long.
constexpr Hresult kBadKeyset = hresult(0x80090016);
constexpr Hresult kNoKey = hresult(0x8009000D);
constexpr Hresult kBadAlgorithm = hresult(0x80090008);

constexpr const wchar_t* kAesProvider = MS_ENH_RSA_AES_PROV_W;

struct CspTraits {
    using value_type = HCRYPTPROV;
    static value_type none() noexcept { return 0; }
    static void close(value_type context) noexcept { ::CryptReleaseContext(context, 0); }
};
using UniqueCsp = UniqueHandle<CspTraits>;

struct CspKeyTraits {
    using value_type = HCRYPTKEY;
    static value_type none() noexcept { return 0; }
    static void close(value_type key) noexcept { ::CryptDestroyKey(key); }
};
using UniqueCspKey = UniqueHandle<CspKeyTraits>;

struct CspHashTraits {
    using value_type = HCRYPTHASH;
    static value_type none() noexcept { return 0; }
    static void close(value_type hash) noexcept { ::CryptDestroyHash(hash); }
};
using UniqueCspHash = UniqueHandle<CspHashTraits>;

Error csp_error(std::string_view doing) {
    Error error = last_error(doing);
    if (error.code == kBadKeyset || error.code == kNoKey) {
        error.code = kFileNotFound;
    }
    return error;
}

bool is_rsa(DWORD provider_type) {
    return provider_type == PROV_RSA_FULL || provider_type == PROV_RSA_SIG ||
           provider_type == PROV_RSA_SCHANNEL || provider_type == PROV_RSA_AES;
}

ALG_ID id_of(engine::HashAlgorithm hash) {
    switch (hash) {
        case engine::HashAlgorithm::sha1:
            return CALG_SHA1;
        case engine::HashAlgorithm::sha384:
            return CALG_SHA_384;
        case engine::HashAlgorithm::sha512:
            return CALG_SHA_512;
        case engine::HashAlgorithm::sha256:
            break;
    }
    return CALG_SHA_256;
}

DWORD flags_of(const KeyLocation& where, Prompt prompt) {
    return (where.scope == engine::Scope::machine ? DWORD{CRYPT_MACHINE_KEYSET} : DWORD{0}) |
           (prompt == Prompt::never ? DWORD{CRYPT_SILENT} : DWORD{0});
}

Result<UniqueCsp> acquire(const KeyLocation& where, DWORD flags) {
    UniqueCsp context;
    if (::CryptAcquireContextW(context.put(), wide(where.container).c_str(),
                               wide(where.provider).c_str(), where.provider_type, flags) == 0) {
        return fail(
            csp_error("open the key container " + where.container + " of " + where.provider));
    }
    return context;
}

// PUBLICKEYBLOB: header, RSAPUBKEY, then the modulus, little endian.
std::optional<RsaPublicKey> rsa_from(ByteView blob) {
    BLOBHEADER header{};
    RSAPUBKEY facts{};
    if (blob.size() < sizeof header + sizeof facts) {
        return std::nullopt;
    }
    std::memcpy(&facts, blob.data() + sizeof header, sizeof facts);
    const ByteView rest = blob.subspan(sizeof header + sizeof facts);
    const std::size_t size = facts.bitlen / 8;
    if (size == 0 || rest.size() < size) {
        return std::nullopt;
    }
    RsaPublicKey key;
    key.modulus.assign(rest.begin(), rest.begin() + static_cast<std::ptrdiff_t>(size));
    std::ranges::reverse(key.modulus);
    for (DWORD exponent = facts.pubexp; exponent != 0; exponent >>= 8U) {
        key.exponent.insert(key.exponent.begin(), static_cast<std::uint8_t>(exponent));
    }
    return key;
}

Result<UniqueCspKey> user_key(const UniqueCsp& context, DWORD spec) {
    UniqueCspKey key;
    if (::CryptGetUserKey(context.get(), spec, key.put()) == 0) {
        return fail(csp_error("open the key of the container"));
    }
    return key;
}

Result<Bytes> public_key_info_of(const UniqueCspKey& key) {
    DWORD size = 0;
    if (::CryptExportKey(key.get(), 0, PUBLICKEYBLOB, 0, nullptr, &size) == 0) {
        return fail(csp_error("read the public key"));
    }
    Bytes blob(size);
    if (::CryptExportKey(key.get(), 0, PUBLICKEYBLOB, 0, blob.data(), &size) == 0) {
        return fail(csp_error("read the public key"));
    }
    auto rsa = rsa_from(blob);
    if (!rsa) {
        return fail(kNotSupported, "the key of the container is no RSA key");
    }
    return write_public_key_info(std::move(*rsa));
}

// One call, its size known before: of a key for archival there might be no second.
Result<Secret> private_key_of(const UniqueCspKey& key, ByteView public_key_info) {
    const auto public_key = parse_public_key_info(public_key_info);
    if (!public_key) {
        return fail(public_key.error());
    }
    const std::size_t octets = std::get<RsaPublicKey>(*public_key).modulus.size();
    Bytes blob(archival_blob_size(static_cast<std::uint32_t>(octets * 8)));
    auto size = static_cast<DWORD>(blob.size());
    if (::CryptExportKey(key.get(), 0, PRIVATEKEYBLOB, 0, blob.data(), &size) == 0) {
        Error error = csp_error("read the private key");
        ::SecureZeroMemory(blob.data(), blob.size());
        return fail(as_refusal(std::move(error)));
    }
    blob.resize(size);
    return archival_blob_from(std::move(blob));
}

Result<Bytes> sign_in(const UniqueCsp& context, DWORD spec, engine::HashAlgorithm algorithm,
                      ByteView message) {
    UniqueCspHash hash;
    if (::CryptCreateHash(context.get(), id_of(algorithm), 0, 0, hash.put()) == 0) {
        return fail(csp_error("make a digest with the key's provider"));
    }
    if (::CryptHashData(hash.get(), message.data(), static_cast<DWORD>(message.size()), 0) == 0) {
        return fail(csp_error("make a digest with the key's provider"));
    }
    DWORD size = 0;
    if (::CryptSignHashW(hash.get(), spec, nullptr, 0, nullptr, &size) == 0) {
        return fail(csp_error("sign with the key"));
    }
    Bytes signature(size);
    if (::CryptSignHashW(hash.get(), spec, nullptr, 0, signature.data(), &size) == 0) {
        return fail(csp_error("sign with the key"));
    }
    signature.resize(size);
    std::ranges::reverse(signature);  // a CSP's numbers are little endian
    return signature;
}

class CspKey final : public ProviderKey {
  public:
    CspKey(KeyLocation where, UniqueCsp context, UniqueCspKey key, Bytes public_key_info,
           Prompt prompt)
        : where_(std::move(where)),
          context_(std::move(context)),
          key_(std::move(key)),
          public_key_info_(std::move(public_key_info)),
          prompt_(prompt) {}

    [[nodiscard]] const Bytes& public_key_info() const override { return public_key_info_; }

    Result<Bytes> sign(const engine::SignatureScheme& scheme, ByteView message) override {
        if (scheme.padding == engine::RsaPadding::pss) {
            return fail(kNotSupported,
                        where_.provider + " makes no signatures in the alternate format (PSS)",
                        "Let the template name a key storage provider, or clear its alternate "
                        "signature format");
        }
        auto signature = sign_in(context_, where_.spec, scheme.hash, message);
        if (signature || signature.error().code != kBadAlgorithm) {
            return signature;
        }
        // The older providers of the system do not know SHA-2.  They share their containers with
        // the one that does, so the same key signs there.
        KeyLocation there = where_;
        there.provider = narrow(kAesProvider);
        there.provider_type = PROV_RSA_AES;
        auto context = acquire(there, flags_of(there, prompt_));
        if (!context) {
            return signature;
        }
        const auto key = user_key(*context, where_.spec);
        const auto same = key ? public_key_info_of(*key) : fail(key.error());
        if (!same || *same != public_key_info_) {
            return signature;
        }
        return sign_in(*context, where_.spec, scheme.hash, message);
    }

    Result<Secret> archival_blob() override { return private_key_of(key_, public_key_info_); }

  private:
    KeyLocation where_;
    UniqueCsp context_;  // outlives the key
    UniqueCspKey key_;
    Bytes public_key_info_;
    Prompt prompt_;
};

class CspProvider final : public KeyProvider {
  public:
    std::vector<ProviderName> names() override {
        std::vector<ProviderName> found;
        for (DWORD index = 0;; ++index) {
            DWORD type = 0;
            std::array<wchar_t, MAX_PATH> name{};
            auto size = static_cast<DWORD>(name.size() * sizeof(wchar_t));
            if (::CryptEnumProvidersW(index, nullptr, 0, &type, name.data(), &size) == 0) {
                if (::GetLastError() != ERROR_MORE_DATA) {
                    return found;
                }
                continue;  // a name that no template can mean
            }
            if (is_rsa(type)) {
                found.push_back({narrow(name.data()), type});
            }
        }
    }

    Result<std::unique_ptr<ProviderKey>> create(const KeyLocation& where,
                                                const engine::KeyRequest& request,
                                                Prompt prompt) override {
        if (request.algorithm != engine::KeyAlgorithm::rsa) {
            return fail(kNotSupported, where.provider + " makes RSA keys only");
        }
        auto context = acquire(where, flags_of(where, prompt) | CRYPT_NEWKEYSET);
        if (!context) {
            return pass(context);
        }
        auto key = fill(where, *context, request);
        auto public_key_info = key ? public_key_info_of(*key) : fail(key.error());
        if (!public_key_info) {
            key = fail(public_key_info.error());  // its handle first
            context->reset();
            static_cast<void>(erase(where));
            return pass(public_key_info);
        }
        return std::make_unique<CspKey>(where, std::move(*context), std::move(*key),
                                        std::move(*public_key_info), prompt);
    }

    Result<std::unique_ptr<ProviderKey>> open(const KeyLocation& where, Prompt prompt) override {
        auto context = acquire(where, flags_of(where, prompt));
        if (!context) {
            return pass(context);
        }
        auto key = user_key(*context, where.spec);
        auto public_key_info = key ? public_key_info_of(*key) : fail(key.error());
        if (!public_key_info) {
            return pass(public_key_info);
        }
        return std::make_unique<CspKey>(where, std::move(*context), std::move(*key),
                                        std::move(*public_key_info), prompt);
    }

    Done erase(const KeyLocation& where) override {
        // With this flag no handle is made.
        HCRYPTPROV none = 0;
        if (::CryptAcquireContextW(&none, wide(where.container).c_str(),
                                   wide(where.provider).c_str(), where.provider_type,
                                   flags_of(where, Prompt::never) | CRYPT_DELETEKEYSET) == 0) {
            Error error = csp_error("delete the key container " + where.container);
            if (error.code != kFileNotFound) {
                return fail(std::move(error));
            }
        }
        return done();
    }

  private:
    // The handle that made the key: of one for archival no other gives it out.
    static Result<UniqueCspKey> fill(const KeyLocation& where, const UniqueCsp& context,
                                     const engine::KeyRequest& request) {
        auto descriptor = key_security_descriptor(where.scope, request.security_descriptor);
        if (!descriptor) {
            return pass(descriptor);
        }
        constexpr unsigned kBitsShift = 16;  // the upper half of the flags is the length
        DWORD flags = request.bits << kBitsShift;
        if (request.exportable == engine::KeyExport::allowed) {
            flags |= CRYPT_EXPORTABLE;
        } else if (request.archival == engine::KeyArchival::once) {
            flags |= CRYPT_ARCHIVABLE;
        }
        UniqueCspKey key;
        if (::CryptGenKey(context.get(), where.spec, flags, key.put()) == 0) {
            return fail(csp_error("make a key in " + where.provider));
        }
        if (::CryptSetProvParam(context.get(), PP_KEYSET_SEC_DESCR, descriptor->data(),
                                DACL_SECURITY_INFORMATION) == 0) {
            return fail(csp_error("set the access list of the key"));
        }
        return key;
    }
};

}  // namespace

std::unique_ptr<KeyProvider> make_csp_provider() { return std::make_unique<CspProvider>(); }

}  // namespace ae::stores
