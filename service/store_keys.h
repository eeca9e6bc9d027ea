// The settings of a context as its stores take them: with them, a token's module and PIN are found
// by whoever opens the stores, to change or to look.  Pure; any thread.
#pragma once

#include "policy/agent_settings.h"
#include "stores/key_settings.h"

namespace ae::service {

inline stores::KeySettings store_keys(const policy::AgentSettings& settings) {
    return {.providers = settings.key_providers, .readers = settings.key_readers};
}

// For those who still show the rest when the settings cannot be read; somebody else says so.
inline stores::KeySettings store_keys(engine::Scope scope, const std::string& policy_dir) {
    const auto settings = policy::read_agent_settings(scope, policy_dir);
    return settings ? store_keys(*settings) : stores::KeySettings{};
}

}  // namespace ae::service
