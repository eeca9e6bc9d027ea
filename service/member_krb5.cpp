#include "engine/base/hresult_table.h"
#include "service/credential.h"
#include "service/kerberos_settings.h"
#include "service/member.h"
#include "service/membership.h"

#include <csignal>

namespace ae::service {
namespace {

using engine::Scope;

std::string cache_of(const Sources& sources, const Membership& member) {
    if (sources.scope == Scope::user) {
        return member.ticket_cache;
    }
    return sources.ticket_cache.empty() ? kMachineCache : sources.ticket_cache;
}

// Tickets are fetched when a domain controller was found and not before: without one, "no domain
// controller" is the truth and "no key distribution center" a riddle.
auto tickets_for(const Sources& sources, const Membership& member, const std::string& cache,
                 Time now) {
    const bool fresh = sources.scope == Scope::machine && sources.ticket_cache.empty();
    return [fresh, member, cache, now,
            keytab = sources.keytab](const policy::DomainController& controller) -> Done {
        if (Done pinned = pin_kerberos_settings({member.realm, controller.address}); !pinned) {
            return pinned;
        }
        return fresh ? acquire_machine_tickets(member, keytab) : check_ticket_cache(cache, now);
    };
}

// Rule S13.  A cache of the machine's own tickets is filled anew from its keytab, whoever made it.
std::function<Done()> renewal_for(const Sources& sources, const Membership& member,
                                  const std::string& cache) {
    if (sources.scope == Scope::user) {
        return [cache] { return renew_ticket_cache(cache); };
    }
    return [member, cache, keytab = sources.keytab] {
        return owner_of_cache(cache) == member.principal
                   ? acquire_machine_tickets(member, keytab, cache)
                   : renew_ticket_cache(cache);
    };
}

}  // namespace

Done may_act(const Sources& /*sources*/) { return done(); }

Result<Member> find_member(const Sources& sources, Time now) {
    if (!sources.as_member.empty()) {
        return fail(kNotSupported, "--as-member is for Windows",
                    "Name the machine's keys with --keytab, or a cache of tickets with --ccache");
    }
    // A peer that hangs up is an error of one call, not the end of the program.
    static_cast<void>(std::signal(SIGPIPE, SIG_IGN));
    if (Done pinned = pin_kerberos_settings({}); !pinned) {
        return pass(pinned);
    }
    auto membership = sources.scope == Scope::machine ? read_membership(sources.keytab)
                                                      : read_user_membership(sources.ticket_cache);
    if (!membership) {
        return pass(membership);
    }
    const std::string cache = cache_of(sources, *membership);
    Member member;
    member.directory.domain_dns = membership->domain_dns;
    member.directory.account_name = membership->account_name;
    member.directory.credentials.cache = cache;
    member.directory.prepare_credentials = tickets_for(sources, *membership, cache, now);
    member.locator = policy::create_dc_locator();
    member.renew_tickets = renewal_for(sources, *membership, cache);
    member.ca.credential_cache = cache;
    member.ca.machine_fqdn = membership->host_fqdn;
    return member;
}

}  // namespace ae::service
