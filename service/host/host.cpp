#include "service/host/host.h"

#include "engine/base/hresult_table.h"
#include "engine/interaction.h"
#include "service/event_log.h"
#include "service/event_store.h"
#include "service/host/inspector.h"
#include "service/host/runner.h"
#include "service/host/supervisor.h"
#include "service/host/user_notice.h"
#include "service/host/watches.h"

#include <exception>
#include <tuple>
#include <utility>

namespace ae::service {
namespace {

using engine::Scope;
using engine::Trigger;

// Rule T3: what a refresh has to change to count.  Where a value stands is not part of it.
auto effect_of(const engine::AutoenrollPolicy& policy) {
    return std::tie(policy.bits, policy.warn_percent, policy.warn_stores,
                    policy.directory_policies);
}

constexpr std::chrono::milliseconds kFarewell{200};

bool is_errand(const engine::Errand& errand) { return errand.kind != engine::Errand::Kind::none; }

class Host final : public ControlHandler {
  public:
    explicit Host(const HostOptions& options)
        : options_(options),
          state_(options.state_dir, options.scope),
          runner_(loop_,
                  {.scope = options.scope,
                   .state = state_,
                   .worker_program = options.worker_program,
                   .worker_arguments = options.worker_arguments,
                   .clock = options.clock},
                  [this] { changed(); }),
          inspector_(loop_, {.worker_program = options.worker_program,
                             .places = options.inspection_places}),
          notice_(loop_, {.begin = [this] { activated(); },
                          .cancelled = [this] { cancelled(); },
                          .gone = [this] { runner_.user_is_gone(); }}) {}

    Done run() {
        if (Done opened = open(); !opened) {
            return opened;
        }
        supervisor_->ready();
        log_info("the service runs; its control channel is " + options_.control.path);
        runner_.begin(options_.scope == Scope::machine ? Trigger::start : Trigger::logon);
        if (!runner_.running()) {
            changed();  // it waits for its offset
        }
        loop_.run();
        log_info("the service ends");
        return done();
    }

    HostStatus status() override {
        HostStatus status = runner_.status();
        status.process = options_.process;
        status.since = since_;
        return status;
    }

    Result<Accepted> pulse(const PulseAsk& ask, std::weak_ptr<Listener> waiting) override {
        if (ask.interactive && options_.scope == Scope::machine) {
            return fail(kNotSupported, "a machine has nobody who could be asked",
                        "Ask in your own context: aeclient enroll --interactive");
        }
        if (!is_errand(ask.errand)) {
            notice_.withdraw();
        }
        return runner_.ask({.trigger = ask.interactive ? Trigger::interactive : Trigger::manual,
                            .force = ask.force,
                            .interactive = ask.interactive,
                            .errand = ask.errand},
                           waiting);
    }

    Result<Accepted> inspect(const InspectAsk& ask, std::weak_ptr<Listener> waiting) override {
        return inspector_.ask(ask, waiting);
    }

  private:
    [[nodiscard]] const policy::AgentSettings& settings() const { return settings_; }

    // Settings that cannot be read leave the last ones standing.
    void take_settings(Result<policy::AgentSettings> settings) {
        if (settings) {
            settings_ = std::move(*settings);
        } else {
            log_warning(settings.error().sentence());
        }
        if (!options_.verbose) {
            open_log(console_level_of(settings_.log_level));
        }
    }

    Done open() {
        HostPolicy read = options_.read_policy();
        policy_ = std::move(read.autoenroll);
        take_settings(std::move(read.settings));
        supervisor_ = make_supervisor(loop_);
        signals_ = watch_stop_signals(loop_, [this] { stop(); });
        if (Done opened = runner_.open(); !opened) {
            return opened;
        }
        configure();
        auto server = listen_for_control(loop_, options_.control, *this);
        if (!server) {
            return pass(server, "open the control channel");
        }
        server_ = std::move(*server);
        auto policy = watch_policy(loop_, options_.policy_dir, [this] { policy_touched(); });
        if (policy) {
            policy_watch_ = std::move(*policy);
        } else {
            log_warning("changes of policy are noticed with the next timer only: " +
                        policy.error().sentence());
        }
        if (!policy_) {
            log_warning(policy_.error().sentence());
        }
        if (options_.scope == Scope::user) {
            watch_for_logons();
        }
        return done();
    }

    void watch_for_logons() {
        auto logons = watch_logons(
            loop_, options_.control.owner,
            [this] { static_cast<void>(runner_.ask({.trigger = Trigger::logon}, {})); },
            [](const Error& error) {
                log_warning("logons are not noticed for now: " + error.sentence());
            });
        if (logons) {
            logon_watch_ = std::move(*logons);
        } else {
            log_info("logons are not noticed here: " + logons.error().sentence());
        }
    }

    void configure() {
        const std::string& sid = runner_.record().account_sid;
        const engine::TimerSettings timer = settings().timer;
        runner_.configure(timer,
                          engine::offset_of(sid.empty() ? options_.identity : sid, timer.jitter));
    }

