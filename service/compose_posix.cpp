#include "ca-client/ca_client.h"
#include "engine/base/hresult_table.h"
#include "policy/ldap_directory.h"
#include "policy/policy_source.h"
#include "service/abilities.h"
#include "service/compose.h"
#include "service/credential.h"
#include "service/kerberos_settings.h"
#include "service/membership.h"
#include "service/reason_lines.h"
#include "stores/cert_store.h"
#include "stores/chain_checker.h"
#include "stores/crypto.h"
#include "stores/key_store.h"
#include "stores/memory_store.h"
#include "stores/store_context.h"

#include <csignal>
#include <random>

namespace ae::service {
namespace {

using engine::Scope;

// What is true before a pulse can start: a member of a domain, and stores that can be opened.
struct Ground {
    Membership membership;
    std::unique_ptr<stores::StoreContext> stores;
};

enum class Use { change, look };

Result<Ground> prepare(const Sources& sources, Use use, std::vector<std::string>& warnings) {
    if (Done pinned = pin_kerberos_settings({}); !pinned) {
        return pass(pinned);
    }
    auto membership = sources.scope == Scope::machine ? read_membership(sources.keytab)
                                                      : read_user_membership(sources.ticket_cache);
    if (!membership) {
        return pass(membership);
    }
    const auto open =
        use == Use::change ? &stores::StoreContext::open : &stores::StoreContext::look_at;
    auto opened = open(
        sources.state_dir, sources.scope,
        [&warnings](std::string_view text) {
            log_warning(text);
            warnings.emplace_back(text);
        },
        std::string(stores::kMachineRoot));
    if (!opened) {
        return pass(opened, "open the certificate stores");
    }
    return Ground{std::move(*membership), std::move(*opened)};
}

// Every adapter of this platform, for one run.
class Parts {
  public:
    Parts(const Sources& sources, const Ground& ground, Time now)
        : cache_(cache_of(sources, ground.membership)),
          policy_(policy::create_reg_file_policy(sources.policy_dir)),
          directory_(
              policy::create_ldap_directory(directory_options(sources, ground.membership, now))),
          crypto_(stores::make_crypto()),
          chains_(stores::make_chain_checker()),
          keys_(stores::make_key_store(*ground.stores)),
          certificates_(stores::make_cert_store(*ground.stores, *crypto_)),
          memory_(stores::make_memory_store(*ground.stores)),
          ca_(ca::create_ca_client({.credential_cache = cache_,
                                    .machine_fqdn = ground.membership.host_fqdn,
                                    .log = [](std::string_view text) { log_debug(text); }},
                                   *crypto_)) {}

    engine::Ports ports(engine::EventSink& events, engine::User* user = nullptr) {
        return {*policy_, *directory_, *keys_, *certificates_, *chains_,
                *crypto_, *ca_,        events, *memory_,       user};
    }
    [[nodiscard]] const policy::DirectoryAnswers& answers() const { return answers_; }

  private:
    static std::string cache_of(const Sources& sources, const Membership& member) {
        if (sources.scope == Scope::user) {
            return member.ticket_cache;
        }
        return sources.ticket_cache.empty() ? kMachineCache : sources.ticket_cache;
    }

    // Tickets are fetched when a domain controller was found and not before: without one, "no
    // domain controller" is the truth and "no key distribution center" a riddle.
    policy::DirectoryOptions directory_options(const Sources& sources, const Membership& member,
                                               Time now) {
        policy::DirectoryOptions options;
        options.domain_dns = member.domain_dns;
        options.account_name = member.account_name;
        options.credential_cache = cache_;
        options.recorder = [this](const policy::DirectoryAnswers& answers) { answers_ = answers; };
        options.prepare_credentials = [this, &sources, &member,
                                       now](const policy::DomainController& controller) -> Done {
            if (Done pinned = pin_kerberos_settings({member.realm, controller.address}); !pinned) {
                return pinned;
            }
            const bool fresh = sources.scope == Scope::machine && sources.ticket_cache.empty();
            return fresh ? acquire_machine_tickets(member, sources.keytab)
                         : check_ticket_cache(cache_, now);
        };
        return options;
    }

    std::string cache_;
    policy::DirectoryAnswers answers_{};
    std::unique_ptr<engine::PolicySource> policy_;
    std::unique_ptr<engine::Directory> directory_;
    std::unique_ptr<engine::Crypto> crypto_;
    std::unique_ptr<engine::ChainChecker> chains_;
    std::unique_ptr<engine::KeyStore> keys_;
    std::unique_ptr<engine::CertStore> certificates_;
    std::unique_ptr<engine::MemoryStore> memory_;
    std::unique_ptr<engine::CaClient> ca_;
};

engine::PulseOptions options_of(const Sources& sources, Use use, Time now) {
    return {.scope = sources.scope,
            .now = now,
            .seed = std::random_device{}(),
            .force = sources.force,
            .preview = use == Use::look,
            .abilities = abilities_of_this_build()};
}

// A run that could not begin: one event and one sentence (rule C1).
engine::PulseReport not_begun(Error error, Scope scope, engine::EventSink& events) {
    const std::string context(to_string(scope));
    Error failure = std::move(error).within(context + " pulse");
    events.record(engine::make_event(engine::EventId::ae_failed,
                                     {context, to_hex(failure.code), failure.sentence()}));
    engine::PulseReport report;
    report.outcome = engine::lacks_tickets(scope, failure.code) ? engine::Outcome::unreachable
                                                                : engine::Outcome::failed;
    report.failures.push_back(std::move(failure));
    return report;
}

RunReport pulse(const Sources& sources, const PulseRun& run, engine::EventSink& events, Time now) {
    std::vector<std::string> warnings;  // of the stores; outlives them
    auto ground = prepare(sources, Use::change, warnings);
    if (!ground) {
        const bool kept_out = ground.error().code == kBusy;
        return {.pulse = not_begun(std::move(ground.error()), sources.scope, events),
                .kept_out = kept_out};
    }
    Parts parts(sources, *ground, now);
    engine::PulseOptions options = options_of(sources, Use::change, now);
    options.trigger = run.trigger;
    options.stop = run.stop;
    options.abilities.interaction = run.user != nullptr;
    engine::PulseReport report = engine::run_pulse(parts.ports(events, run.user), options);
    report.notes.insert(report.notes.end(), warnings.begin(), warnings.end());
    return {.pulse = std::move(report)};
}

// A peer that hangs up is an error of one call, not the end of the program.
void ignore_broken_pipes() { static_cast<void>(std::signal(SIGPIPE, SIG_IGN)); }

}  // namespace

RunReport run_pulse_here(const Sources& sources, const PulseRun& run, EventLog& events, Time now) {
    ignore_broken_pipes();
    RunReport report = pulse(sources, run, events, now);
    report.events = events.events();
    for (const Remark& line : reason_lines(report.pulse, report.events)) {
        events.remark(line);
    }
    return report;
}

Result<Observation> observe(const Sources& sources, Time now) {
    ignore_broken_pipes();
    std::vector<std::string> warnings;
    auto ground = prepare(sources, Use::look, warnings);
    if (!ground) {
        return pass(ground);
    }
    Parts parts(sources, *ground, now);
    EventLog unheard;
    Observation seen;
    if (Done gathered =
            gather(parts.ports(unheard), options_of(sources, Use::look, now), seen.gathered);
        !gathered) {
        return pass(gathered);
    }
    seen.answers = parts.answers();
    seen.warnings = std::move(warnings);
    return seen;
}

}  // namespace ae::service
