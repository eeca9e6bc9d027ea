#include "stores/trust_files.h"

#include "engine/base/hresult_table.h"
#include "stores/crypto.h"
#include "stores/my_entry_files.h"
#include "stores/store_layout.h"

#include <algorithm>
#include <map>
#include <optional>
#include <string>

namespace ae::stores {
namespace {

constexpr mode_t kPublicFile = 0644;

Result<Bytes> read_one(const Folder& folder, const std::string& name, engine::Crypto& crypto) {
    Result<std::optional<Bytes>> content = folder.read(name);
    if (!content) {
        return pass(content);
    }
    // Deleted since the folder was listed: broken, like one that is cut off.
    Result<std::vector<Bytes>> blocks =
        certificates_from_pem(*content ? as_text(**content) : std::string_view{});
    if (!blocks || blocks->size() != 1 ||
        thumbprint(crypto, blocks->front()) != thumbprint_of_file(name)) {
        return fail(kInvalidData,
                    folder.path_of(name) + " does not hold the one certificate that its name says",
                    "Nothing needs to be done: the next pulse that reads the directory mends it");
    }
    return std::move(blocks->front());
}

}  // namespace

Result<std::vector<Bytes>> read_trusted(
    const Folder& folder, engine::Crypto& crypto,
    const std::function<void(std::string_view sentence)>& warn) {
    Result<std::vector<std::string>> names = folder.names();
    if (!names) {
        return pass(names);
    }
    std::vector<Bytes> found;
    for (const std::string& name : *names) {
        if (thumbprint_of_file(name).empty()) {
            continue;
        }
        Result<Bytes> one = read_one(folder, name, crypto);
        if (one) {
            found.push_back(std::move(*one));
        } else if (one.error().code == kInvalidData) {
            warn(std::move(one.error()).within("a trusted certificate was left out").sentence());
        } else {
            return pass(one);
        }
    }
    return found;
}

Result<engine::StoreChange> make_equal(const Folder& folder, engine::Crypto& crypto,
                                       const std::vector<Bytes>& certificates) {
    Result<std::vector<std::string>> present = folder.names();
    if (!present) {
        return pass(present);
    }
    std::map<std::string, const Bytes*> wanted;  // by file name: one per thumbprint (rule K5)
    for (const Bytes& certificate : certificates) {
        wanted.emplace(thumbprint(crypto, certificate).append(layout::kPemSuffix), &certificate);
    }
    engine::StoreChange change;
    for (const auto& [name, certificate] : wanted) {
        const std::string pem = certificates_to_pem({*certificate});
        if (std::ranges::binary_search(*present, name)) {
            const Result<std::optional<Bytes>> old = folder.read(name);
            if (old && *old && equal(**old, as_bytes(pem))) {
                continue;
            }
        }
        if (Done written = folder.publish_file(name, as_bytes(pem), kPublicFile); !written) {
            return pass(written);
        }
        ++change.added;
    }
    // On the disk before anything goes: a power cut must not take both.
    if (change.added > 0) {
        if (Done synced = folder.sync(); !synced) {
            return pass(synced);
        }
    }
    for (const std::string& name : *present) {
        if (thumbprint_of_file(name).empty() || wanted.contains(name)) {
            continue;
        }
        if (Done removed = folder.remove(name); !removed) {
            return pass(removed);
        }
        ++change.removed;
    }
    if (change.removed > 0) {
        if (Done synced = folder.sync(); !synced) {
            return pass(synced);
        }
    }
    return change;
}

}  // namespace ae::stores
