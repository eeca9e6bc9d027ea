// Owners of BCrypt handles, and its NTSTATUS as one of our errors.  Windows only; any thread.
#pragma once

#include "engine/base/win32.h"

// windows.h first.
#include <bcrypt.h>

namespace ae::stores {

constexpr bool succeeded(NTSTATUS status) { return status >= 0; }

struct BcryptAlgorithmTraits {
    using value_type = BCRYPT_ALG_HANDLE;
    static value_type none() noexcept { return nullptr; }
    static void close(value_type algorithm) noexcept {
        ::BCryptCloseAlgorithmProvider(algorithm, 0);
    }
};
using UniqueBcryptAlgorithm = UniqueHandle<BcryptAlgorithmTraits>;

struct BcryptKeyTraits {
    using value_type = BCRYPT_KEY_HANDLE;
    static value_type none() noexcept { return nullptr; }
    static void close(value_type key) noexcept { ::BCryptDestroyKey(key); }
};
using UniqueBcryptKey = UniqueHandle<BcryptKeyTraits>;

}  // namespace ae::stores
