#include "service/compose.h"

#include "ca-client/ca_client.h"
#include "engine/base/hresult_table.h"
#include "engine/base/text.h"
#include "policy/agent_settings.h"
#include "policy/ldap_directory.h"
#include "policy/policy_source.h"
#include "policy/url_source.h"
#include "service/abilities.h"
#include "service/ca_access.h"
#include "service/cli/nearest.h"
#include "service/kept_replica.h"
#include "service/member.h"
#include "service/reason_lines.h"
#include "service/store_keys.h"
#include "service/system_trust.h"
#include "service/ticket_session.h"
#include "stores/chain_checker.h"
#include "stores/context_stores.h"
#include "stores/crl_cache_folder.h"
#include "stores/crypto.h"
#include "stores/own_trust.h"

#include <algorithm>
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
        // Policy fails closed: keys would go to wrong places with half of the settings.
        auto settings = policy::read_agent_settings(sources.scope, sources.policy_dir);
        if (!settings) {
            return pass(settings);
        }
        auto own_roots = stores::own_roots();
        if (!own_roots) {
            return pass(own_roots, "read the administrator's own roots");
        }
        member->ca.stop = std::move(stop);
        member->ca.notice = [&warnings](std::string_view text) {
            log_warning(text);
            warnings.emplace_back(text);
        };
        auto crypto = stores::make_crypto();
        auto opened = stores::open_stores({.root = sources.state_dir,
                                           .scope = sources.scope,
                                           .warn = member->ca.notice,
                                           .keys = store_keys(*settings)},
                                          use, *crypto);
        if (!opened) {
            return pass(opened, "open the certificate stores");
        }
        std::unique_ptr<Parts> parts(new Parts(std::move(*settings), sources, std::move(*member),
                                               std::move(crypto), std::move(*opened)));
        parts->watch_revocation(sources, use, std::move(*own_roots));
        return parts;
    }

    engine::Ports ports(engine::EventSink& events, engine::User* user = nullptr) {
        return {*policy_,      *directory_, stores_->keys(), stores_->certificates(), *chains_,
                *crypto_,      *ca_,        events,          stores_->memory(),       user,
                session_.get()};
    }
    // To look at, with the answers of an earlier time.
    engine::Ports ports_of(engine::Directory& offline, engine::EventSink& events) {
        return {*policy_, offline, stores_->keys(), stores_->certificates(), *chains_,
                *crypto_, *ca_,    events,          stores_->memory(),       nullptr,
                nullptr};
    }
    // Not those of a domain that this host has left, or of another account.
    [[nodiscard]] bool are_ours(const policy::DirectoryAnswers& answers) const {
        const auto account = policy::text_of(answers.account.attributes, "sAMAccountName");
        return equal_ignoring_case(answers.domain_dns, domain_) && account &&
               equal_ignoring_case(*account, account_name_);
    }
    Result<std::vector<Sid>> session_sids() { return directory_->session_sids(); }
    // Names are a help for people: without them the SIDs stand there.
    std::map<Sid, std::string> names_of(const std::vector<Sid>& sids) {
        return directory_->names_of(sids).value_or(policy::SidNames{});
    }
    engine::CertStore& certificates() { return stores_->certificates(); }
    engine::MemoryStore& memory() { return stores_->memory(); }
    [[nodiscard]] const policy::DirectoryAnswers& answers() const { return answers_; }
    [[nodiscard]] const std::string& annotation() const { return annotation_; }

    // What nothing needs any more goes after a pulse that was allowed to clean up (rules A1, X4).
    void tidy(engine::PulseReport& report) {
        if (!report.policy.manage()) {
            return;
        }
        const auto tidied = stores_->tidy({.keep_archived = settings_.keep_archived});
        if (!tidied) {
            report.notes.push_back(tidied.error().sentence());
            return;
        }
        if (tidied->orphaned_keys > 0) {
            report.notes.push_back("deleted " + std::to_string(tidied->orphaned_keys) +
                                   " keys that no certificate and no request needs");
        }
        if (tidied->archived > 0) {
            report.notes.push_back("deleted " + std::to_string(tidied->archived) +
                                   " archived certificates beyond KeepArchived");
        }
    }

    // What the stores hold now is also the system's.  Not after a run that did not read the
    // directory: nothing can have changed but by an accident that the next run mends.
    void publish_trust(const Sources& sources, const PulseRun& run, EventLog& events, Time now,
                       engine::PulseReport& report) {
        const bool read = !report.account_sid.empty();
        if (sources.scope == Scope::user || (settings_.publish_trust && !read)) {
            return;
        }
        const auto publish = settings_.publish_trust ? Publish::asked : Publish::withdrawn;
        // Without a note: the pulse has said of its own chains where revocation cannot be told.
        for (const Remark& said :
             follow_replica({.state_dir = sources.state_dir, .stop = run.stop}, publish,
                            stores_->certificates(), {.urls = urls_.get(), .cache = lists_.get()},
                            *crypto_, now)) {
            events.remark(said);
            report.notes.push_back(said.text);
        }
    }

  private:
    Parts(policy::AgentSettings settings, const Sources& sources, Member member,
          std::unique_ptr<engine::Crypto> crypto, std::unique_ptr<stores::ContextStores> stores)
        : settings_(std::move(settings)),
          annotation_(std::move(member.annotation)),
          domain_(member.directory.domain_dns),
          account_name_(member.directory.account_name),
          policy_(policy::create_policy_source(sources.policy_dir)),
          crypto_(std::move(crypto)),
          stores_(std::move(stores)),
          notice_(member.ca.notice),
          stop_(member.ca.stop) {
        member.directory.recorder = [this](const policy::DirectoryAnswers& answers) {
            answers_ = answers;
        };
        directory_ =
            policy::create_ldap_directory(std::move(member.directory), std::move(member.locator));
        session_ = make_ticket_session(*directory_, std::move(member.renew_tickets));
        choose_way(member.ca, settings_);
        ca_ = ca::create_ca_client(std::move(member.ca), *crypto_);
    }

    // Lists and answers come from the controller of this run and over HTTP, and what is known of
    // them lasts from run to run.
    void watch_revocation(const Sources& sources, StoreUse use, std::vector<Bytes> own_roots) {
        urls_ = policy::create_url_source(
            {.look_up = [this](const policy::LdapUrl& url) { return directory_->look_up(url); },
             .stop = stop_});
        lists_ = stores::open_crl_cache(
            {.root = sources.state_dir, .scope = sources.scope, .warn = notice_}, use, *crypto_);
        chains_ = stores::make_chain_checker(
            std::move(own_roots),
            {.urls = urls_.get(),
             .cache = lists_.get(),
             .refresh = sources.force ? stores::Refresh::always : stores::Refresh::when_due,
             .note = notice_});
    }

    policy::AgentSettings settings_;
    std::string annotation_;
    std::string domain_;
    std::string account_name_;
    policy::DirectoryAnswers answers_{};
    std::unique_ptr<engine::PolicySource> policy_;
    std::unique_ptr<engine::Crypto> crypto_;
    std::unique_ptr<stores::ContextStores> stores_;
    stores::Warn notice_;
    std::stop_token stop_;
    std::unique_ptr<policy::LdapDirectory> directory_{};
    std::unique_ptr<engine::UrlSource> urls_{};  // asks directory_
    std::unique_ptr<stores::CrlCache> lists_{};
    std::unique_ptr<engine::ChainChecker> chains_{};   // asks urls_ and lists_
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

