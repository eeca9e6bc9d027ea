#include "engine/triggers.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <utility>

namespace ae::engine {
namespace {

template <class Value, std::size_t Size>
using Names = std::array<std::pair<Value, std::string_view>, Size>;

constexpr Names<Trigger, 10> kTriggers = {{{Trigger::start, "start"},
                                           {Trigger::logon, "logon"},
                                           {Trigger::timer, "timer"},
                                           {Trigger::policy_refresh, "policy refresh"},
                                           {Trigger::manual, "manual"},
                                           {Trigger::interactive, "interactive"},
                                           {Trigger::retry, "retry"},
                                           {Trigger::connectivity, "connectivity"},
                                           {Trigger::task_edited, "edited task"},
                                           {Trigger::unlock, "unlock"}}};
constexpr Names<Outcome, 6> kOutcomes = {{{Outcome::done, "done"},
                                          {Outcome::failed, "failed"},
                                          {Outcome::unreachable, "unreachable"},
                                          {Outcome::disabled, "disabled"},
                                          {Outcome::stopped, "stopped"},
                                          {Outcome::crashed, "crashed"}}};

template <class Value, std::size_t Size>
std::string_view name_in(const Names<Value, Size>& names, Value value) {
    return std::ranges::find(names, value, &std::pair<Value, std::string_view>::first)->second;
}

template <class Value, std::size_t Size>
std::optional<Value> value_in(const Names<Value, Size>& names, std::string_view name) {
    const auto at = std::ranges::find(names, name, &std::pair<Value, std::string_view>::second);
    return at == names.end() ? std::nullopt : std::optional(at->first);
}

// 15, 30, 60 ... minutes; the timer's period from the sixth failure on.
Seconds unreachable_pause(unsigned in_a_row) {
    constexpr unsigned kDoublings = 5;  // 15 min times 32 is that period
    const unsigned doublings = std::min(in_a_row == 0 ? 0 : in_a_row - 1, kDoublings);
    return std::min<Seconds>(kFirstRetry * (1U << doublings), kTimerPeriod);
}

Seconds expiry_pause(Time expires, Time ended) {
    constexpr int kShare = 8;
    return std::clamp<Seconds>((expires - ended) / kShare, kShortestExpiryRetry, kTimerPeriod);
}

// An end that lies ahead means that the clock was set back: what was stored says nothing then.
bool is_known(const std::optional<LastRun>& last, Time now) { return last && last->ended <= now; }

}  // namespace

std::string_view to_string(Trigger trigger) { return name_in(kTriggers, trigger); }
std::string_view to_string(Outcome outcome) { return name_in(kOutcomes, outcome); }
std::optional<Trigger> trigger_from_string(std::string_view text) {
    return value_in(kTriggers, text);
}
std::optional<Outcome> outcome_from_string(std::string_view text) {
    return value_in(kOutcomes, text);
}

// FNV-1a, 64 bits: the same everywhere and for ever; std::hash is neither.
Seconds offset_of(std::string_view identity, Seconds jitter) {
    if (jitter <= Seconds::zero()) {
        return Seconds::zero();
    }
    std::uint64_t hash = 0xCBF29CE484222325U;
    for (const char c : identity) {
        hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001B3U;
    }
    hash ^= hash >> 32U;  // neighbouring account numbers differ in the low bits' neighbours only
    return Seconds(static_cast<Seconds::rep>(hash % static_cast<std::uint64_t>(jitter.count())));
}

DueRun next_due(const std::optional<LastRun>& last, const TimerSettings& settings, Seconds offset,
                Time now) {
    if (!is_known(last, now)) {
        return {now, Trigger::timer};
    }
    Seconds pause = kTimerPeriod;
    if (settings.retry_unreachable && last->outcome == Outcome::unreachable) {
        pause = std::min(pause, unreachable_pause(last->unreachable_in_a_row));
    }
    if (settings.retry_expiring && last->at_risk) {
        pause = std::min(pause, expiry_pause(*last->at_risk, last->ended));
    }
    if (pause < kTimerPeriod) {
        // A jitter of hours must not make a retry come later than the timer.
        return {last->ended + pause + Seconds(offset.count() % pause.count()), Trigger::retry};
    }
    return {last->ended + pause + offset, Trigger::timer};
}

std::optional<Time> due_by_network(const std::optional<LastRun>& last,
                                   const TimerSettings& settings, Time now) {
    if (!settings.retry_unreachable || !last || last->outcome != Outcome::unreachable) {
        return std::nullopt;
    }
    const Time settled = now + kNetworkSettles;
    return is_known(last, now) ? std::max(settled, last->ended + kShortestNetworkPause) : settled;
}

Answer on_trigger(Trigger trigger, Refresh refresh, const RunState& state) {
    switch (trigger) {
        case Trigger::task_edited:
        case Trigger::unlock:
            return Answer::ignore;
        case Trigger::connectivity:
            if (!state.last || state.last->outcome != Outcome::unreachable) {
                return Answer::ignore;
            }
            break;
        case Trigger::policy_refresh:
            if (refresh == Refresh::unchanged) {
                return Answer::ignore;
            }
            break;
        default:
            break;
    }
    return state.running ? Answer::merge : Answer::run;
}

}  // namespace ae::engine
