#include "engine/triggers.h"

namespace ae::engine {

std::string_view to_string(Trigger trigger) {
    switch (trigger) {
        case Trigger::start:
            return "start";
        case Trigger::timer:
            return "timer";
        case Trigger::policy_refresh:
            return "policy refresh";
        case Trigger::manual:
            return "manual";
        case Trigger::task_edited:
            return "edited task";
        case Trigger::unlock:
            return "unlock";
        case Trigger::connectivity:
            break;
    }
    return "connectivity";
}

// A last run in the future means that the clock was set back: then the timer is due, rather than
// never.
Time next_timer(std::optional<Time> last_end, Time now) {
    if (!last_end || *last_end > now) {
        return now;
    }
    return *last_end + kTimerPeriod;
}

Answer on_trigger(Trigger trigger, bool changed, const RunState& state, Time now) {
    switch (trigger) {
        case Trigger::task_edited:
        case Trigger::unlock:
        case Trigger::connectivity:
            return Answer::ignore;
        case Trigger::policy_refresh:
            if (!changed) {
                return Answer::ignore;
            }
            break;
        case Trigger::timer:
            if (!state.running && now < next_timer(state.last_end, now)) {
                return Answer::ignore;
            }
            break;
        case Trigger::start:
        case Trigger::manual:
            break;
    }
    return state.running ? Answer::merge : Answer::run;
}

}  // namespace ae::engine
