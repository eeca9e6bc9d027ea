#include "service/doctor/collect_live.h"

#include "engine/base/text.h"
#include "engine/key_choice.h"
#include "service/ca_access.h"
#include "service/ca_config.h"
#include "service/ca_probe.h"
#include "service/doctor/case.h"
#include "service/key_test/provider_trial.h"
#include "service/stop_on_signals.h"

#include <algorithm>

namespace ae::service {
namespace {

constexpr std::chrono::seconds kAllCas{30};

// In which the CA that was asked for is one, whether the directory knows it or not.
std::vector<engine::EnrollmentService> services_of(const Examination& seen) {
    std::vector<engine::EnrollmentService> services;
    for (const engine::EnrollmentService& one : seen.view->world.services) {
        if (is_in_view(seen, one)) {
            services.push_back(one);
        }
    }
    const auto asked = parse_ca_config(seen.ca);
    if (services.empty() && asked) {
        services.push_back({.name = asked->name, .dns_host = asked->dns_host});
    }
    return services;
}

bool offers(const engine::EnrollmentService& service, const std::string& name) {
    return std::ranges::any_of(
        service.templates, [&](const std::string& one) { return equal_ignoring_case(one, name); });
}

// What the templates in question want to be made, without the platform's own choice twice.
std::vector<std::string> wanted_providers(const Examination& seen) {
    std::vector<std::string> wanted;
    for (const TemplateCase& one : cases_of(seen)) {
        const auto choice = engine::choose_key(one.wanted, seen.view->world.abilities.providers);
        const auto* key = std::get_if<engine::KeyChoice>(&choice);
        const std::string name =
            key == nullptr || key->key.providers.empty() ? "" : key->key.providers.front();
        if (!name.empty() && std::ranges::find(wanted, name) == wanted.end()) {
            wanted.push_back(name);
        }
    }
    return wanted;
}

}  // namespace

void look_at_cas(const Sources& sources, const Say& say, Examination& seen) {
    const auto way = seen.view ? ca_way(sources, seen.now) : Result<ca::CaClientOptions>();
    if (!seen.view || !way) {
        return;
    }
    const engine::Template* asked = seen.template_name.empty() ? nullptr : asked_template(seen);
    ProbeOptions options{.depth = seen.live ? ProbeDepth::whole : ProbeDepth::network,
                         .last = std::chrono::steady_clock::now() + kAllCas};
    for (const engine::EnrollmentService& service : services_of(seen)) {
        if (asked != nullptr && seen.ca.empty() && !offers(service, asked->name)) {
            continue;
        }
        say("asking " + service.ref().config());
        options.other_names = other_names_of(service);
        seen.cas.push_back(probe_ca(service.ref(), *way, options));
        compare_with_directory(seen.view->world.services, seen.cas.back());
    }
}

void look_at_keys(const Sources& sources, const Say& say, Examination& seen) {
    const auto settings = key_settings_of(sources);
    if (!seen.live || !seen.view || !settings) {
        return;
    }
    // An interrupt must not leave keys behind.
    const std::stop_source stop;
    stop_on_signals(stop);
    const std::vector<stores::KnownProvider> known = stores::known_providers(*settings);
    for (const std::string& name : wanted_providers(seen)) {
        const auto at = std::ranges::find_if(known, [&](const stores::KnownProvider& one) {
            return equal_ignoring_case(one.name, name);
        });
        if (at == known.end() || stop.stop_requested()) {
            continue;  // KEY1 says so
        }
        stores::KnownProvider wanted = *at;
        wanted.name = name;  // as the template writes it; settings forget the case
        say("making a throw-away key of " + name);
        auto test = try_provider(wanted, sources, *settings, stop.get_token());
        if (!test) {
            KeyTest failed{.provider = wanted};
            failed.trials.push_back({.kind = "any key", .error = std::move(test.error())});
            seen.keys.push_back(std::move(failed));
        } else {
            seen.keys.push_back(std::move(*test));
        }
    }
}

}  // namespace ae::service
