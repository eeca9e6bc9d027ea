// When a pulse runs: rules T1-T11, and the runs that we add to Windows' (J1-J3), as pure functions
// of what happened and of what is stored.
// The service host calls them; nothing here reads a clock.  Any thread.
#pragma once

#include "engine/base/time.h"

#include <optional>
#include <string_view>

namespace ae::engine {

enum class Trigger {
    start,           // the service started (T1, machine)
    logon,           // a full interactive logon (T1, user)
    timer,           // T2
    policy_refresh,  // T3: counts only when something changed
    manual,          // T4
    interactive,     // the user answered the notice (R-UI4)
    retry,           // J2: earlier than the timer, because something has to be made up for
    connectivity,    // T9: nothing by itself; J3
    task_edited,     // T5: Windows' own tasks have this; not carried over
    unlock,          // T6: never
};
std::string_view to_string(Trigger trigger);  // "policy refresh"
std::optional<Trigger> trigger_from_string(std::string_view text);

// How a run ended.
enum class Outcome {
    done,         // all that should happen did
    failed,       // the report says what
    unreachable,  // no domain controller could be asked (event 15), or a user has no tickets (yet):
                  // nothing was decided
    disabled,     // AEPolicy forbids it (rule A1)
    stopped,      // it was asked to end before its end
    crashed,      // its process ended without a report
};
std::string_view to_string(Outcome outcome);  // "unreachable"
std::optional<Outcome> outcome_from_string(std::string_view text);

// The last run of any cause in one context.  Stored, because the timer counts from its end.
struct LastRun {
    Trigger trigger{};
    Time started{};
    Time ended{};
    Outcome outcome{};
    unsigned unreachable_in_a_row = 0;  // this one included
    // When the first certificate expires whose renewal is due and did not come about.
    std::optional<Time> at_risk{};
    bool operator==(const LastRun&) const = default;
};

inline constexpr std::chrono::hours kTimerPeriod{8};  // rule T2, from the end of the last run [P]
inline constexpr std::chrono::minutes kDefaultJitter{30};
// J2: after this, doubled with each further failure, at most the timer's period.
inline constexpr std::chrono::minutes kFirstRetry{15};
// J2: an eighth of the time that is left, not more often than this.
inline constexpr std::chrono::hours kShortestExpiryRetry{1};
// J3: names and routes need a moment after an address appeared; and a network that comes and goes
// may not make the machine run all the time.
inline constexpr std::chrono::seconds kNetworkSettles{5};
inline constexpr std::chrono::minutes kShortestNetworkPause{1};

// What an administrator can change about it.
struct TimerSettings {
    Seconds jitter = kDefaultJitter;  // 0: as Windows
    bool retry_unreachable = true;    // J2, J3
    bool retry_expiring = true;       // J2
    bool operator==(const TimerSettings&) const = default;
};

// J1: each machine has its own place in the period, always the same, so that a fleet's load is
// flat and one machine's time is known.  `identity`: the account's SID as text, or another name of
// its own until the directory told it.
Seconds offset_of(std::string_view identity, Seconds jitter);

struct DueRun {
    Time at{};
    Trigger why{};
    bool operator==(const DueRun&) const = default;
};
// Rules T2, T11, J1, J2: wall clock, so that suspend and restart count.  Nothing ran yet, or a last
// end that lies ahead (the clock was set back): due now.
DueRun next_due(const std::optional<LastRun>& last, const TimerSettings& settings, Seconds offset,
                Time now);
// J3: when a network that changed now makes a run due; nothing when the last run needs no other
// network.
std::optional<Time> due_by_network(const std::optional<LastRun>& last,
                                   const TimerSettings& settings, Time now);

// Of one context; machine and user know nothing of each other (T7).
struct RunState {
    bool running = false;  // also while it waits for the user (T8)
    std::optional<LastRun> last{};
};

enum class Answer { run, merge, ignore };
// Whether a policy refresh changed anything; a forced one counts as a change.
enum class Refresh { changed, unchanged };
// For timer, retry and connectivity the caller has waited until they were due.
Answer on_trigger(Trigger trigger, Refresh refresh, const RunState& state);

}  // namespace ae::engine
