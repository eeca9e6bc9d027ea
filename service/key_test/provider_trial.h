// A trial of one key provider of this machine (key_test.h), with this platform's parts.
// Makes throw-away keys in a folder of their own, and removes them.  Blocks on devices; one thread.
// Errors: those of the stores, of the settings and of the folder.
#pragma once

#include "service/cli/options.h"
#include "service/key_test/key_test.h"
#include "stores/key_settings.h"

namespace ae::service {

// `sources` are resolved() ones.
Result<stores::KeySettings> key_settings_of(const Sources& sources);

// `stop`: ends after the kind of key that is under way.
Result<KeyTest> try_provider(const stores::KnownProvider& provider, const Sources& sources,
                             const stores::KeySettings& settings, std::stop_token stop);

}  // namespace ae::service
