// What this build can do (engine/snapshot.h Abilities).  Any thread.
#pragma once

#include "engine/snapshot.h"
#include "stores/software_providers.h"

namespace ae::service {

// On a machine the key store names the providers itself; these are what a capture that names none
// is judged by.
inline engine::Abilities abilities_of_this_build() {
    return {.providers = stores::software_providers(),
            .renewal = true,
            .signing = true,
            .archival = true,
            .alternate_signature = true};
}

}  // namespace ae::service