    // Rule T3.  A policy that cannot be read any more is a change that somebody should hear of.
    void policy_touched() {
        HostPolicy read = options_.read_policy();
        take_settings(std::move(read.settings));
        const auto& now = read.autoenroll;
        if (!now) {
            log_warning(now.error().sentence());
        }
        const bool same = now && policy_ ? effect_of(*now) == effect_of(*policy_)
                                         : now.has_value() == policy_.has_value();
        policy_ = std::move(read.autoenroll);
        configure();
        runner_.policy_refreshed(same ? engine::Refresh::unchanged : engine::Refresh::changed);
    }

    // A run began or ended.
    void changed() {
        const auto& run = runner_.running();
        if (!run) {
            configure();
            offer_notice();
            watch_network_if_needed();
        } else if (!is_errand(run->errand)) {
            last_trigger_ = run->trigger;
        }
        supervisor_->say(summary());
    }

    [[nodiscard]] std::string summary() {
        const HostStatus now = runner_.status();
        if (!now.next) {
            return now.state +
                   (now.running_trigger.empty() ? "" : " (" + now.running_trigger + ")");
        }
        return "idle; next run at " + ae::to_string(now.next->at) + " (" +
               std::string(engine::to_string(now.next->why)) + ")";
    }

    // Rule J3: only a run that lacked a network makes the host listen to it, so that an idle host
    // is not woken by every change of every interface.
    void watch_network_if_needed() {
        const auto& last = runner_.record().last;
        const bool needed = settings().timer.retry_unreachable && last &&
                            last->outcome == engine::Outcome::unreachable;
        if (!needed) {
            network_watch_.reset();
        } else if (!network_watch_) {
            auto watch = watch_network(loop_, [this] {
                runner_.network_changed();
                supervisor_->say(summary());
            });
            if (watch) {
                network_watch_ = std::move(*watch);
            }
        }
    }

    // Rule R-UI3: from the logon, or at once when the run had another cause.
    void offer_notice() {
        const RunRecord& record = runner_.record();
        const auto trigger = std::exchange(last_trigger_, std::nullopt);
        // Nobody can begin anything without a directory; and who was just asked is left in peace.
        const bool can_begin = record.last && !record.controller.empty() &&
                               (record.last->outcome == engine::Outcome::done ||
                                record.last->outcome == engine::Outcome::failed);
        if (options_.scope == Scope::machine || record.needs_user.empty() || !can_begin ||
            !trigger || *trigger == Trigger::interactive) {
            return;
        }
        const auto pace =
            settings().express ? engine::NoticePace::express : engine::NoticePace::usual;
        const Seconds gone_by = options_.clock() - runner_.started();
        const Seconds delay = *trigger == Trigger::logon
                                  ? std::max(Seconds::zero(), engine::notice_delay(pace) - gone_by)
                                  : Seconds::zero();
        runner_.wait_for_user();
        notice_.offer(record.needs_user, delay);
    }

    void activated() {
        static_cast<void>(runner_.ask({.trigger = Trigger::interactive, .interactive = true}, {}));
    }

    void cancelled() {
        EventOutputs outputs;
        outputs.level = settings().log_level;
        outputs.console = Console::background;
        outputs.system = make_system_log(options_.scope);
        outputs.store = [this](const auto& events) { return append_events(state_, events); };
        EventLog(std::move(outputs))
            .record(engine::make_event(engine::EventId::ce_cancelled,
                                       {std::string(to_string(options_.scope))}));
        runner_.user_is_gone();
    }

    void stop() {
        if (std::exchange(stopping_, true)) {
            return;
        }
        supervisor_->stopping();
        policy_watch_.reset();
        logon_watch_.reset();
        network_watch_.reset();
        notice_.withdraw();
        inspector_.stop();
        runner_.stop([this] {
            // Who waited gets the last line first.
            farewell_.expires_after(kFarewell);
            farewell_.async_wait([this](const auto&) {
                server_.reset();
                loop_.stop();
            });
        });
    }

    const HostOptions& options_;
    Loop loop_{1};
    StateFolder state_;
    Result<engine::AutoenrollPolicy> policy_{};
    policy::AgentSettings settings_{};
    Runner runner_;
    Inspector inspector_;
    UserNotice notice_;
    boost::asio::steady_timer farewell_{loop_};
    std::optional<Trigger> last_trigger_{};
    Time since_ = options_.clock();
    bool stopping_ = false;
    std::unique_ptr<Supervisor> supervisor_{};
    std::unique_ptr<ControlServer> server_{};
    std::unique_ptr<Watch> policy_watch_{};
    std::unique_ptr<Watch> network_watch_{};
    std::unique_ptr<Watch> logon_watch_{};
    std::unique_ptr<Watch> signals_{};
};

}  // namespace

Done run_host(const HostOptions& options) try {
    return Host(options).run();
} catch (const std::exception& error) {
    // Asio's loop hands on what a handler throws; none of ours does, a full memory may.
    return fail(kUnexpected, std::string("the service's loop broke: ") + error.what());
}

}  // namespace ae::service
