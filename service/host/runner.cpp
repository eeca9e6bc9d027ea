#include "service/host/runner.h"

#include "engine/base/hresult_table.h"
#include "service/event_log.h"
#include "service/host/worker_words.h"

#include <algorithm>
#include <utility>

#include <boost/asio/post.hpp>

namespace ae::service {

using engine::Errand;
using engine::LastRun;
using engine::Outcome;
using engine::Trigger;

namespace {

bool is_errand(const RunRequest& run) { return run.errand.kind != Errand::Kind::none; }

// Joined, so that no value can pass for an option.
void add_errand(const Errand& errand, std::vector<std::string>& arguments) {
    switch (errand.kind) {
        case Errand::Kind::none:
            return;
        case Errand::Kind::enroll:
            arguments.push_back("--enroll=" + errand.template_name);
            break;
        case Errand::Kind::retrieve:
            arguments.push_back("--retrieve=" + std::to_string(errand.request_id.value_or(0)));
            break;
        case Errand::Kind::renew:
            arguments.push_back("--renew=" + errand.thumbprint);
            break;
    }
    if (!errand.ca.empty()) {
        arguments.push_back("--ca=" + errand.ca);
    }
}

void tell_all(const std::vector<std::weak_ptr<Listener>>& listeners, const std::string& line) {
    for (const auto& one : listeners) {
        if (const auto listener = one.lock()) {
            listener->tell(line);
        }
    }
}

void dismiss(const std::vector<std::weak_ptr<Listener>>& listeners, const std::string& farewell) {
    if (!farewell.empty()) {
        tell_all(listeners, farewell);
    }
    for (const auto& one : listeners) {
        if (const auto listener = one.lock()) {
            listener->finish();
        }
    }
}

}  // namespace

Runner::Runner(Loop& loop, RunnerOptions options, Changed changed)
    : loop_(loop),
      options_(std::move(options)),
      scheduler_(std::nullopt, {}, {}),
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
        return fail(stopping_error());
    }
    const bool waits = running_.has_value();
    if (is_errand(request)) {
        if (errands_.size() >= kMostErrands) {
            return fail(kBusy, "too many things are asked for by hand already",
                        "Ask again when some of them have ended");
        }
        errands_.push_back({request, waiting});
        pump();
        return Accepted{.merged = waits};
    }
    const bool merged = scheduler_.ask(request) == engine::Answer::merge;
    waiting_.push_back(waiting);
    pump();
    return Accepted{.merged = merged || waits};
}

void Runner::policy_refreshed(engine::Refresh refresh) {
    scheduler_.ask({.trigger = Trigger::policy_refresh}, refresh);
    pump();
}

void Runner::network_changed() {
    if (running_) {
        network_changed_ = true;  // the run may have begun too early for it
        return;
    }
    learn();
    scheduler_.network_changed(now());
    pump();
}

void Runner::configure(const engine::TimerSettings& timer, Seconds offset) {
    scheduler_.configure(timer, offset);
    arm();
}

void Runner::wait_for_user() {
    if (const auto last = scheduler_.last()) {
        scheduler_.ended_waiting(*last);
    }
}

void Runner::user_is_gone() {
    scheduler_.stop_waiting();
    pump();
}

void Runner::stop(Changed ended) {
    stopped_ = std::move(ended);
    timer_->disarm();
    const std::string farewell = line_of(ControlAnswer(Refused{stopping_error()}));
    dismiss(std::exchange(waiting_, {}), farewell);
    for (const Wished& one : std::exchange(errands_, {})) {
        dismiss({one.waiting}, farewell);
    }
    if (!running_) {
        boost::asio::post(loop_, stopped_);
        return;
    }
    end_worker();
}

// Asked to stop, it finishes what it has begun.
void Runner::end_worker() {
    worker_->ask_to_stop();
    limit(kStopGrace, [this] {
        worker_->kill();
        // A process that hangs in the kernel cannot even be killed; we can go without it.
        limit(kKillTime, [this] {
            if (stopped_) {
                stopped_();
            }
        });
    });
}

HostStatus Runner::status() {
    HostStatus status;
    status.state = running_ ? "running" : scheduler_.waiting() ? "waiting for the user" : "idle";
    if (running_) {
        status.running_trigger = to_string(running_->trigger);
    } else if (!stopped_) {
        learn();
        arm();
    }
    status.follow_up = scheduler_.has_follow_up();
    status.next = scheduler_.next(now());
    return status;
}

