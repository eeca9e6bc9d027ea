#include "stores/key_probe.h"

#include "engine/base/hresult_table.h"
#include "stores/crypto.h"

namespace ae::stores {

KeyProbe probe_by_signing(KeyBackend& backend, const KeyFile& file, ByteView public_key_info,
                          ProvenKeys& proven) {
    using engine::KeyState;
    const Bytes id = make_crypto()->digest(engine::HashAlgorithm::sha256, file.content.view());
    auto known = proven.find(id);
    if (known == proven.end()) {
        const auto key = backend.open(file, "of a certificate", KeyRelease::never);
        const auto trial = key.and_then([](const auto& one) {
            return one->sign(engine::HashAlgorithm::sha256, as_bytes("probe"));
        });
        if (!trial) {
            const bool lost = trial.error().code == kFileNotFound;
            return {lost ? KeyState::gone : KeyState::unknown, trial.error().context};
        }
        const ByteView own = (*key)->public_key_info();
        known = proven.emplace(id, Bytes(own.begin(), own.end())).first;
    }
    if (!equal(known->second, public_key_info)) {
        return {KeyState::gone, "the key in its place is that of another certificate"};
    }
    return {KeyState::usable, {}};
}

}  // namespace ae::stores