std::string text_of(const engine::Errand& errand) {
    switch (errand.kind) {
        case engine::Errand::Kind::enroll:
            return "enroll " + printable(errand.template_name);
        case engine::Errand::Kind::retrieve:
            return "retrieve " + std::to_string(errand.request_id.value_or(0));
        case engine::Errand::Kind::renew:
            return "renew " + printable(errand.thumbprint);
        case engine::Errand::Kind::none:
            break;
    }
    return "pulse";
}

// A run that could not begin: one event and one sentence (rule C1); of what was asked for by hand
// the sentence alone (rule M1).
engine::PulseReport not_begun(Error error, Scope scope, const engine::Errand& errand,
                              engine::EventSink& events) {
    const std::string context(to_string(scope));
    Error failure = std::move(error).within(context + ' ' + text_of(errand));
    if (errand.kind == engine::Errand::Kind::none) {
        events.record(engine::make_event(engine::EventId::ae_failed,
                                         {context, to_hex(failure.code), failure.sentence()}));
    }
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
        return {.pulse = not_begun(std::move(parts.error()), sources.scope, run.errand, events),
                .kept_out = kept_out};
    }
    events.annotate((*parts)->annotation());
    engine::PulseOptions options = options_of(sources, StoreUse::change, now);
    options.trigger = run.trigger;
    options.stop = run.stop;
    options.errand = run.errand;
    options.suggest = did_you_mean;
    options.abilities.interaction = run.user != nullptr;
    engine::PulseReport report = engine::run_pulse((*parts)->ports(events, run.user), options);
    if (run.errand.kind == engine::Errand::Kind::none) {
        (*parts)->tidy(report);
        (*parts)->publish_trust(sources, run, events, now, report);
    }
    report.notes.insert(report.notes.end(), warnings.begin(), warnings.end());
    return {.pulse = std::move(report), .answers = (*parts)->answers()};
}

