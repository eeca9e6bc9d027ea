// The file about its key in an entry of MY or REQUEST (key_backend.h): key.pem or key.uri.
// Internal to the directory store.  Errors: those of files_posix.h.
#pragma once

#include "stores/files_posix.h"
#include "stores/key_backend.h"

#include <optional>

namespace ae::stores {

// key.pem, else key.uri; nothing when the entry has neither.
Result<std::optional<KeyFile>> read_key_file(const Folder& entry);
Done create_key_file(const Folder& entry, const KeyFile& key);  // 0600

// Octet by octet: that is how a key is copied.  Two entries without any are not the same.  Of keys
// on a token "no" is no proof: people may have edited a key.uri (may_name_same_key()).
Result<bool> same_key_file(const Folder& left, const Folder& right);

}  // namespace ae::stores
