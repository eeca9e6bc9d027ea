// One trust folder of the store: <thumbprint>.pem files, one certificate each.
// Internal to the directory store.  Blocks on the disk; one thread at a time.
// Errors: those of files_posix.h.
#pragma once

#include "engine/ports.h"
#include "stores/files_posix.h"

#include <functional>
#include <string_view>
#include <vector>

namespace ae::stores {

// The certificates in the order of their thumbprints.  A file that is broken or holds another
// certificate than its name says is left out and named through `warn`.
Result<std::vector<Bytes>> read_trusted(const Folder& folder, engine::Crypto& crypto,
                                        const std::function<void(std::string_view sentence)>& warn);

// Writes and removes what differs, and nothing else; files that are not the store's stay.
// Additions first: a crash between the two leaves a superset, which the next pulse trims.
Result<engine::StoreChange> make_equal(const Folder& folder, engine::Crypto& crypto,
                                       const std::vector<Bytes>& certificates);

}  // namespace ae::stores
