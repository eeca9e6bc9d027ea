#include "service/host/scheduler.h"

namespace ae::service {

using engine::DueRun;
using engine::LastRun;
using engine::Trigger;

namespace {

bool is_by_hand(Trigger trigger) {
    return trigger == Trigger::manual || trigger == Trigger::interactive;
}

// One run for both; what somebody asked for by hand gives it its name.
RunRequest merged(const std::optional<RunRequest>& first, const RunRequest& second) {
    if (!first) {
        return second;
    }
    return {.trigger = is_by_hand(second.trigger) ? second.trigger : first->trigger,
            .force = first->force || second.force,
            .interactive = first->interactive || second.interactive};
}

}  // namespace

Scheduler::Scheduler(const std::optional<LastRun>& last, const engine::TimerSettings& settings,
                     Seconds offset)
    : last_(last), settings_(settings), offset_(offset) {}

void Scheduler::begin(Trigger why, Time now) {
    constexpr Seconds kLongest = engine::kDefaultJitter;
    const Seconds delay =
        why == Trigger::start ? Seconds(offset_.count() % kLongest.count()) : Seconds::zero();
    planned_ = Planned{now, {now + delay, why}};
}

engine::Answer Scheduler::ask(const RunRequest& request, engine::Refresh refresh) {
    const bool by_hand = is_by_hand(request.trigger);
    if (by_hand) {
        waiting_ = false;
    }
    const engine::Answer answer = engine::on_trigger(request.trigger, refresh, state());
    if (answer != engine::Answer::ignore) {
        wanted_ = merged(wanted_, request);
    }
    return answer;
}

void Scheduler::network_changed(Time now) {
    const bool starting = planned_ && planned_->run.why != Trigger::connectivity;
    const auto answer =
        engine::on_trigger(Trigger::connectivity, engine::Refresh::changed, state());
    if (starting || answer != engine::Answer::run) {
        return;
    }
    if (const auto at = engine::due_by_network(last_, settings_, now)) {
        planned_ = Planned{now, {*at, Trigger::connectivity}};
    }
}

void Scheduler::configure(const engine::TimerSettings& settings, Seconds offset) {
    settings_ = settings;
    offset_ = offset;
}

void Scheduler::learn(const LastRun& last) {
    if (!running_) {
        last_ = last;
    }
}

std::optional<DueRun> Scheduler::next(Time now) const {
    if (running_ || waiting_) {
        return std::nullopt;
    }
    if (wanted_) {
        return DueRun{now, wanted_->trigger};
    }
    if (!planned_) {
        return engine::next_due(last_, settings_, offset_, now);
    }
    DueRun planned = planned_->run;
    if (now < planned_->made) {
        planned.at = now;
    }
    if (planned.why != Trigger::connectivity) {
        return planned;
    }
    const DueRun timer = engine::next_due(last_, settings_, offset_, now);
    return timer.at < planned.at ? timer : planned;
}

std::optional<RunRequest> Scheduler::take(Time now) {
    const auto due = next(now);
    if (!due || due->at > now) {
        return std::nullopt;
    }
    const RunRequest run = wanted_ ? *wanted_ : RunRequest{.trigger = due->why};
    wanted_.reset();
    planned_.reset();
    running_ = true;
    return run;
}

void Scheduler::ended(const LastRun& last) {
    running_ = false;
    last_ = last;
}

void Scheduler::ended_waiting(const LastRun& last) {
    ended(last);
    // Somebody who asked by hand while it ran does not wait for a user who may be away.
    waiting_ = !(wanted_ && is_by_hand(wanted_->trigger));
}

void Scheduler::stop_waiting() { waiting_ = false; }

}  // namespace ae::service
