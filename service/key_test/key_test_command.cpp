// Wires the parts of this platform for `aeclient key-test`.
#include "engine/base/text.h"
#include "policy/agent_settings.h"
#include "service/commands.h"
#include "service/console.h"
#include "service/context_place.h"
#include "service/event_log.h"
#include "service/key_test/key_test.h"
#include "service/selftest/trial_folder.h"
#include "service/stop_on_signals.h"
#include "stores/crypto.h"
#include "stores/provider_table.h"
#include "stores/store_layout.h"

#include <algorithm>
#include <filesystem>
#include <utility>

namespace ae::service {
namespace {

// A place that no setting names yet, tried before somebody writes it down.
constexpr const char* kUnnamed = "unnamed";

Result<stores::KeySettings> settings_of(const Sources& sources) {
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

Result<stores::KnownProvider> find_provider(const std::string& asked,
                                            stores::KeySettings& settings) {
    const auto parsed = stores::parse_key_place(asked);
    if (!parsed && asked.find(':') != std::string::npos) {
        return fail(parsed.error());  // no provider's name has a colon
    }
    const bool place = parsed.has_value();
    const std::string name = place ? kUnnamed : asked;
    if (place) {
        settings.providers = {{kUnnamed, asked}};
    }
    // Only the token that is asked for may have a PIN tried that it refused before.
    std::erase_if(settings.providers, [&](const auto& row) {
        const auto where = stores::parse_key_place(row.second);
        return where && where->home == stores::KeyHome::token &&
               !equal_ignoring_case(row.first, name);
    });
    settings.pins = stores::PinUse::asked;
    for (stores::KnownProvider& one : stores::known_providers(settings)) {
        if (equal_ignoring_case(one.name, name)) {
            return std::move(one);
        }
    }
    return fail(kInvalidArgument, "no key provider \"" + printable(asked) + "\" is known here",
                "\"aeclient key-test\" lists those that are; the setting KeyProviders adds others");
}

Result<KeyTest> test_one(const stores::KnownProvider& provider, const Sources& sources,
                         const stores::KeySettings& settings) {
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
    // An interrupt must not leave keys behind.
    const std::stop_source stop;
    stop_on_signals(stop);
    Trial trial(std::move(*opened));
    KeyTest test =
        run_key_test({.trial = trial, .crypto = *crypto, .stop = stop.get_token()}, provider);
    if (Done cleaned = trial.clean(); !cleaned) {
        return pass(cleaned);
    }
    return test;
}

}  // namespace

int run_key_test(const KeyTestCommand& command) {
    open_log(command.sources.verbose ? ConsoleLevel::debug : ConsoleLevel::quiet);
    const auto sources = resolved(command.sources);
    if (!sources) {
        return complain(sources.error());
    }
    auto settings = settings_of(*sources);
    if (!settings) {
        return complain(settings.error());
    }
    const bool json = command.output == Output::json;
    for (const std::string& problem : stores::provider_table(*settings).problems) {
        mention(problem);
    }
    if (command.provider.empty()) {
        const auto all = stores::known_providers(*settings);
        return print(json ? providers_as_json(all) : providers_as_text(all), 0);
    }
    const auto provider = find_provider(command.provider, *settings);
    if (!provider) {
        return complain(provider.error());
    }
    const auto test = test_one(*provider, *sources, *settings);
    if (!test) {
        return complain(test.error());
    }
    return print(json ? key_test_as_json(*test) : key_test_as_text(*test),
                 passed(*test) ? 0 : kFailed);
}

}  // namespace ae::service
