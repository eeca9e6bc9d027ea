#include "ca-client/ca_client.h"
#include "engine/base/hresult_table.h"
#include "policy/ldap_directory.h"
#include "policy/policy_source.h"
#include "service/compose.h"
#include "service/credential.h"
#include "service/kerberos_settings.h"
#include "service/membership.h"
#include "stores/cert_store.h"
#include "stores/chain_checker.h"
#include "stores/crypto.h"
#include "stores/key_store.h"
#include "stores/store_context.h"

#include <csignal>
#include <random>

namespace ae::service {
namespace {

// What is true before a pulse can start: a member of a domain, and stores that can be opened.
struct Ground {
    Membership membership;
    std::unique_ptr<stores::StoreContext> stores;
};

Result<Ground> prepare(const PulseCommand& command, std::vector<std::string>& warnings) {
    if (Done pinned = pin_kerberos_settings({}); !pinned) {
        return pass(pinned);
    }
    auto membership = read_membership(command.keytab);
    if (!membership) {
        return pass(membership);
    }
    auto opened = stores::StoreContext::open(command.state_dir, engine::Scope::machine,
                                             [&warnings](std::string_view text) {
                                                 log_warning(text);
                                                 warnings.emplace_back(text);
                                             });
    if (!opened) {
        return pass(opened, "open the certificate stores");
    }
    return Ground{std::move(*membership), std::move(*opened)};
}

// Tickets are fetched when a domain controller was found and not before: without one, "no domain
// controller" is the truth and "no key distribution center" a riddle.
policy::DirectoryOptions directory_options(const PulseCommand& command, const Membership& member,
                                           const std::string& cache, Time now) {
    policy::DirectoryOptions options;
    options.domain_dns = member.domain_dns;
    options.account_name = member.account_name;
    options.credential_cache = cache;
    options.prepare_credentials = [&command, &member, cache,
                                   now](const policy::DomainController& controller) -> Done {
        if (Done pinned = pin_kerberos_settings({member.realm, controller.address}); !pinned) {
            return pinned;
        }
        return command.ticket_cache.empty() ? acquire_machine_tickets(member, command.keytab)
                                            : check_ticket_cache(cache, now);
    };
    return options;
}

// A run that could not begin: one event and one sentence (rule C1).
engine::PulseReport not_begun(Error error, engine::EventSink& events) {
    Error failure = std::move(error).within("machine pulse");
    events.record(engine::make_event(engine::EventId::ae_failed,
                                     {"machine", to_hex(failure.code), failure.sentence()}));
    engine::PulseReport report;
    report.failures.push_back(std::move(failure));
    return report;
}

engine::PulseReport pulse(const PulseCommand& command, engine::EventSink& events, Time now) {
    std::vector<std::string> warnings;  // of the stores; outlives them
    auto ground = prepare(command, warnings);
    if (!ground) {
        return not_begun(std::move(ground.error()), events);
    }
    const Membership& member = ground->membership;
    const std::string cache = command.ticket_cache.empty() ? kMachineCache : command.ticket_cache;

    const auto policy = policy::create_reg_file_policy(command.policy_dir);
    const auto directory =
        policy::create_ldap_directory(directory_options(command, member, cache, now));
    const auto crypto = stores::make_crypto();
    const auto chains = stores::make_chain_checker(stores::machine_trust_path(command.state_dir));
    const auto keys = stores::make_key_store(*ground->stores);
    const auto certificates =
        stores::make_cert_store(*ground->stores, *crypto, *chains, [now] { return now; });
    const auto ca = ca::create_ca_client({.credential_cache = cache,
                                          .machine_fqdn = member.host_fqdn,
                                          .log = [](std::string_view text) { log_debug(text); }},
                                         *crypto);
    const engine::Ports ports{*policy, *directory, *keys, *certificates,
                              *chains, *crypto,    *ca,   events};
    engine::PulseReport report = engine::run_pulse(
        ports, {.scope = engine::Scope::machine, .now = now, .seed = std::random_device{}()});
    report.notes.insert(report.notes.end(), warnings.begin(), warnings.end());
    return report;
}

}  // namespace

RunReport run_machine_pulse(const PulseCommand& command, EventLog& events, Time now) {
    // A peer that hangs up is an error of one call, not the end of the program.
    static_cast<void>(std::signal(SIGPIPE, SIG_IGN));
    engine::PulseReport report = pulse(command, events, now);
    return {std::move(report), events.events()};
}

}  // namespace ae::service
