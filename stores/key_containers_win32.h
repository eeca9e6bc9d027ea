// The key containers of a machine.  Windows only.
//
// Looks where keys stay on the host that made them: the system's software providers of both kinds,
// and its TPM.  Not on cards and other tokens, which go from host to host: a key there may be
// another host's.  What cannot be listed is left out.
// Blocks; one thread.
#pragma once

#include "stores/key_provider.h"

#include <optional>
#include <vector>

namespace ae::stores {

struct KeyContainer {
    KeyLocation where{};
    std::optional<Time> changed{};  // nothing: its provider does not say
};
std::vector<KeyContainer> machine_containers();

}  // namespace ae::stores
