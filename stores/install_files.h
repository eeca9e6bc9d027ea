// Puts a certificate and its key into MY of the directory store as one entry: written whole in a
// temporary folder, published by one rename.  The key stays in REQUEST as well; the caller takes it
// out there.  Check I5: a certificate for another key than the request's is refused.
// Errors: those of files_posix.h; kInvalidData.  Blocks on the disk; one thread.
#pragma once

#include "engine/ports.h"
#include "stores/entry_json.h"
#include "stores/key_readers_files.h"
#include "stores/store_context.h"

#include <string>

namespace ae::stores {

struct NewEntry {
    std::string thumbprint{};
    MyEntry facts{};
};
Result<NewEntry> publish_entry(const StoreContext& context, engine::Crypto& crypto,
                               KeyReaders& readers, const engine::NewCertificate& entry);

// Entries that an older version made have no fullchain.pem: written from cert.pem and chain.pem,
// durably, when it is missing.  `my`: the folder above.
Done add_full_chain(const Folder& my, const Folder& entry);

}  // namespace ae::stores
