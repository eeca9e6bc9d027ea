#include "service/key_test/provider_trial.h"

#include "policy/agent_settings.h"
#include "service/event_log.h"
#include "service/selftest/trial_folder.h"
#include "stores/crypto.h"
#include "stores/store_layout.h"

#include <filesystem>
#include <utility>

namespace ae::service {

Result<stores::KeySettings> key_settings_of(const Sources& sources) {
    auto settings = policy::read_agent_settings(sources.scope, sources.policy_dir);
    if (!settings) {
        return pass(settings);
    }
    // A PIN that was refused to pulses and works now is one that they may try again.
    const auto context =
        std::filesystem::path(sources.state_dir) / stores::folder_of(sources.scope);
    return stores::KeySettings{.providers = std::move(settings->key_providers),
                               .pin_memory = context.string()};
}

Result<KeyTest> try_provider(const stores::KnownProvider& provider, const Sources& sources,
                             const stores::KeySettings& settings, std::stop_token stop) {
    // The folder outlives the stores in it.
    const auto folder = TrialFolder::make();
    if (!folder) {
        return tl::unexpected<Error>(folder.error());
    }
    const auto crypto = stores::make_crypto();
    auto opened = stores::open_stores({.root = folder->path().string(),
                                       .scope = sources.scope,
                                       .warn = log_warning,
                                       .keys = settings},
                                      stores::StoreUse::change, *crypto);
    if (!opened) {
        return pass(opened, "open stores for the trial");
    }
    Trial trial(std::move(*opened));
    KeyTest test =
        run_key_test({.trial = trial, .crypto = *crypto, .stop = std::move(stop)}, provider);
    if (Done cleaned = trial.clean(); !cleaned) {
        return pass(cleaned);
    }
    return test;
}

}  // namespace ae::service
