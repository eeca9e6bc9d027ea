#include "engine/pulse.h"

#include "engine/base/hresult_table.h"
#include "engine/base/text.h"
#include "engine/ca_choice.h"
#include "engine/errand_plan.h"
#include "engine/held_review.h"
#include "engine/pulse_enroll.h"
#include "engine/pulse_retrieve.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace ae::engine {
namespace {

bool is_silence(Hresult code) {
    return code == kNoSuchDomain || code == kServerUnavailable || code == kTimeout;
}

class Pulse {
  public:
    Pulse(const Ports& ports, const PulseOptions& options)
        : pulse_(ports, options), disposer_(pulse_) {}

    PulseReport run() {
        if (!by_hand()) {
            pulse_.log.record(EventId::ae_started,
                              {std::string(to_string(pulse_.options.trigger))});
        }
        const Done gathered = gather(pulse_.ports, pulse_.options, pulse_.gathered);
        pulse_.report.policy = pulse_.world().policy;
        pulse_.report.notes = pulse_.world().policy.notes;
        pulse_.report.server = pulse_.gathered.replica.server;
        loaded_ = pulse_.memory();
        Done ready = gathered ? update_trust() : gathered;
        if (!ready) {
            stop(std::move(ready.error()));
        } else if (by_hand()) {
            do_errand();
            remember();
            pulse_.report.outcome = outcome();
        } else if (pulse_.world().policy.disabled()) {
            pulse_.report.outcome = Outcome::disabled;
            pulse_.log.record(EventId::ae_completed);
        } else {
            act();
            remember();
            pulse_.log.record(EventId::ae_completed);
            if (enabled()) {
                pulse_.log.record(EventId::csc_stopped);
            }
            pulse_.report.outcome = outcome();
        }
        summarize();
        return std::move(pulse_.report);
    }

  private:
    // Rule M1: one thing alone, and no autoenrollment, whose events therefore stay away.
    [[nodiscard]] bool by_hand() const { return pulse_.options.errand.kind != Errand::Kind::none; }

    void do_errand() {
        auto plan = plan_errand(pulse_.world(), pulse_.options.errand, pulse_.options.suggest);
        if (!plan) {
            pulse_.fail(std::move(plan.error()));
            return;
        }
        record_policy();
        pulse_.report.decisions = std::move(plan->decisions);
        report_distrust(pulse_.report.decisions);
        std::ranges::for_each(pulse_.report.decisions,
                              [&](const Decision& one) { report_decision(one); });
        for (const Action& action : plan->actions) {
            if (action.kind == ActionKind::retrieve) {
                Retriever(pulse_, disposer_).carry_out(action);
            } else {
                Enroller(pulse_, disposer_).carry_out(action);
            }
        }
        disposer_.finish();
    }

    void record_policy() {
        const std::string& controller = pulse_.report.server.dns_name;
        pulse_.log.record(EventId::ce_authenticated, {controller});
        pulse_.log.record(EventId::ce_policy_loaded, {"ldap://" + controller});
    }

    [[nodiscard]] Outcome outcome() const {
        if (pulse_.stopped) {
            return Outcome::stopped;
        }
        return pulse_.report.ok() ? Outcome::done : Outcome::failed;
    }

    // What the host and `status` want to know of the account and of what MY holds now.
    void summarize() {
        PulseReport& report = pulse_.report;
        if (const auto& sid = pulse_.world().account.object_sid; !sid.sub_authorities.empty()) {
            report.account_sid = sid.to_string();
        }
        report.renewals = renewal_dates(pulse_.world());
        std::erase_if(report.renewals,
                      [&](const RenewalDate& one) { return disposer_.is_gone(one.thumbprint); });
        for (const Enrolled& one : report.enrolled) {
            std::erase_if(report.renewals, [&](const RenewalDate& old) {
                return old.thumbprint == one.replaced || old.thumbprint == one.where.thumbprint;
            });
            const auto& templates = pulse_.world().templates;
            const auto wanted = std::ranges::find(templates, one.template_name, &Template::name);
            if (pulse_.world().policy.manage() && wanted != templates.end() &&
                !skips_renewal(*wanted)) {
                report.renewals.push_back(renewal_date(one.where.thumbprint, one.facts, *wanted));
            }
        }
    }

    // Rules K2, K3.  A store that cannot be written ends the pulse: a certificate that a CA would
    // issue now had no place to go.
    Done update_trust() {
        for (const TrustUpdate& update : pulse_.gathered.trust) {
            std::ranges::copy(update.notes, std::back_inserter(pulse_.report.notes));
            note_empty_read(update, pulse_.memory());
            const std::string name(to_string(update.store));
            if (!update.problem.empty()) {
                report_incomplete(name, update.problem);
            }
            if (!update.changes()) {
                continue;
            }
            if (auto change = pulse_.ports.certificates.replace(update.store, update.result);
                !change) {
                return pass(change, "update store " + name);
            }
        }
        return done();
    }

