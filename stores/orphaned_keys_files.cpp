#include "stores/orphaned_keys_files.h"

#include "engine/base/hresult_table.h"
#include "stores/store_layout.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace ae::stores {
namespace {

Result<bool> is_noted(const StoreContext& context, const std::string& id) {
    const Result<Folder> folder = context.open_request(id);
    if (!folder) {
        return tl::unexpected<Error>(folder.error());
    }
    const Result<std::optional<Bytes>> note = folder->read(layout::kEntry);
    if (!note) {
        // Not a plain file, or too large: somebody's note.
        return note.error().code == kInvalidData ? Result<bool>(true)
                                                 : tl::unexpected<Error>(note.error());
    }
    return note->has_value();
}

}  // namespace

std::size_t erase_orphaned_keys(const StoreContext& context, engine::KeyStore& keys) {
    const auto warn = [&](Error error) {
        context.warn(std::move(error).within("delete keys that nothing needs").sentence());
    };
    Result<std::vector<std::string>> names = context.request().names();
    if (!names) {
        warn(std::move(names.error()));
        return 0;
    }
    std::size_t erased = 0;
    for (const std::string& id : *names) {
        if (!is_key_id(id)) {
            continue;
        }
        const Result<bool> noted = is_noted(context, id);
        if (noted && *noted) {
            continue;
        }
        Done gone = noted ? keys.erase(id) : tl::unexpected<Error>(noted.error());
        if (gone) {
            ++erased;
        } else if (gone.error().code != kBusy) {  // kBusy: a certificate has the same public key
            warn(std::move(gone.error()));
        }
    }
    return erased;
}

}  // namespace ae::stores
