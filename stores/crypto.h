// Digests, signature checks, random numbers and encryption for archival (engine/ports.h Crypto),
// native on each platform.
// Errors besides those of ports.h: kInvalidData: a key, vector or message of the wrong length;
// kUnexpected: the system's cryptography fails.
// Not for: making signatures (key_store.h) or trust (chain_checker.h).
// Any thread, several at a time.
#pragma once

#include "engine/ports.h"

#include <memory>

namespace ae::stores {

std::unique_ptr<engine::Crypto> make_crypto();

// SHA-1 of the whole certificate in lower-case hex: the identity of an entry (rule K5).
std::string thumbprint(engine::Crypto& crypto, ByteView certificate);

}  // namespace ae::stores