    // A pulse has failed at part of its work; who asked for one thing (rule M1) only hears of it.
    void report_incomplete(const std::string& store, const std::string& problem) {
        Error error{kReadFault,
                    "store " + store +
                        " keeps its content, the directory's set is not complete: " + problem,
                    "Look at the domain controller; the next pulse reads again"};
        if (by_hand()) {
            pulse_.report.notes.push_back(error.sentence());
            return;
        }
        pulse_.log.record(EventId::ae_store_download_failed, {store, problem});
        pulse_.fail(std::move(error));
    }

    void act() {
        if (enabled()) {
            pulse_.log.record(EventId::ae_enrollment_called);
            const std::string& controller = pulse_.report.server.dns_name;
            pulse_.log.record(EventId::csc_started);
            pulse_.log.record(EventId::csc_network_found, {controller});
            record_policy();
            if (pulse_.world().services.empty()) {
                pulse_.log.record(EventId::ce_no_ca_in_forest);
            }
        }
        if (fetch_requests()) {
            carry_out_requirements();
        }
        pulse_.ports.events.step({.kind = StepKind::clean});
        disposer_.finish();
        if (enabled()) {
            pulse_.log.record(EventId::ae_enrollment_returned);
        }
    }

    [[nodiscard]] bool enabled() const {
        const AutoenrollPolicy& policy = pulse_.world().policy;
        return policy.enroll() || policy.manage() || policy.pending();
    }

    // REQUEST first: what it brings changes what is missing.
    bool fetch_requests() {
        Plan requests = plan_requests(pulse_.world());
        pulse_.report.decisions = std::move(requests.decisions);
        Retriever retriever(pulse_, disposer_);
        for (const Action& action : requests.actions) {
            if (pulse_.stop_asked()) {
                return false;
            }
            retriever.carry_out(action);
        }
        if (requests.actions.empty()) {
            return true;
        }
        if (Done read = read_stores(pulse_.ports, pulse_.gathered); !read) {
            pulse_.fail(std::move(read.error()).within("after REQUEST"));
            return false;
        }
        return true;
    }

    void carry_out_requirements() {
        Plan plan = plan_requirements(pulse_.world());
        // Templates and certificates stand before requests, as in a preview.
        auto& decisions = pulse_.report.decisions;
        plan.decisions.insert(plan.decisions.end(), std::make_move_iterator(decisions.begin()),
                              std::make_move_iterator(decisions.end()));
        decisions = std::move(plan.decisions);
        if (enabled()) {
            report_distrust(decisions);
            std::ranges::for_each(decisions, [&](const Decision& one) { report_decision(one); });
        }
        release_brakes(plan);
        Enroller enroller(pulse_, disposer_);
        bool may_ask = true;
        for (const Action& action : plan.actions) {
            if (pulse_.stop_asked()) {
                return;
            }
            switch (action.kind) {
                case ActionKind::enroll:
                case ActionKind::renew:
                    if (!action.interactive || agreed(plan, action, may_ask)) {
                        enroller.carry_out(action);
                        remember();  // a crash must not make the brake forget
                    }
                    break;
                case ActionKind::warn:
                    warn(action);
                    break;
                default:
                    disposer_.carry_out({action.kind, action.thumbprint, action.reason});
                    break;
            }
        }
    }

    // Rule B1: the brake counts while one reason stands; an administrator's wish ends it.
    void release_brakes(const Plan& plan) {
        if (pulse_.options.force) {
            pulse_.memory().issued.clear();
            pulse_.memory().refusals.clear();
        }
        for (const Decision& decision : pulse_.report.decisions) {
            // One certificate brakes nothing, and a pulse that does nothing writes nothing.
            const bool held =
                decision.about == About::template_type && decision.verdict == Verdict::held;
            if (held && issues_of(pulse_.memory(), decision.template_name) > 1) {
                forget_issues(pulse_.memory(), decision.template_name, "");
            }
        }
        for (const Action& action : plan.actions) {
            const bool lineage =
                pulse_.report.decisions[action.decision].about != About::template_type;
            if ((action.kind == ActionKind::enroll || action.kind == ActionKind::renew) &&
                !lineage) {
                forget_issues(pulse_.memory(), action.template_name, action.reason);
            }
        }
    }

    // Rule X3; what this pulse replaced needs no warning.
    void warn(const Action& action) {
        if (!disposer_.is_gone(action.thumbprint)) {
            pulse_.log.record(EventId::ae_expires, {action.thumbprint, action.reason});
            note_warning(pulse_.memory(), action.thumbprint, pulse_.options.now);
        }
    }

