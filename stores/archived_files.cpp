#include "stores/archived_files.h"

#include "engine/base/hresult_table.h"
#include "stores/crypto.h"
#include "stores/key_files.h"
#include "stores/my_entry_files.h"
#include "stores/store_layout.h"

#include <utility>

namespace ae::stores {
namespace {

constexpr std::string_view kWrapped = "-----BEGIN TSS2 PRIVATE KEY-----";

KeyProbe probe(const StoreContext& context, const Folder& folder, ByteView public_key_info) {
    const Result<std::optional<KeyFile>> key = read_key_file(folder);
    return key ? context.key_backends().probe(*key, public_key_info)
               : KeyProbe{engine::KeyState::unknown, key.error().context};
}

Result<engine::HeldCertificate> read_entry(const StoreContext& context, engine::Crypto& crypto,
                                           const std::string& name) {
    Result<Folder> folder = context.my().open(name);
    if (!folder) {
        return pass(folder);
    }
    Result<engine::CertificateFacts> facts = read_certificate(*folder);
    if (!facts) {
        return pass(facts);
    }
    if (thumbprint(crypto, facts->der) != name) {
        return fail(kInvalidData, folder->path_of(layout::kCertificate) +
                                      " is another certificate than its folder says");
    }
    engine::HeldCertificate entry;
    entry.thumbprint = name;
    entry.path = folder->path_of(layout::kCertificate);
    KeyProbe key = probe(context, *folder, facts->public_key_info);
    entry.key = key.state;
    entry.key_detail = std::move(key.detail);
    entry.facts = std::move(*facts);
    return entry;
}

}  // namespace

Result<std::vector<engine::HeldCertificate>> archived_certificates(const StoreContext& context,
                                                                   engine::Crypto& crypto) {
    Result<std::vector<NamedEntry>> entries = read_my_entries(context.my());
    if (!entries) {
        return pass(entries, "list the archived certificates");
    }
    std::vector<engine::HeldCertificate> found;
    for (const NamedEntry& one : *entries) {
        if (!one.facts || one.facts->archived == Archived::no) {
            continue;  // held() speaks of those that cannot be read
        }
        auto entry = read_entry(context, crypto, one.thumbprint);
        if (entry) {
            found.push_back(std::move(*entry));
        } else {
            context.warn(
                std::move(entry.error()).within("an archived certificate was left out").sentence());
        }
    }
    return found;
}

std::string key_place_of(const StoreContext& context, const std::string& thumbprint) {
    const Result<Folder> folder = context.open_my(thumbprint);
    if (!folder) {
        return {};
    }
    const Result<std::optional<KeyFile>> key = read_key_file(*folder);
    if (!key || !*key) {
        return {};
    }
    const std::string path = folder->path_of((*key)->name);
    if ((*key)->name == layout::kKeyUri) {
        return "on a token, which " + path + " names";
    }
    return as_text((*key)->content.view()).starts_with(kWrapped)
               ? "in this machine's TPM, wrapped in " + path
               : "in the file " + path;
}

}  // namespace ae::stores
