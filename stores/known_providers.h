// Every key provider that this machine knows of, whether it answers or not: for people who want to
// know why a template's provider is not offered.  Portable; blocks on devices.
//
// Linux: the rows of provider_table.h, each place asked once.  Windows: the providers that the
// system has; whether one works (a card, a TPM) only shows when it makes a key.
#pragma once

#include "engine/base/result.h"
#include "stores/key_settings.h"

#include <string>
#include <vector>

namespace ae::stores {

struct KnownProvider {
    std::string name{};
    std::string place{};  // as the setting KeyProviders has it; Windows: empty
    Done answers = done();
};

std::vector<KnownProvider> known_providers(const KeySettings& settings);

}  // namespace ae::stores
