// Wires the parts of this platform for `aeclient selftest`, as compose.cpp does for a pulse.
#include "ca-client/ca_client.h"
#include "engine/base/hresult_table.h"
#include "policy/ldap_directory.h"
#include "policy/policy_source.h"
#include "service/ca_access.h"
#include "service/ca_config.h"
#include "service/clock.h"
#include "service/commands.h"
#include "service/console.h"
#include "service/context_place.h"
#include "service/control/control_client.h"
#include "service/event_log.h"
#include "service/member.h"
#include "service/selftest/host_side.h"
#include "service/selftest/selftest.h"
#include "service/selftest/trial_folder.h"
#include "service/stop_on_signals.h"
#include "stores/crypto.h"

namespace ae::service {
namespace {

using stores::StoreUse;

Result<engine::CaRef> ca_from_text(const std::string& text) {
    return text.empty() ? engine::CaRef{} : parse_ca_config(text);
}

Result<MemberParts> find_parts(const Sources& sources, Time now) {
    auto member = find_member(sources, now);
    // The directory keeps a locator of its own.
    auto again = find_member(sources, now);
    if (!member || !again) {
        return pass(member ? again : member);
    }
    MemberParts parts;
    parts.account = member->directory.account_name;
    parts.domain = member->directory.domain_dns;
    parts.locate = [locator = std::shared_ptr<policy::DcLocator>(std::move(again->locator)),
                    domain = parts.domain] { return locator->find(domain, {}); };
    const auto settings = policy::read_agent_settings(sources.scope, sources.policy_dir);
    if (!settings) {
        return tl::unexpected<Error>(settings.error());
    }
    choose_way(member->ca, *settings);
    parts.ping = [options = std::move(member->ca)](const engine::CaRef& ca) {
        return ca::ping_ca(options, ca);
    };
    parts.directory =
        policy::create_ldap_directory(std::move(member->directory), std::move(member->locator));
    return parts;
}

SelftestParts parts_of(const Sources& sources, const TrialFolder& folder, engine::Crypto& crypto,
                       Time now) {
    const auto opener = [&crypto, scope = sources.scope](const std::string& root, StoreUse use) {
        return [&crypto, scope, root, use] {
            return stores::open_stores({.root = root, .scope = scope, .warn = log_warning}, use,
                                       crypto);
        };
    };
    const StateFolder state(folder.path().string(), sources.scope);
    HostSide host = host_side(sources.scope);
    SelftestParts parts{.scope = sources.scope, .now = now, .crypto = crypto};
    parts.policy = [&sources] {
        return policy::create_policy_source(sources.policy_dir)->read(sources.scope);
    };
    parts.stores = opener(sources.state_dir, StoreUse::look);
    parts.trial_stores = opener(folder.path().string(), StoreUse::change);
    parts.member = [&sources, now] { return find_parts(sources, now); };
    parts.write_events = [state](const std::vector<StoredEvent>& events) {
        return append_events(state, events);
    };
    parts.read_events = [state] { return read_events(state, std::nullopt); };
    parts.system_log = std::move(host.system_log);
    parts.host_status = [&sources] { return ask_status(control_address(sources)); };
    parts.gaps = std::move(host.gaps);
    return parts;
}

}  // namespace

int run(const SelftestCommand& command) {
    open_log(command.sources.verbose ? ConsoleLevel::debug : ConsoleLevel::quiet);
    const auto sources = resolved(command.sources);
    const auto ca = ca_from_text(command.ca);
    if (!sources || !ca) {
        return complain(sources ? ca.error() : sources.error());
    }
    const auto folder = TrialFolder::make();
    if (!folder) {
        return complain(folder.error());
    }
    // An interrupt must not leave entries behind.
    const std::stop_source stop;
    stop_on_signals(stop);
    const auto crypto = stores::make_crypto();
    SelftestParts parts = parts_of(*sources, *folder, *crypto, wall_clock());
    parts.ca = *ca;
    parts.stop = stop.get_token();
    const std::vector<SelftestFinding> findings = run_selftest(parts);
    return print_as(
        command.output, [&] { return selftest_as_text(findings); },
        [&] { return selftest_as_json(findings); }, passed(findings) ? 0 : kFailed);
}

}  // namespace ae::service
