#include "stores/key_disposal.h"

#include "engine/base/hresult_table.h"
#include "stores/key_files.h"

namespace ae::stores {
namespace {

bool is_entry(std::string_view name) { return is_thumbprint(name) || is_key_id(name); }

// Success: no entry of `parent` names the key.  Else kBusy for one that does.
Done check_unnamed(const Folder& parent, const KeyFile& key) {
    const Result<std::vector<std::string>> names = parent.names();
    if (!names) {
        return tl::unexpected<Error>(names.error());
    }
    for (const std::string& name : *names) {
        if (!is_entry(name)) {
            continue;
        }
        const Result<std::optional<KeyFile>> other = parent.open(name).and_then(read_key_file);
        if (!other) {
            return tl::unexpected<Error>(other.error());
        }
        if (!*other || (*other)->name != layout::kKeyUri) {
            continue;
        }
        if (!names_token_key(**other)) {
            return fail(kInvalidData, parent.path_of(name) + "/key.uri names no key",
                        "Correct it as RFC 7512 has it, or delete the entry");
        }
        if (may_name_same_key(key, **other)) {
            return fail(kBusy, parent.path_of(name) + " names the same key");
        }
    }
    return done();
}

Done dispose_of_key(KeyBackends& backends, const Folder& folder, const Entries& entries) {
    const Result<std::optional<KeyFile>> key = read_key_file(folder);
    if (!key) {
        return tl::unexpected<Error>(key.error());
    }
    // Half of a name is what a crash left before the key was made.
    if (!*key || !names_token_key(**key)) {
        return done();
    }
    for (const Folder* parent : {&entries.my, &entries.request}) {
        if (Done unnamed = check_unnamed(*parent, **key); !unnamed) {
            return unnamed.error().code == kBusy ? done()
                                                 : Done(pass(unnamed, "it may be another entry's"));
        }
    }
    return backends.destroy(**key);
}

}  // namespace

bool has_key_elsewhere(const Folder& parent, std::string_view name) {
    const Result<Folder> folder = parent.open(name);
    if (!folder) {
        return false;
    }
    const Result<std::optional<Bytes>> uri = folder->read(layout::kKeyUri);
    return !uri || uri->has_value();
}

Done finish_discard(KeyBackends& backends, const Folder& parent, std::string_view name,
                    const Entries& entries) {
    if (has_key_elsewhere(parent, name)) {
        const Result<Folder> folder = parent.open(name);
        Done disposed = folder ? dispose_of_key(backends, *folder, entries)
                               : tl::unexpected<Error>(folder.error());
        if (!disposed) {
            return pass(disposed, "delete the key that " + parent.path_of(name) + " names");
        }
    }
    return parent.remove(name);
}

}  // namespace ae::stores
