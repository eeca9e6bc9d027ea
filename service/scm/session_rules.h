// Which events of a logon session start or end that user's host, and how often one that fails is
// started again.  Pure, portable, any thread.
// Rules T1, T6: a full interactive logon starts one (a remote one too); reconnecting and unlocking
// never do.  Source of the numbers: [WTSSESSION_NOTIFICATION], [WM_WTSSESSION_CHANGE].
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

namespace ae::service {

enum class SessionStep { nothing, start_host, end_host };

inline constexpr std::uint32_t kSessionLogon = 0x5;   // WTS_SESSION_LOGON
inline constexpr std::uint32_t kSessionLogoff = 0x6;  // WTS_SESSION_LOGOFF
inline constexpr std::uint32_t kSessionEnded = 0xB;   // WTS_SESSION_TERMINATE
inline constexpr std::uint32_t kServicesSession = 0;  // nobody logs on there

constexpr SessionStep step_on(std::uint32_t event, std::uint32_t session) {
    if (session == kServicesSession) {
        return SessionStep::nothing;
    }
    switch (event) {
        case kSessionLogon:
            return SessionStep::start_host;
        case kSessionLogoff:
        case kSessionEnded:
            return SessionStep::end_host;
        default:  // console and remote (dis)connect, lock, unlock, remote control, create
            return SessionStep::nothing;
    }
}

// How a user's host ended that nobody told to.
struct HostEnd {
    std::uint32_t code = 0;        // exit code
    std::chrono::seconds lived{};  // since it was started
    unsigned ends_before = 0;      // in this logon, without a longer life in between
};

// Who lived that long was well; what ended it is a new trouble.
inline constexpr std::chrono::hours kWasWell{1};
inline constexpr unsigned kMostRestarts = 3;
inline constexpr std::chrono::minutes kFirstRestartPause{1};

constexpr bool counts_as_first(const HostEnd& end) {
    return end.ends_before == 0 || end.lived >= kWasWell;
}

// 1, 4 and 16 minutes, then no more until the next logon.  Code 0: it was told to end by somebody
// in its session, and stays away.
constexpr std::optional<std::chrono::seconds> pause_before_restart(const HostEnd& end) {
    const unsigned before = counts_as_first(end) ? 0 : end.ends_before;
    if (end.code == 0 || before >= kMostRestarts) {
        return std::nullopt;
    }
    return kFirstRestartPause * (1U << (2 * before));
}

}  // namespace ae::service
