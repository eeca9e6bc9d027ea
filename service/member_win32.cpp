#include "engine/base/hresult_table.h"
#include "engine/base/text.h"
#include "policy/domain_membership_win32.h"
#include "service/account_win32.h"
#include "service/as_member.h"
#include "service/logon_tickets_win32.h"
#include "service/member.h"

namespace ae::service {
namespace {

// "WS1$" of corp.example.test: ws1.corp.example.test.
std::string host_name_of(const AsMember& member) {
    std::string host = to_lower(member.account);
    if (!host.empty() && host.back() == '$') {
        host.pop_back();
    }
    return host + '.' + member.domain;
}

Member member_of_file(AsMember said, const std::string& file) {
    Member member;
    member.directory.domain_dns = said.domain;
    member.directory.account_name = said.account;
    member.directory.credentials = {
        .user = said.ldap_user,
        .domain = said.domain,
        .password = std::make_shared<const Secret>(std::move(said.ldap_password)),
        .explicit_member = true};
    member.locator = policy::create_fixed_dc_locator({.dns_name = said.dc});
    member.ca.machine_fqdn = host_name_of(said);
    member.annotation = "(as member " + printable(said.account) + " of " + printable(said.domain) +
                        ", which " + printable(file) + " says)";
    return member;
}

}  // namespace

Done may_act(const Sources& sources) {
    if (sources.scope == engine::Scope::user || !sources.as_member.empty()) {
        return done();
    }
    const auto self = own_peer();
    if (!self) {
        return fail(self.error());
    }
    if (self->account != kLocalSystem) {
        return fail(kAccessDenied, "the machine's pulse has to run as LocalSystem",
                    "Have the service run it: sc start AeClient, then aeclient pulse");
    }
    return done();
}

Result<Member> find_member(const Sources& sources, Time /*now*/) {
    if (!sources.as_member.empty()) {
        auto said = read_as_member(sources.as_member);
        if (!said) {
            return pass(said);
        }
        return member_of_file(std::move(*said), sources.as_member);
    }
    const auto membership = policy::read_domain_membership(sources.scope);
    if (!membership) {
        return fail(membership.error());
    }
    Member member;
    member.directory.domain_dns = membership->domain_dns;
    member.directory.account_name = membership->account_name;
    member.locator = policy::create_dc_locator();
    member.renew_tickets = purge_logon_tickets;
    member.ca.machine_fqdn = membership->host_fqdn;
    return member;
}

}  // namespace ae::service
