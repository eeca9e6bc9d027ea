#include "service/host/runner.h"

#include "engine/base/hresult_table.h"
#include "service/event_log.h"

#include <algorithm>
#include <utility>

#include <boost/asio/post.hpp>

namespace ae::service {

using engine::LastRun;
using engine::Outcome;
using engine::Trigger;

namespace {

std::string end_text(const WorkerEnd& how) {
    return how.exited ? "it ended with code " + std::to_string(how.code) + " and without a report"
                      : "signal " + std::to_string(how.code) + " ended it";
}

Error crash_error(const WorkerEnd& how) {
    return {kUnexpected, "the process of the run crashed: " + end_text(how),
            "Nothing is lost: the next run goes on where it was. If it happens again, run "
            "aeclient pulse --foreground --verbose, and report what it prints"};
}

void tell_all(const std::vector<std::weak_ptr<Listener>>& listeners, const std::string& line) {
    for (const auto& one : listeners) {
        if (const auto listener = one.lock()) {
            listener->tell(line);
        }
    }
}

}  // namespace

Runner::Runner(Loop& loop, RunnerOptions options, const std::optional<LastRun>& last,
               const engine::TimerSettings& timer, Seconds offset, Changed changed)
    : loop_(loop),
      options_(std::move(options)),
      scheduler_(last, timer, offset),
      changed_(std::move(changed)),
      limit_(loop) {}

Done Runner::open() {
    auto timer = make_wall_timer(loop_, [this] {
        learn();
        pump();
    });
    if (!timer) {
        return pass(timer);
    }
    timer_ = std::move(*timer);
    learn();
    return done();
}

void Runner::begin(Trigger why) {
    scheduler_.begin(why, now());
    pump();
}

Result<Accepted> Runner::ask(const RunRequest& request, const std::weak_ptr<Listener>& waiting) {
    if (stopped_) {
        return fail(kServiceNotActive, "the service is being stopped", "Ask again when it runs");
    }
    const bool merged = scheduler_.ask(request) == engine::Answer::merge;
    waiting_.push_back(waiting);
    pump();
    return Accepted{.merged = merged};
}

void Runner::policy_refreshed(engine::Refresh refresh) {
    scheduler_.ask({.trigger = Trigger::policy_refresh}, refresh);
    pump();
}

void Runner::network_changed() {
    learn();
    scheduler_.network_changed(now());
    pump();
}

void Runner::configure(const engine::TimerSettings& timer, Seconds offset) {
    scheduler_.configure(timer, offset);
    arm();
}

void Runner::wait_for_user() {
    if (record_.last) {
        scheduler_.ended_waiting(*record_.last);
    }
}

void Runner::user_is_gone() {
    scheduler_.stop_waiting();
    pump();
}

void Runner::stop(Changed ended) {
    stopped_ = std::move(ended);
    timer_->disarm();
    if (!running_) {
        boost::asio::post(loop_, stopped_);
        return;
    }
    worker_->ask_to_stop();
    limit(kStopGrace, [this] { worker_->kill(); });
}

HostStatus Runner::status() {
    HostStatus status;
    status.state = running_ ? "running" : scheduler_.waiting() ? "waiting for the user" : "idle";
    if (running_) {
        status.running_trigger = to_string(running_->trigger);
    } else {
        learn();
    }
    status.follow_up = scheduler_.has_follow_up();
    status.next = scheduler_.next(now());
    return status;
}

void Runner::pump() {
    while (!stopped_) {
        const auto run = scheduler_.take(now());
        if (!run) {
            break;
        }
        start(*run);
    }
    if (!stopped_) {
        arm();
    }
}

void Runner::arm() {
    if (const auto next = scheduler_.next(now())) {
        timer_->arm(next->at);
    } else {
        timer_->disarm();
    }
}

std::vector<std::string> Runner::arguments_of(const RunRequest& run) const {
    std::vector<std::string> arguments = options_.worker_arguments;
    arguments.insert(arguments.end(), {"--trigger", std::string(to_string(run.trigger))});
    if (run.force) {
        arguments.emplace_back("--force");
    }
    if (run.interactive) {
        arguments.emplace_back("--interactive");
    }
    return arguments;
}

void Runner::start(const RunRequest& run) {
    running_ = run;
    started_ = now();
    told_result_ = false;
    listeners_ = std::exchange(waiting_, {});
    auto worker = start_worker(loop_, arguments_of(run),
                               {.line = [this](const std::string& line) { hear(line); },
                                .end = [this](const WorkerEnd& how) { end(how); }},
                               options_.worker_program);
    if (!worker) {
        Error error = std::move(worker.error()).within("start the process of the run");
        log_warning(error.sentence());
        note_crash();
        finish_run(line_of(ControlAnswer(Refused{std::move(error)})));
        return;
    }
    worker_ = std::move(*worker);
    limit(run.interactive ? Seconds(kLongestInteractiveRun) : Seconds(kLongestRun),
          [this] { overrun(); });
    changed_();
}

void Runner::hear(const std::string& line) {
    // The worker is this very program: what it prints is what a client understands.
    if (line.find("\"result\"") != std::string::npos) {
        const auto answer = answer_from_line(line);
        told_result_ = told_result_ || (answer && *answer && std::get_if<RunResult>(&**answer));
    }
    tell_all(listeners_, line);
}

void Runner::end(const WorkerEnd& how) {
    limit_.cancel();
    worker_.reset();
    if (!how.warning.empty()) {
        log_warning("the process of the run: " + how.warning);
    }
    const RunCounters before = record_.counters;
    learn();
    // Each run counts itself; a time says too little, because a run may end in its first second.
    const bool recorded = record_.counters != before;
    std::string farewell;
    if (!told_result_) {
        const bool asked = static_cast<bool>(stopped_);
        Error error = asked ? Error{kOperationAborted, "the service was stopped during the run",
                                    "The next run does the rest"}
                            : crash_error(how);
        log_warning(error.sentence());
        farewell = line_of(ControlAnswer(Refused{std::move(error)}));
    }
    if (!recorded) {
        // A run that another process kept out of its stores leaves none either, and has to end
        // somehow, or it would be due again at once.
        if (told_result_) {
            record_.last = LastRun{.trigger = running_->trigger,
                                   .started = started_,
                                   .ended = now(),
                                   .outcome = Outcome::failed};
        } else {
            note_crash();
        }
    }
    finish_run(farewell);
}

// The run left no record of its own.
void Runner::note_crash() {
    record_ = after_crash(std::move(record_), {running_->trigger, started_, now()});
    if (stopped_) {
        record_.last->outcome = Outcome::stopped;
    }
    if (Done written = options_.state.write(kRunRecordFile, to_json(record_)); !written) {
        log_warning(written.error().sentence());
    }
}

void Runner::finish_run(const std::string& farewell) {
    running_.reset();
    const auto listeners = std::exchange(listeners_, {});
    if (!farewell.empty()) {
        tell_all(listeners, farewell);
    }
    for (const auto& one : listeners) {
        if (const auto listener = one.lock()) {
            listener->finish();
        }
    }
    scheduler_.ended(*record_.last);
    if (stopped_) {
        boost::asio::post(loop_, stopped_);
        return;
    }
    changed_();
    boost::asio::post(loop_, [this] { pump(); });
}

// What a run in another process left counts too (T2).
void Runner::learn() {
    if (running_ && worker_) {
        return;
    }
    const auto text = options_.state.read(kRunRecordFile);
    if (!text || !*text) {
        return;
    }
    auto record = run_record_from_json(**text);
    if (!record) {
        return;  // the next run writes a new one
    }
    const bool newer =
        record->last && (!record_.last || record->last->ended >= record_.last->ended);
    if (newer || !record_.last) {
        record_ = std::move(*record);
    }
    if (record_.last) {
        scheduler_.learn(*record_.last);
    }
}

void Runner::limit(std::chrono::seconds time, Changed over) {
    limit_.expires_after(time);
    limit_.async_wait([over = std::move(over)](const boost::system::error_code& error) {
        if (!error) {
            over();
        }
    });
}

void Runner::overrun() {
    log_warning("the run takes longer than " + period_text(kLongestRun) + "; it is stopped");
    worker_->ask_to_stop();
    limit(kStopGrace, [this] { worker_->kill(); });
}

}  // namespace ae::service
