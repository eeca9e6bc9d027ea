#include "stores/key_backends.h"

#include "engine/base/hresult_table.h"
#include "engine/base/text.h"
#include "stores/software_key_backend.h"
#include "stores/tpm_key_backend.h"

#include <algorithm>
#include <utility>

namespace ae::stores {

KeyBackends::KeyBackends(ProviderTable table, PinUse pins, std::string pin_memory)
    : table_(std::move(table)) {
    std::string tcti;
    std::vector<std::string> tokens;
    for (const ProviderRow& row : table_.rows) {
        if (row.place.home == KeyHome::tpm && !row.place.where.empty()) {
            tcti = row.place.where;  // provider_table() lets them name one only
        }
        if (row.place.home == KeyHome::token) {
            tokens.push_back(row.place.where);
        }
    }
    backends_[KeyHome::software] = make_software_backend();
    backends_[KeyHome::tpm] = make_tpm_backend(std::move(tcti));
    backends_[KeyHome::token] = make_token_backend(tokens, pins, std::move(pin_memory));
}

std::vector<ProviderAnswer> KeyBackends::providers() {
    std::vector<ProviderAnswer> found;
    for (const ProviderRow& row : table_.rows) {
        const auto asked = std::ranges::find_if(
            found, [&](const ProviderAnswer& one) { return one.row.place == row.place; });
        found.push_back({row, asked != found.end() ? asked->answers : answers(row.place)});
    }
    return found;
}

Done KeyBackends::answers(const KeyPlace& place) {
    return backends_.at(place.home)->answers(place.where);
}

std::vector<KeyPlace> KeyBackends::places_for(const engine::KeyRequest& request) const {
    return places_of(table_, request.providers);
}

bool KeyBackends::suits(const KeyFile& file, const engine::KeyRequest& request) const {
    KeyBackend* const reader = reader_of(file);
    return std::ranges::any_of(places_for(request), [&](const KeyPlace& place) {
        return backends_.at(place.home).get() == reader && reader->lies_in(file, place.where);
    });
}

Result<KeyFile> KeyBackends::begin(const engine::KeyRequest& request, const std::string& id,
                                   const KeyPlace& place) {
    return backends_.at(place.home)->begin(request, id, place.where);
}

Done KeyBackends::finish(const engine::KeyRequest& request, const KeyFile& file) {
    return reader_of(file)->finish(request, file);
}

Result<std::unique_ptr<engine::PrivateKey>> KeyBackends::open(const KeyFile& file,
                                                              std::string reference,
                                                              KeyRelease release) {
    return reader_of(file)->open(file, std::move(reference), release);
}

KeyProbe KeyBackends::probe(const std::optional<KeyFile>& file, ByteView public_key_info) {
    if (!file) {
        return {engine::KeyState::gone, "there is no key file"};
    }
    return reader_of(*file)->probe(*file, public_key_info);
}

Done KeyBackends::destroy(const KeyFile& file) { return reader_of(file)->destroy(file); }

// The software's is the last: what nobody else reads is a key file of ours that broke.
KeyBackend* KeyBackends::reader_of(const KeyFile& file) const {
    for (const KeyHome home : {KeyHome::tpm, KeyHome::token}) {
        const auto found = backends_.find(home);
        if (found != backends_.end() && found->second->reads(file)) {
            return found->second.get();
        }
    }
    return backends_.at(KeyHome::software).get();
}

}  // namespace ae::stores
