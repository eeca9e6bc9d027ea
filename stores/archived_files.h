// What nobody but a person asks for: the archived entries of MY, and where a key lies.
// Internal to the directory store.  An entry that cannot be read is left out and said through
// StoreContext::warn.  Blocks on the disk, and on the key's device; one thread.
#pragma once

#include "engine/ports.h"
#include "stores/store_context.h"

#include <string>
#include <vector>

namespace ae::stores {

Result<std::vector<engine::HeldCertificate>> archived_certificates(const StoreContext& context,
                                                                   engine::Crypto& crypto);
// Of any entry of MY.  The name of the file that tells, never its content: people write PINs into a
// key.uri although they must not.  Empty: no key, or no such entry.
std::string key_place_of(const StoreContext& context, const std::string& thumbprint);

}  // namespace ae::stores
