// Preloaded into a program of the lab: its clock is AE_CLOCK_SHIFT seconds ahead of the machine's.
// CLOCK_REALTIME has no namespace, and the machine's own clock is nobody's to change.
// Only the wall clock: what is measured (CLOCK_MONOTONIC) stays as it is.
#include <cstdlib>
#include <ctime>

#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

namespace {

time_t shift() {
    static const char* const text = std::getenv("AE_CLOCK_SHIFT");
    return text == nullptr ? 0 : std::atol(text);
}

int machines(clockid_t clock, timespec* at) {
    return static_cast<int>(::syscall(SYS_clock_gettime, clock, at));
}

}  // namespace

extern "C" {

int clock_gettime(clockid_t clock, timespec* at) noexcept {
    const int code = machines(clock, at);
    if (code == 0 && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)) {
        at->tv_sec += shift();
    }
    return code;
}

int gettimeofday(timeval* at, void* /*zone*/) noexcept {
    timespec now{};
    const int code = clock_gettime(CLOCK_REALTIME, &now);
    if (code == 0) {
        *at = {now.tv_sec, now.tv_nsec / 1000};
    }
    return code;
}

time_t time(time_t* at) noexcept {
    timespec now{};
    clock_gettime(CLOCK_REALTIME, &now);
    if (at != nullptr) {
        *at = now.tv_sec;
    }
    return now.tv_sec;
}

}  // extern "C"