// The same as gather(), from the last good replica.  Without one the controllers' silence stays the
// error.
Done look_back(Parts& parts, const Sources& sources, Time now, const Error& silence,
               Observation& seen) {
    auto kept = kept_replica(StateFolder(sources.state_dir, sources.scope));
    if (!kept) {
        return fail(Error(silence).within(kept.error().sentence()));
    }
    if (!*kept || !parts.are_ours((*kept)->answers)) {
        return fail(silence);
    }
    seen.offline = Offline{(*kept)->source(), silence.sentence()};
    seen.gathered = {};
    const auto directory = offline_directory(std::move(**kept));
    EventLog unheard;
    return gather(parts.ports_of(*directory, unheard), options_of(sources, StoreUse::look, now),
                  seen.gathered);
}

// Rules K2, K3: the stores become what the update says.
Done take_over(const std::vector<engine::TrustUpdate>& updates, engine::CertStore& stores,
               engine::Memory& memory) {
    for (const engine::TrustUpdate& update : updates) {
        note_empty_read(update, memory);
        if (!update.changes()) {
            continue;
        }
        if (auto change = stores.replace(update.store, update.result); !change) {
            return pass(change, "update store " + std::string(to_string(update.store)));
        }
    }
    return done();
}

}  // namespace

Result<Refreshed> refresh_replica(const Sources& sources, Time now) {
    std::vector<std::string> warnings;
    auto parts = Parts::open(sources, StoreUse::change, now, warnings);
    if (!parts) {
        return pass(parts);
    }
    EventLog unheard;
    engine::Gathered seen;
    if (Done gathered =
            gather((*parts)->ports(unheard), options_of(sources, StoreUse::change, now), seen);
        !gathered) {
        return pass(gathered);
    }
    if (seen.world.policy.disabled()) {
        return fail(kNotSupported, "autoenrollment is disabled by policy, and with it the replica",
                    "Clear 0x8000 of AEPolicy");
    }
    if (Done taken = take_over(seen.trust, (*parts)->certificates(), seen.world.memory); !taken) {
        return pass(taken);
    }
    if (Done saved = (*parts)->memory().save(seen.world.memory); !saved) {
        return pass(saved);
    }
    engine::PulseReport report;
    report.account_sid = seen.world.account.object_sid.to_string();  // the directory was read
    (*parts)->publish_trust(sources, {}, unheard, now, report);
    Refreshed refreshed{std::move(seen.replica), std::move(seen.trust), std::move(report.notes),
                        now};
    refreshed.replica.templates = std::move(seen.world.templates);
    refreshed.replica.services = std::move(seen.world.services);
    refreshed.notes.insert(refreshed.notes.end(), warnings.begin(), warnings.end());
    if (Done kept = keep_replica(StateFolder(sources.state_dir, sources.scope), sources.scope,
                                 {now, (*parts)->answers()});
        !kept) {
        return pass(kept, "keep the replica");
    }
    return refreshed;
}

RunReport run_pulse_here(const Sources& sources, const PulseRun& run, EventLog& events, Time now) {
    RunReport report = pulse(sources, run, events, now);
    report.events = events.events();
    report.errand = run.errand.kind;
    if (report.errand != engine::Errand::Kind::none) {
        return report;  // whoever asked hears it at once
    }
    for (const Remark& line : reason_lines(report.pulse, report.events)) {
        events.remark(line);
    }
    return report;
}

Result<Observation> observe(const Sources& sources, Time now, KeptAnswers replica,
                            AskSession session) {
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
        const bool try_kept = replica == KeptAnswers::allowed &&
                              engine::is_unreachable(sources.scope, gathered.error().code);
        Done again = try_kept ? look_back(**parts, sources, now, gathered.error(), seen) : gathered;
        if (!again) {
            return pass(again);
        }
    }
    if (session != AskSession::no && !seen.offline) {
        seen.session = (*parts)->session_sids();
    }
    if (session == AskSession::with_names && !seen.offline) {
        std::vector<Sid> all = seen.gathered.world.account.sids;
        if (seen.session && *seen.session) {
            all.insert(all.end(), (*seen.session)->begin(), (*seen.session)->end());
        }
        std::ranges::sort(all);
        all.erase(std::unique(all.begin(), all.end()), all.end());
        seen.sid_names = (*parts)->names_of(all);
    }
    seen.answers = (*parts)->answers();
    seen.warnings = std::move(warnings);
    return seen;
}

}  // namespace ae::service
