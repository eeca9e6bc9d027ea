// The runs of one context, one after the other: what the scheduler says is due becomes a worker
// process; its lines go to whoever waits for that run; its record says what comes next.
// An errand (engine/errand.h) is a worker process too, between two runs, and no run itself.
// One thread, that of `loop`; never throws.
#pragma once

#include "service/control/control_server.h"
#include "service/host/scheduler.h"
#include "service/host/wall_timer.h"
#include "service/host/worker.h"
#include "service/run_record.h"
#include "service/state_folder.h"

#include <chrono>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <boost/asio/steady_timer.hpp>

namespace ae::service {

// A run that takes longer hangs: it is asked to stop and then killed.  A run that asks the user may
// take as long as a notice lives.
inline constexpr std::chrono::minutes kLongestRun{30};
inline constexpr std::chrono::hours kLongestInteractiveRun{7};
// From the wish to stop until it is killed; what it loses then, the next run makes up for.
inline constexpr std::chrono::seconds kStopGrace{4};
inline constexpr std::size_t kMostErrands = 16;             // that wait
inline constexpr std::chrono::milliseconds kKillTime{500};  // then we end without its end

struct RunnerOptions {
    engine::Scope scope = engine::Scope::machine;
    StateFolder state;
    std::string worker_program{};
    std::vector<std::string> worker_arguments{};  // in front of what is a run's own
    std::function<Time()> clock{};
};

class Runner {
  public:
    // `changed`: a run began, or one ended.
    Runner(Loop& loop, RunnerOptions options, Changed changed);

    Done open();  // its timer; before everything else
    void begin(engine::Trigger why);
    Result<Accepted> ask(const RunRequest& request, const std::weak_ptr<Listener>& waiting);
    void policy_refreshed(engine::Refresh refresh);
    void network_changed();
    void configure(const engine::TimerSettings& timer, Seconds offset);
    void wait_for_user();  // T8, in the call of `changed` after a run
    void user_is_gone();
    // Lets the run under way finish what it has begun; `ended` comes within kStopGrace and a
    // moment.
    void stop(Changed ended);

    [[nodiscard]] HostStatus status();  // process and since are the host's to say
    // Of the run that ended last, as it stands on the disk.
    [[nodiscard]] const RunRecord& record() const { return record_; }
    [[nodiscard]] const std::optional<RunRequest>& running() const { return running_; }
    [[nodiscard]] Time started() const { return started_; }

  private:
    using Listeners = std::vector<std::weak_ptr<Listener>>;
    struct Wished {
        RunRequest run{};
        std::weak_ptr<Listener> waiting{};
    };

    void pump();
    void start(const RunRequest& run, Listeners listeners);
    void finish(const std::string& farewell);
    void hear(const std::string& line);
    void end(const WorkerEnd& how);
    [[nodiscard]] engine::LastRun kept_out() const;
    void note_silence();
    void finish_run(const engine::LastRun& last, const std::string& farewell);
    std::optional<std::string> read_new_text();
    bool learn();  // whether the file had something new
    void arm();
    void limit(std::chrono::milliseconds time, Changed over);
    void overrun(Seconds time);
    void end_worker();
    [[nodiscard]] std::vector<std::string> arguments_of(const RunRequest& run) const;
    [[nodiscard]] Time now() const { return options_.clock(); }

    Loop& loop_;
    RunnerOptions options_;
    Scheduler scheduler_;
    Changed changed_;
    std::unique_ptr<WallTimer> timer_{};
    boost::asio::steady_timer limit_;
    std::unique_ptr<Worker> worker_{};
    std::optional<RunRequest> running_{};
    Time started_{};
    bool told_result_ = false;
    bool network_changed_ = false;  // during the run
    Listeners listeners_{};         // of the run under way
    Listeners waiting_{};           // of the next one
    std::deque<Wished> errands_{};  // what is asked for by hand, before the next run
    std::string text_{};            // of the file, as it was read last
    RunRecord record_{};
    Changed stopped_{};  // set: no run begins any more
};

}  // namespace ae::service
