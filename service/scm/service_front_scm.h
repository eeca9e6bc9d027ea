// Windows' front: the service control manager (SCM) starts this process and talks to it.  It knows
// no rule and no host: what it is told goes to the functions that it was given.
// Windows only.  Source: [StartServiceCtrlDispatcher], [HandlerEx], [ServiceMain].
#pragma once

#include "engine/base/result.h"

#include <cstdint>
#include <functional>
#include <string>

namespace ae::service {

struct ServiceFront {
    std::string name{};  // of the service; the SCM ignores it for a process of its own
    // On a thread of the SCM's, once.  It returns when the service has ended, and has said by then
    // that it runs and that it stops (host/scm_state_win32.h).
    std::function<Done()> run{};
    // The rest on the SCM's handler thread, at any time during run(): they must only pass it on.
    std::function<void()> stop{};           // asked for, or the machine goes down
    std::function<void()> clock_changed{};  // it was set, or the machine slept
    std::function<void(std::uint32_t event, std::uint32_t session)> session_changed{};
};

enum class Starter { scm, hand };

// Blocks until the service has ended.  Starter::hand: the SCM did not start this process, nothing
// was called.  Once in a process, within 30 s of its start.  Error: what run() said, which the SCM
// was told too; or the SCM cannot be talked to.
Result<Starter> run_under_scm(const ServiceFront& front);

}  // namespace ae::service
