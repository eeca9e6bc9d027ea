// Rule X4 for keys that do not lie in their entry: the key on a token goes when the last entry that
// names it goes.
//
// The entry goes out of sight first, in one step (as a temporary of its folder), then the key, then
// what is left of the entry: no crash leaves a certificate without its key in sight, or a key that
// nothing names.  What could not be finished, also because the token is not there, is finished at
// one of the next openings of the context.
// Internal to the directory store.  Errors: those of key_backend.h and files_posix.h.
#pragma once

#include "stores/files_posix.h"
#include "stores/key_backends.h"

#include <string_view>

namespace ae::stores {

struct Entries {
    const Folder& my;
    const Folder& request;
};

// Whether deleting the entry `name` of `parent` means to delete a key elsewhere as well.
bool has_key_elsewhere(const Folder& parent, std::string_view name);
// Deletes the temporary `name` of `parent` for good, after the key that it names unless an entry
// names that too.  An entry that cannot be read, or whose key.uri names no key, might: then the key
// and the temporary stay, with an error.
Done finish_discard(KeyBackends& backends, const Folder& parent, std::string_view name,
                    const Entries& entries);

}  // namespace ae::stores
