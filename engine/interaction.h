// The user's part (rule R-UI3): when the one notice appears, shrinks and is given up.
// The host shows it; nothing here reads a clock.
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

}  // namespace ae::engine
