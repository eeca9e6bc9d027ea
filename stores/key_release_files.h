// What a directory store keeps beside a key of who may have it whole: the file "release" of the
// entry (store_layout.h).  A promise that the store keeps to the template, no protection: whoever
// can read key.pem has the key.
// Errors: those of files_posix.h.
#pragma once

#include "stores/files_posix.h"
#include "stores/key_backend.h"

namespace ae::stores {

KeyRelease key_release_for(const engine::KeyRequest& request);
// No such file, or one that is not understood: never.
Result<KeyRelease> read_key_release(const Folder& entry);
Done write_key_release(const Folder& entry, KeyRelease release);

}  // namespace ae::stores
