// The user's part (rules R-UI3): when the one notice is shown.  Pure, any thread.
#pragma once

#include "engine/base/time.h"

namespace ae::engine {

inline constexpr std::chrono::seconds kNoticeDelay{60};  // after logon
inline constexpr std::chrono::seconds kBalloonTime{15};  // then it shrinks to an icon
inline constexpr std::chrono::hours kNoticeLife{7};      // then it is given up

enum class Notice { not_yet, balloon, icon, given_up };

constexpr Notice notice_at(Time logon, Time now) {
    const Seconds since = now - logon;
    if (since < kNoticeDelay) {
        return Notice::not_yet;
    }
    if (since < kNoticeDelay + kBalloonTime) {
        return Notice::balloon;
    }
    return since < kNoticeDelay + kNoticeLife ? Notice::icon : Notice::given_up;
}

}  // namespace ae::engine
