#include "service/context_place.h"

#include "stores/context_stores.h"

namespace ae::service {

Result<Sources> resolved(Sources sources) {
    if (sources.state_dir.empty()) {
        auto root = stores::default_store_root(sources.scope);
        if (!root) {
            return pass(root);
        }
        sources.state_dir = std::move(*root);
    }
    return sources;
}

}  // namespace ae::service
