#include "stores/key_files.h"

#include <utility>

namespace ae::stores {
namespace {

constexpr mode_t kKeyFile = 0600;

}  // namespace

Result<std::optional<KeyFile>> read_key_file(const Folder& entry) {
    for (const std::string_view name : {layout::kKey, layout::kKeyUri}) {
        Result<std::optional<Bytes>> content = entry.read(name);
        if (!content) {
            return pass(content);
        }
        if (*content) {
            return KeyFile{name, Secret(std::move(**content))};
        }
    }
    return std::nullopt;
}

Done create_key_file(const Folder& entry, const KeyFile& key) {
    return entry.create_file(key.name, key.content.view(), kKeyFile);
}

Result<bool> same_key_file(const Folder& left, const Folder& right) {
    const Result<std::optional<KeyFile>> one = read_key_file(left);
    if (!one) {
        return tl::unexpected<Error>(one.error());
    }
    const Result<std::optional<KeyFile>> other = read_key_file(right);
    if (!other) {
        return tl::unexpected<Error>(other.error());
    }
    return *one && *other && (*one)->name == (*other)->name &&
           equal((*one)->content.view(), (*other)->content.view());
}

}  // namespace ae::stores