void Runner::pump() {
    // One at a time: they would keep each other out of the stores.
    while (!stopped_ && !running_) {
        if (!errands_.empty()) {
            const Wished next = std::move(errands_.front());
            errands_.pop_front();
            start(next.run, {next.waiting});
            continue;
        }
        const auto run = scheduler_.take(now());
        if (!run) {
            break;
        }
        start(*run, std::exchange(waiting_, {}));
    }
    if (!stopped_) {
        arm();
    }
}

void Runner::arm() {
    if (running_) {
        timer_->disarm();  // its end looks at what is due meanwhile
    } else if (const auto next = scheduler_.next(now())) {
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
    add_errand(run.errand, arguments);
    return arguments;
}

void Runner::start(const RunRequest& run, Listeners listeners) {
    learn();  // what is new on the disk after this is the run's own
    running_ = run;
    started_ = now();
    told_result_ = false;
    listeners_ = std::move(listeners);
    auto worker = start_worker(loop_, arguments_of(run),
                               {.line = [this](const std::string& line) { hear(line); },
                                .end = [this](const WorkerEnd& how) { end(how); }},
                               options_.worker_program);
    if (!worker) {
        Error error = std::move(worker.error()).within("start the process of the run");
        log_warning(error.sentence());
        const std::string farewell = line_of(ControlAnswer(Refused{std::move(error)}));
        if (is_errand(run)) {
            finish(farewell);
            return;
        }
        note_silence();
        finish_run(*record_.last, farewell);
        return;
    }
    worker_ = std::move(*worker);
    const Seconds longest =
        run.interactive ? Seconds(kLongestInteractiveRun) : Seconds(kLongestRun);
    limit(longest, [this, longest] { overrun(longest); });
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
    const bool recorded = learn() && record_.last;
    std::string farewell;
    if (!told_result_) {
        Error error = stopped_ ? stopping_error() : crash_error(how);
        log_warning(error.sentence());
        farewell = line_of(ControlAnswer(Refused{std::move(error)}));
    }
    if (is_errand(*running_)) {
        finish(farewell);  // it was no run, so nothing is due sooner or later (rule M1)
    } else if (recorded) {
        finish_run(*record_.last, farewell);
    } else if (told_result_) {
        finish_run(kept_out(), farewell);
    } else {
        note_silence();
        finish_run(*record_.last, farewell);
    }
}

// Another process had the stores, and its run is the one that counts; yet this one ended too, or it
// would be due again at once.
LastRun Runner::kept_out() const {
    LastRun last = scheduler_.last().value_or(LastRun{});
    last.trigger = running_->trigger;
    last.started = started_;
    last.ended = now();
    last.outcome = Outcome::failed;
    return last;
}

// The run left no record of its own.
void Runner::note_silence() {
    record_ = after_silence(std::move(record_), stopped_ ? Silence::stopped : Silence::crashed,
                            {running_->trigger, started_, now()});
    if (Done written = options_.state.write(kRunRecordFile, to_json(record_)); !written) {
        log_warning(written.error().sentence());
    }
    static_cast<void>(read_new_text());  // our own words are no news
}

void Runner::finish_run(const LastRun& last, const std::string& farewell) {
    scheduler_.ended(last);
    finish(farewell);
}

void Runner::finish(const std::string& farewell) {
    running_.reset();
    dismiss(std::exchange(listeners_, {}), farewell);
    if (std::exchange(network_changed_, false)) {
        scheduler_.network_changed(now());
    }
    if (stopped_) {
        boost::asio::post(loop_, stopped_);
        return;
    }
    changed_();
    boost::asio::post(loop_, [this] { pump(); });
}

// What the file says when that is not what it said before.
std::optional<std::string> Runner::read_new_text() {
    auto text = options_.state.read(kRunRecordFile);
    if (!text || !*text || **text == text_) {
        return std::nullopt;
    }
    text_ = **text;
    return text_;
}

// A run in another process counts too (T2).
bool Runner::learn() {
    const auto text = read_new_text();
    if (!text) {
        return false;
    }
    auto record = run_record_from_json(*text);
    if (!record) {
        return false;  // the next run writes a new one
    }
    record_ = std::move(*record);
    if (record_.last) {
        scheduler_.learn(*record_.last);
    }
    return true;
}

// A limit that ran out in the moment in which its worker ended has nothing to say any more.
void Runner::limit(std::chrono::milliseconds time, Changed over) {
    limit_.expires_after(time);
    limit_.async_wait([this, over = std::move(over)](const boost::system::error_code& error) {
        if (!error && worker_) {
            over();
        }
    });
}

void Runner::overrun(Seconds time) {
    log_warning("the run takes longer than " + period_text(time) + "; it is stopped");
    end_worker();
}

}  // namespace ae::service
