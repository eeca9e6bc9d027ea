#include "service/compose.h"

#include "ca-client/ca_client.h"
#include "engine/base/hresult_table.h"
#include "policy/ldap_directory.h"
#include "policy/policy_source.h"
#include "service/abilities.h"
#include "service/member.h"
#include "service/reason_lines.h"
#include "service/ticket_session.h"
#include "service/transport_of.h"
#include "stores/chain_checker.h"
#include "stores/context_stores.h"
#include "stores/crypto.h"

#include <random>
#include <stop_token>

namespace ae::service {
namespace {

using engine::Scope;
using stores::StoreUse;

// Every adapter of this platform, for one run.  What it needs is true before a pulse can start: a
// member of a domain, and stores that can be opened.
class Parts {
  public:
    static Result<std::unique_ptr<Parts>> open(const Sources& sources, StoreUse use, Time now,
                                               std::vector<std::string>& warnings,
                                               std::stop_token stop = {}) {
        auto member = find_member(sources, now);
        if (!member) {
            return pass(member);
        }
        if (Done allowed = use == StoreUse::change ? may_act(sources) : done(); !allowed) {
            return pass(allowed);
        }
        member->ca.stop = std::move(stop);
        member->ca.notice = [&warnings](std::string_view text) {
            log_warning(text);
            warnings.emplace_back(text);
        };
        auto crypto = stores::make_crypto();
        auto opened = stores::open_stores({.root = sources.state_dir,
                                           .scope = sources.scope,
                                           .warn =
                                               [&warnings](std::string_view text) {
                                                   log_warning(text);
                                                   warnings.emplace_back(text);
                                               }},
                                          use, *crypto);
        if (!opened) {
            return pass(opened, "open the certificate stores");
        }
        return std::unique_ptr<Parts>(
            new Parts(sources, std::move(*member), std::move(crypto), std::move(*opened)));
    }

    engine::Ports ports(engine::EventSink& events, engine::User* user = nullptr) {
        return {*policy_,      *directory_, stores_->keys(), stores_->certificates(), *chains_,
                *crypto_,      *ca_,        events,          stores_->memory(),       user,
                session_.get()};
    }
    [[nodiscard]] const policy::DirectoryAnswers& answers() const { return answers_; }
    [[nodiscard]] const std::string& annotation() const { return annotation_; }

  private:
    Parts(const Sources& sources, Member member, std::unique_ptr<engine::Crypto> crypto,
          std::unique_ptr<stores::ContextStores> stores)
        : annotation_(std::move(member.annotation)),
          policy_(policy::create_policy_source(sources.policy_dir)),
          crypto_(std::move(crypto)),
          chains_(stores::make_chain_checker()),
          stores_(std::move(stores)) {
        member.directory.recorder = [this](const policy::DirectoryAnswers& answers) {
            answers_ = answers;
        };
        directory_ =
            policy::create_ldap_directory(std::move(member.directory), std::move(member.locator));
        session_ = make_ticket_session(*directory_, std::move(member.renew_tickets));
        const TransportChoice way = transport_of(sources);
        member.ca.transport = way.transport;
        member.ca.fallback = way.fallback;
        member.ca.log = [](std::string_view text) { log_debug(text); };
        ca_ = ca::create_ca_client(std::move(member.ca), *crypto_);
    }

    std::string annotation_;
    policy::DirectoryAnswers answers_{};
    std::unique_ptr<engine::PolicySource> policy_;
    std::unique_ptr<engine::Crypto> crypto_;
    std::unique_ptr<engine::ChainChecker> chains_;
    std::unique_ptr<stores::ContextStores> stores_;
    std::unique_ptr<policy::LdapDirectory> directory_{};
    std::unique_ptr<engine::LogonSession> session_{};  // asks directory_
    std::unique_ptr<engine::CaClient> ca_{};
};

engine::PulseOptions options_of(const Sources& sources, StoreUse use, Time now) {
    return {.scope = sources.scope,
            .now = now,
            .seed = std::random_device{}(),
            .force = sources.force,
            .preview = use == StoreUse::look,
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

RunReport pulse(const Sources& sources, const PulseRun& run, EventLog& events, Time now) {
    std::vector<std::string> warnings;  // of the stores; outlives them
    auto parts = Parts::open(sources, StoreUse::change, now, warnings, run.stop);
    if (!parts) {
        const bool kept_out = parts.error().code == kBusy;
        return {.pulse = not_begun(std::move(parts.error()), sources.scope, events),
                .kept_out = kept_out};
    }
    events.annotate((*parts)->annotation());
    engine::PulseOptions options = options_of(sources, StoreUse::change, now);
    options.trigger = run.trigger;
    options.stop = run.stop;
    options.abilities.interaction = run.user != nullptr;
    engine::PulseReport report = engine::run_pulse((*parts)->ports(events, run.user), options);
    report.notes.insert(report.notes.end(), warnings.begin(), warnings.end());
    return {.pulse = std::move(report)};
}

}  // namespace

RunReport run_pulse_here(const Sources& sources, const PulseRun& run, EventLog& events, Time now) {
    RunReport report = pulse(sources, run, events, now);
    report.events = events.events();
    for (const Remark& line : reason_lines(report.pulse, report.events)) {
        events.remark(line);
    }
    return report;
}

Result<Observation> observe(const Sources& sources, Time now) {
    std::vector<std::string> warnings;
    auto parts = Parts::open(sources, StoreUse::look, now, warnings);
    if (!parts) {
        return pass(parts);
    }
    EventLog unheard;
    Observation seen;
    if (Done gathered = gather((*parts)->ports(unheard), options_of(sources, StoreUse::look, now),
                               seen.gathered);
        !gathered) {
        return pass(gathered);
    }
    seen.answers = (*parts)->answers();
    seen.warnings = std::move(warnings);
    return seen;
}

}  // namespace ae::service
