// Owner of CNG's storage handles, and the public half of a key that one of them stands for.
// Windows only.  Errors: kNotSupported: the key is neither RSA nor on a NIST curve.
#pragma once

#include "engine/base/win32.h"
#include "stores/public_key_info.h"

// windows.h first.
#include <ncrypt.h>

namespace ae::stores {

struct NcryptTraits {
    using value_type = NCRYPT_HANDLE;
    static value_type none() noexcept { return 0; }
    static void close(value_type handle) noexcept { ::NCryptFreeObject(handle); }
};
using UniqueNcrypt = UniqueHandle<NcryptTraits>;

Result<PublicKey> public_key_of(const UniqueNcrypt& key);

}  // namespace ae::stores
