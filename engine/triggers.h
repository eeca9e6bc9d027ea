// When a pulse runs: rules T1-T11 as pure functions of what happened and of what is stored.
// The service host calls them; nothing here reads a clock.  Any thread.
#pragma once

#include "engine/base/time.h"

#include <optional>
#include <string_view>

namespace ae::engine {

enum class Trigger {
    start,           // the service started; a full interactive logon (T1)
    timer,           // T2
    policy_refresh,  // T3: counts only when something changed
    manual,          // T4
    task_edited,     // T5: Windows' own tasks have this; not carried over
    unlock,          // T6: never
    connectivity,    // T9: nothing by itself
};
std::string_view to_string(Trigger trigger);

inline constexpr std::chrono::hours kTimerPeriod{8};  // rule T2, from the end of the last run [P]

// Rules T2, T11: wall clock, so that suspend and restart count.  Nothing ran yet: due now.
Time next_timer(std::optional<Time> last_end, Time now);

// Of one context; machine and user know nothing of each other (T7).
struct RunState {
    bool running = false;    // also while it waits for the user (T8)
    bool follow_up = false;  // a trigger came during the run
    std::optional<Time> last_end{};
};

enum class Answer { run, merge, ignore };
// `changed`: for policy_refresh, whether the refresh changed anything; a forced one counts as a
// change.
Answer on_trigger(Trigger trigger, bool changed, const RunState& state, Time now);

}  // namespace ae::engine
