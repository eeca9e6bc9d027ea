// When the next run of one context begins: the rules T (engine/triggers.h) with their state.
// The host tells what happens and asks take() whenever something may be due; next() says until when
// it can sleep.  No clock, no timer, no process in here: one thread, values only.
#pragma once

#include "engine/errand.h"
#include "engine/triggers.h"

#include <optional>

namespace ae::service {

struct RunRequest {
    engine::Trigger trigger{};
    bool force = false;        // an administrator's own wish (Snapshot::force)
    bool interactive = false;  // the user agreed to be asked (R-UI4)
    engine::Errand errand{};   // one thing alone: the runner's own affair, never the scheduler's
    bool operator==(const RunRequest&) const = default;
};

class Scheduler {
  public:
    Scheduler(const std::optional<engine::LastRun>& last, const engine::TimerSettings& settings,
              Seconds offset);

    // T1: the host started.  `start` waits for the machine's place in the period (J1), and so does
    // a timer that was missed while the host was off; `logon` is due now.
    void begin(engine::Trigger why, Time now);
    // Policy, logon, manual, interactive: due now, or merged into one run after this one (T7).
    engine::Answer ask(const RunRequest& request,
                       engine::Refresh refresh = engine::Refresh::changed);
    void network_changed(Time now);  // T9, J3
    void configure(const engine::TimerSettings& settings, Seconds offset);
    // Some other process ran a pulse in this context: its end counts too (T2).
    void learn(const engine::LastRun& last);

    // The run that is to begin now, if any; it counts as running from here on.
    std::optional<RunRequest> take(Time now);
    void ended(const engine::LastRun& last);
    // T8: the run is over and the user has yet to answer; until then it counts as running, but for
    // a run that somebody asks for by hand.
    void ended_waiting(const engine::LastRun& last);
    void stop_waiting();

    [[nodiscard]] bool running() const { return running_; }
    [[nodiscard]] bool waiting() const { return waiting_; }
    [[nodiscard]] bool has_follow_up() const { return (running_ || waiting_) && wanted_; }
    [[nodiscard]] const std::optional<engine::LastRun>& last() const { return last_; }
    // Nothing while a run goes on or waits: its end decides.
    [[nodiscard]] std::optional<engine::DueRun> next(Time now) const;

  private:
    [[nodiscard]] engine::RunState state() const { return {running_ || waiting_, last_}; }

    // A run at a later time that is no timer's: `made` tells a clock that was set back.
    struct Planned {
        Time made{};
        engine::DueRun run{};
    };

    std::optional<engine::LastRun> last_;
    engine::TimerSettings settings_;
    Seconds offset_;
    std::optional<RunRequest> wanted_{};
    std::optional<Planned> planned_{};
    bool running_ = false;
    bool waiting_ = false;
};

}  // namespace ae::service
