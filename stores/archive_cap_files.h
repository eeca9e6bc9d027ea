// Deletes the archived certificates of MY that are beyond the number which the policy keeps
// (archive_cap.h says which), with their keys (rule X4).  Only what this agent enrolled for; an
// entry that cannot be read stays.
// For a context that was opened to change.  One that cannot be deleted is said
// (StoreContext::warn), stays for the next time and keeps no other from going.  Blocks on the disk;
// one thread.
#pragma once

#include "engine/ports.h"
#include "stores/store_context.h"

#include <cstddef>
#include <cstdint>

namespace ae::stores {

// How many went, by CertStore::remove(): live/ must not name them any more.
std::size_t delete_beyond_cap(const StoreContext& context, engine::CertStore& certificates,
                              std::uint32_t keep);

}  // namespace ae::stores
