#include "stores/key_backends.h"
#include "stores/known_providers.h"

#include <utility>

namespace ae::stores {

std::vector<KnownProvider> known_providers(const KeySettings& settings) {
    std::vector<KnownProvider> found;
    KeyBackends backends(provider_table(settings), settings.pins, settings.pin_memory);
    for (ProviderAnswer& one : backends.providers()) {
        found.push_back({std::move(one.row.name), to_text(one.row.place), std::move(one.answers)});
    }
    return found;
}

}  // namespace ae::stores
