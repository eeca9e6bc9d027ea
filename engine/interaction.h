// The user's part (rules R-UI3): when the one notice is shown.  Pure, any thread.
#pragma once

#include "engine/base/time.h"

namespace ae::engine {

inline constexpr std::chrono::seconds kNoticeDelay{60};  // after logon
inline constexpr std::chrono::seconds kBalloonTime{15};  // then it shrinks to an icon
inline constexpr std::chrono::hours kNoticeLife{7};      // then it is given up

// AEExpress takes the delay away.
enum class NoticePace { usual, express };
constexpr Seconds notice_delay(NoticePace pace) {
    return pace == NoticePace::express ? Seconds::zero() : Seconds(kNoticeDelay);
}

enum class Notice { not_yet, balloon, icon, given_up };
constexpr Notice notice_at(Time logon, Time now, NoticePace pace = NoticePace::usual) {
    const Seconds since = now - logon - notice_delay(pace);
    if (since < Seconds::zero()) {
        return Notice::not_yet;
    }
    if (since < kBalloonTime) {
        return Notice::balloon;
    }
    return since < kNoticeLife ? Notice::icon : Notice::given_up;
}

}  // namespace ae::engine
