#include "engine/pulse.h"

#include "engine/base/hresult_table.h"
#include "engine/pulse_enroll.h"

#include <algorithm>
#include <utility>

namespace ae::engine {
namespace {

class Pulse {
  public:
    Pulse(const Ports& ports, const PulseOptions& options)
        : ports_(ports), options_(options), log_(ports.events, options.scope) {}

    PulseReport run() {
        log_.record(EventId::ae_started);
        if (Done gathered = gather(); !gathered) {
            stop(std::move(gathered.error()));
            return std::move(report_);
        }
        if (!world_.policy.disabled()) {
            act();
        }
        log_.record(EventId::ae_completed);
        return std::move(report_);
    }

  private:
    // Each step needs the ones before it; the first that fails ends the pulse with nothing touched
    // that a later step would have had to complete.
    Done gather() {
        if (Done read = read_policy(); !read || world_.policy.disabled()) {
            return read;  // rule A1: disabled means not even the replica
        }
        return read_directory().and_then([&](auto) { return update_trust(); }).and_then([&](auto) {
            return read_stores();
        });
    }

    Done read_policy() {
        auto policy = ports_.policy.read(options_.scope);
        if (!policy) {
            return pass(policy, "read the policy");
        }
        world_.policy = *policy;
        report_.policy = std::move(*policy);
        return done();
    }

    Done read_directory() {
        auto account = ports_.directory.read_account(options_.scope);
        if (!account) {
            return directory_failed(std::move(account.error()).within("find the account"));
        }
        auto replica = ports_.directory.read_replica();
        if (!replica) {
            return directory_failed(
                std::move(replica.error()).within("read the Public Key Services"));
        }
        world_.now = options_.now;
        world_.account = std::move(*account);
        world_.account.scope = options_.scope;
        replica_ = std::move(*replica);
        world_.templates = std::move(replica_.templates);
        world_.services = std::move(replica_.services);
        report_.server = replica_.server;
        return done();
    }

    // Rules C1, C2: "nobody answers" is a warning of its own, all else is a failed pulse.
    Done directory_failed(Error error) {
        if (error.code == kNoSuchDomain || error.code == kServerUnavailable ||
            error.code == kTimeout) {
            end_ = EventId::ae_directory_unreachable;
        }
        return fail(std::move(error));
    }

    Done update_trust() {
        if (options_.scope == Scope::user) {
            return done();  // rule K1
        }
        return apply(TrustStore::root, replica_.roots)
            .and_then([&](auto) { return apply(TrustStore::intermediate, replica_.intermediates); })
            .and_then([&](auto) { return apply(TrustStore::nt_auth, replica_.nt_auth); });
    }

    // Rules K2, K3, K4.  A store that cannot be written ends the pulse: a certificate that a CA
    // would issue now had no place to go.
    Done apply(TrustStore store, const TrustSet& set) {
        const std::string name(to_string(store));
        const std::string note = "store " + name + ": ";
        for (const std::string& sentence : set.skipped) {
            report_.notes.push_back(note + sentence);
        }
        if (!set.complete) {
            log_.record(EventId::ae_store_download_failed, {name, set.problem});
            add_failure(
                {kReadFault,
                 "store " + name +
                     " keeps its content, the directory's set is not complete: " + set.problem,
                 "Look at the domain controller; the next pulse reads again"});
            return done();
        }
        if (set.certificates.empty()) {
            report_.notes.push_back(note +
                                    "the directory lists no certificate; what is there stays");
            return done();
        }
        auto change = ports_.certificates.replace(store, set.certificates);
        if (!change) {
            return pass(change, "update store " + name);
        }
        return done();
    }

    // Without them every template would look as if its certificate were missing.
    Done read_stores() {
        auto held = ports_.certificates.held();
        if (!held) {
            return pass(held, "read MY");
        }
        auto pending = ports_.certificates.pending();
        if (!pending) {
            return pass(pending, "read REQUEST");
        }
        world_.my = std::move(*held);
        world_.pending = std::move(*pending);
        return done();
    }

    void act() {
        const bool enabled =
            world_.policy.enroll() || world_.policy.manage() || world_.policy.pending();
        if (enabled) {
            log_.record(EventId::ae_enrollment_called);
        }
        report_.decisions = build_requirements(world_);
        if (!enabled) {
            return;
        }
        Enroller enroller(ports_, options_, world_, replica_, report_);
        for (std::size_t i = 0; i < report_.decisions.size(); ++i) {
            Decision& decision = report_.decisions[i];
            report_decision(decision);
            if (decision.verdict == Verdict::enroll) {
                enroller.carry_out(world_.templates[i], decision);
            }
        }
        log_.record(EventId::ae_enrollment_returned);
    }

    void report_decision(const Decision& decision) {
        if (decision.event) {
            log_.record(*decision.event, {decision.template_name, decision.fact});
        } else if (decision.verdict == Verdict::unavailable ||
                   decision.verdict == Verdict::not_supported) {
            report_.notes.push_back("template " + decision.template_name + ": " + decision.fact);
        }
        if (decision.verdict == Verdict::not_understood) {
            add_failure(Error{kInvalidData, decision.fact, decision.remedy}.within(
                "template " + decision.template_name));
        }
    }

    void add_failure(Error error) {
        report_.failures.push_back(std::move(error).within(log_.name()));
    }

    void stop(Error error) {
        log_.record(end_, {to_hex(error.code), error.sentence()});
        add_failure(std::move(error));
    }

    const Ports& ports_;
    const PulseOptions& options_;
    PulseLog log_;
    Snapshot world_{};
    Replica replica_{};  // without templates and services, which are in world_
    PulseReport report_{};
    EventId end_ = EventId::ae_failed;
};

}  // namespace

PulseReport run_pulse(const Ports& ports, const PulseOptions& options) {
    return Pulse(ports, options).run();
}

}  // namespace ae::engine