    // Event 52, once per CA of whose distrust a template suffers.
    void report_distrust(const std::vector<Decision>& decisions) {
        const auto suffers = [&](const std::string& template_name) {
            return std::ranges::any_of(decisions, [&](const Decision& one) {
                return one.about == About::template_type &&
                       equal_ignoring_case(one.template_name, template_name) &&
                       (one.verdict == Verdict::not_trusted || one.verdict == Verdict::enroll ||
                        one.verdict == Verdict::renew);
            });
        };
        for (std::size_t i = 0; i < pulse_.world().services.size(); ++i) {
            const CaTrust& trust = pulse_.world().ca_trust[i];
            if (!is_trusted(trust.chain) &&
                std::ranges::any_of(pulse_.world().services[i].templates, suffers)) {
                pulse_.log.record(EventId::ce_ca_not_trusted,
                                  {trust.ca.config(), trust.chain.detail});
            }
        }
    }

    void report_decision(const Decision& decision) {
        // Event 11 has said it for all templates.
        const bool said =
            decision.event == EventId::ce_no_ca_issues && pulse_.world().services.empty();
        if (decision.event && !said) {
            pulse_.log.record(*decision.event, {decision.template_name, decision.fact});
        } else if (decision.verdict == Verdict::needs_user) {
            // Rule R-UI5: the log names the way out.
            pulse_.report.notes.push_back("template " + decision.template_name + ": " +
                                          decision.fact + "; " + decision.remedy);
        } else if (decision.verdict == Verdict::not_supported ||
                   decision.verdict == Verdict::waiting) {
            pulse_.report.notes.push_back("template " + decision.template_name + ": " +
                                          decision.fact);
        }
        if (decision.failure) {
            pulse_.fail(Error{*decision.failure, decision.fact, decision.remedy}.within(
                "template " + decision.template_name));
        }
    }

    // Rules R-UI1, R-UI4: one question for all that need the user, then one for each.
    bool agreed(const Plan& plan, const Action& action, bool& may_ask) {
        Decision& decision = pulse_.report.decisions[action.decision];
        if (!asked_) {
            asked_ = true;
            std::vector<std::string> names;
            for (const Action& one : plan.actions) {
                if (one.interactive) {
                    names.push_back(one.template_name);
                }
            }
            const Consent consent = pulse_.ports.user == nullptr
                                        ? Consent::declined
                                        : pulse_.ports.user->ask_to_begin(names);
            may_ask = consent == Consent::given;
            if (consent == Consent::cancelled) {
                pulse_.log.record(EventId::ce_cancelled);
            }
        }
        if (!may_ask) {
            put_off(decision, "the user declined");
            return false;
        }
        const Consent consent = pulse_.ports.user->ask_for(action.template_name);
        if (consent == Consent::cancelled) {
            pulse_.log.record(EventId::ce_template_cancelled, {action.template_name});
        }
        if (consent != Consent::given) {
            put_off(decision, "the user declined this template");
        }
        return consent == Consent::given;
    }

    static void put_off(Decision& decision, const std::string& why) {
        decision.verdict = Verdict::needs_user;
        decision.rule = "R-UI4";
        decision.fact += "; " + why + ", the next pulse asks again";
    }

    // A pulse that learns nothing writes nothing.
    void remember() {
        forget_old(pulse_.memory(), pulse_.options.now);
        if (pulse_.memory() == loaded_) {
            return;
        }
        const Done saved = pulse_.ports.memory.save(pulse_.memory());
        if (!saved && !std::exchange(unsaved_, true)) {
            pulse_.report.notes.push_back("what this pulse learnt is not kept: " +
                                          saved.error().sentence());
        }
        loaded_ = pulse_.memory();
    }

    // Rules C1, C2: "nobody answers" is a warning of its own, all else is a failed pulse.
    void stop(Error error) {
        pulse_.report.outcome = is_unreachable(pulse_.options.scope, error.code)
                                    ? Outcome::unreachable
                                    : Outcome::failed;
        if (!by_hand()) {
            pulse_.log.record(
                is_silence(error.code) ? EventId::ae_directory_unreachable : EventId::ae_failed,
                {to_hex(error.code), error.sentence()});
        }
        pulse_.fail(std::move(error));
    }

    PulseContext pulse_;
    Disposer disposer_;
    Memory loaded_{};
    bool unsaved_ = false;
    bool asked_ = false;
};

}  // namespace

bool lacks_tickets(Scope scope, Hresult code) {
    return scope == Scope::user && (code == kNoCredentials || code == kContextExpired);
}

bool is_unreachable(Scope scope, Hresult code) {
    return is_silence(code) || lacks_tickets(scope, code);
}

PulseReport run_pulse(const Ports& ports, const PulseOptions& options) {
    return Pulse(ports, options).run();
}

}  // namespace ae::engine
