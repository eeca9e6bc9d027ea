#include "engine/base/left_thread.h"
#include "service/stop_on_signals.h"

#include <csignal>
#include <thread>
#include <utility>

#include <unistd.h>

namespace ae::service {

// A thread of its own takes the signals: what a handler may do is too little, and the pulse blocks.
void stop_on_signals(std::stop_source stop) {
    sigset_t signals{};
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    if (::pthread_sigmask(SIG_BLOCK, &signals, nullptr) != 0) {
        return;
    }
    leave_running(std::thread([signals, stop = std::move(stop)]() mutable {
        int number = 0;
        if (::sigwait(&signals, &number) == 0) {
            stop.request_stop();
        }
        ::pthread_sigmask(SIG_UNBLOCK, &signals, nullptr);
        ::pause();  // a second one ends the process here
    }));
}

}  // namespace ae::service
