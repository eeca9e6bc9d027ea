// Keys of REQUEST that nobody was ever asked about: key folders without entry.json.
//
// A key is durable before its request is noted, and the request is noted before it is sent (rule
// W6); a request that is given up loses its note first and its key then.  So a key without a note
// is what a crash, or a disk that refused, left in between: no CA knows it, and it goes by rule X4
// as KeyStore::erase() has it.  An entry.json that cannot be read is a note all the same: that key
// stays.
// Not for: keys of MY, or requests that are too old (rules N5, N11: the engine's).
// Only for a context that was opened to change, after a pulse: a key in the making looks the same.
// Blocks on the disk; one thread.
#pragma once

#include "engine/ports.h"
#include "stores/store_context.h"

#include <cstddef>

namespace ae::stores {

// How many went.  One that cannot be erased is said (StoreContext::warn), stays for the next time
// and keeps no other from going.
std::size_t erase_orphaned_keys(const StoreContext& context, engine::KeyStore& keys);

}  // namespace ae::stores
