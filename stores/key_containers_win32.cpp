#include "stores/key_containers_win32.h"

#include "engine/base/win32.h"
#include "stores/container_name.h"
#include "stores/public_key_cng.h"

#include <array>
#include <string>

// windows.h first.
#include <ncrypt.h>
#include <wincrypt.h>

namespace ae::stores {
namespace {

struct NcryptMemoryTraits {
    using value_type = void*;
    static value_type none() noexcept { return nullptr; }
    static void close(value_type memory) noexcept { ::NCryptFreeBuffer(memory); }
};
using UniqueNcryptMemory = UniqueHandle<NcryptMemoryTraits>;

struct CspTraits {
    using value_type = HCRYPTPROV;
    static value_type none() noexcept { return 0; }
    static void close(value_type context) noexcept { ::CryptReleaseContext(context, 0); }
};
using UniqueCsp = UniqueHandle<CspTraits>;

std::optional<Time> changed_at(const UniqueNcrypt& provider, const wchar_t* name) {
    UniqueNcrypt key;
    FILETIME when{};
    DWORD size = 0;
    if (::NCryptOpenKey(provider.get(), key.put(), name, 0,
                        NCRYPT_MACHINE_KEY_FLAG | NCRYPT_SILENT_FLAG) != ERROR_SUCCESS ||
        ::NCryptGetProperty(key.get(), NCRYPT_LAST_MODIFIED_PROPERTY,
                            reinterpret_cast<BYTE*>(&when), sizeof when, &size,
                            NCRYPT_SILENT_FLAG) != ERROR_SUCCESS ||
        size != sizeof when) {
        return std::nullopt;
    }
    constexpr std::int64_t kSecondsFrom1601 = 11'644'473'600;
    constexpr std::int64_t kTicksPerSecond = 10'000'000;
    const std::uint64_t ticks = std::uint64_t{when.dwHighDateTime} << 32U | when.dwLowDateTime;
    return Time(Seconds(static_cast<std::int64_t>(ticks) / kTicksPerSecond - kSecondsFrom1601));
}

// Without keys of legacy providers, which that one shows as well.
void add_storage_keys(const wchar_t* provider_name, std::vector<KeyContainer>& found) {
    UniqueNcrypt provider;
    if (::NCryptOpenStorageProvider(provider.put(), provider_name, 0) != ERROR_SUCCESS) {
        return;
    }
    UniqueNcryptMemory state;  // of the enumeration: the same from its first call to its last
    for (;;) {
        NCryptKeyName* name = nullptr;
        void* at = state.release();
        const SECURITY_STATUS status = ::NCryptEnumKeys(
            provider.get(), nullptr, &name, &at, NCRYPT_MACHINE_KEY_FLAG | NCRYPT_SILENT_FLAG);
        state.reset(at);
        const UniqueNcryptMemory owner(name);
        if (status != ERROR_SUCCESS || name == nullptr) {
            return;
        }
        if (name->dwLegacyKeySpec == 0) {
            const KeyLocation where{.provider = narrow(provider_name),
                                    .container = narrow(name->pszName),
                                    .scope = engine::Scope::machine};
            // Other programs' keys are not opened.
            found.push_back({where, is_own_container(where.container)
                                        ? changed_at(provider, name->pszName)
                                        : std::nullopt});
        }
    }
}

// The system's RSA providers share their containers.
void add_legacy_keys(std::vector<KeyContainer>& found) {
    UniqueCsp context;
    if (::CryptAcquireContextW(context.put(), nullptr, MS_ENH_RSA_AES_PROV_W, PROV_RSA_AES,
                               CRYPT_VERIFYCONTEXT | CRYPT_MACHINE_KEYSET | CRYPT_SILENT) == 0) {
        return;
    }
    constexpr std::size_t kLongestName = 1024;
    std::array<char, kLongestName> name{};
    for (DWORD flag = CRYPT_FIRST;; flag = CRYPT_NEXT) {
        auto size = static_cast<DWORD>(name.size());
        if (::CryptGetProvParam(context.get(), PP_ENUMCONTAINERS,
                                reinterpret_cast<BYTE*>(name.data()), &size, flag) == 0) {
            return;
        }
        found.push_back({.where = {.provider = narrow(MS_ENH_RSA_AES_PROV_W),
                                   .container = name.data(),
                                   .provider_type = PROV_RSA_AES,
                                   .spec = AT_KEYEXCHANGE,
                                   .scope = engine::Scope::machine}});
    }
}

}  // namespace

std::vector<KeyContainer> machine_containers() {
    std::vector<KeyContainer> found;
    add_storage_keys(MS_KEY_STORAGE_PROVIDER, found);
    add_storage_keys(MS_PLATFORM_CRYPTO_PROVIDER, found);
    add_legacy_keys(found);
    return found;
}

}  // namespace ae::stores
