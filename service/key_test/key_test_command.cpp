// Wires the parts of this platform for `aeclient key-test`.
#include "engine/base/text.h"
#include "service/cli/nearest.h"
#include "service/commands.h"
#include "service/console.h"
#include "service/context_place.h"
#include "service/event_log.h"
#include "service/key_test/provider_trial.h"
#include "service/stop_on_signals.h"
#include "stores/provider_table.h"

#include <algorithm>
#include <utility>

namespace ae::service {
namespace {

// A place that no setting names yet, tried before somebody writes it down.
constexpr const char* kUnnamed = "unnamed";

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
    std::vector<std::string> names;
    for (stores::KnownProvider& one : stores::known_providers(settings)) {
        if (equal_ignoring_case(one.name, name)) {
            return std::move(one);
        }
        names.push_back(one.name);
    }
    return fail(
        kInvalidArgument,
        "no key provider \"" + printable(asked) + "\" is known here" + did_you_mean(asked, names),
        "\"aeclient key-test\" lists those that are; the setting KeyProviders adds others");
}

}  // namespace

int run(const KeyTestCommand& command) {
    open_log(command.sources.verbose ? ConsoleLevel::debug : ConsoleLevel::quiet);
    const auto sources = resolved(command.sources);
    if (!sources) {
        return complain(sources.error());
    }
    auto settings = key_settings_of(*sources);
    if (!settings) {
        return complain(settings.error());
    }
    for (const std::string& problem : stores::provider_table(*settings).problems) {
        mention(problem);
    }
    if (command.provider.empty()) {
        const auto all = stores::known_providers(*settings);
        return print_as(
            command.output, [&] { return providers_as_text(all); },
            [&] { return providers_as_json(all); }, 0);
    }
    const auto provider = find_provider(command.provider, *settings);
    if (!provider) {
        return complain(provider.error());
    }
    // An interrupt must not leave keys behind.
    const std::stop_source stop;
    stop_on_signals(stop);
    const auto test = try_provider(*provider, *sources, *settings, stop.get_token());
    if (!test) {
        return complain(test.error());
    }
    return print_as(
        command.output, [&] { return key_test_as_text(*test); },
        [&] { return key_test_as_json(*test); }, passed(*test) ? 0 : kFailed);
}

}  // namespace ae::service
