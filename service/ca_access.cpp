#include "service/ca_access.h"

#include "service/event_log.h"
#include "service/member.h"
#include "service/transport_of.h"

namespace ae::service {
namespace {

Result<Member> member_with_way(const Sources& sources, Time now) {
    auto member = find_member(sources, now);
    if (!member) {
        return pass(member);
    }
    const auto settings = policy::read_agent_settings(sources.scope, sources.policy_dir);
    if (!settings) {
        return tl::unexpected<Error>(settings.error());
    }
    choose_way(member->ca, *settings);
    return member;
}

}  // namespace

void choose_way(ca::CaClientOptions& options, const policy::AgentSettings& settings) {
    const TransportChoice way = transport_of(settings.transport);
    options.transport = way.transport;
    options.fallback = way.fallback;
    options.log = [](std::string_view text) { log_debug(text); };
}

Result<ca::CaClientOptions> ca_way(const Sources& sources, Time now) {
    return member_with_way(sources, now).map([](Member member) { return std::move(member.ca); });
}

Result<ca::CaClientOptions> ca_way_signed_in(const Sources& sources, Time now) {
    auto member = member_with_way(sources, now);
    if (!member) {
        return pass(member);
    }
    if (!member->directory.prepare_credentials) {
        return std::move(member->ca);  // the logon session has them
    }
    const auto controller = member->locator->find(member->directory.domain_dns, {});
    if (!controller) {
        return tl::unexpected<Error>(controller.error());
    }
    if (Done signed_in = member->directory.prepare_credentials(*controller); !signed_in) {
        return pass(signed_in);
    }
    return std::move(member->ca);
}

}  // namespace ae::service
