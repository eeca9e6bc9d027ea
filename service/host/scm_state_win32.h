// This process as the service control manager sees it: which of its states we are in.  One for the
// process, because it serves one service.  The SCM front begins it; the host's supervisor and the
// front report through it.  Without a front every call does nothing.
// Any thread; never throws.  Source: [SetServiceStatus], [Service State Transitions].
#pragma once

#include "engine/base/result.h"
#include "engine/base/win32.h"

#include <chrono>

namespace ae::service {

// How long the SCM waits for the next report before it takes us for hung.
inline constexpr std::chrono::seconds kStartHint{30};
inline constexpr std::chrono::seconds kStopHint{10};
inline constexpr std::chrono::seconds kCheckpointPause{1};

void begin_scm_state(SERVICE_STATUS_HANDLE service);  // START_PENDING

void report_running();
void report_stop_pending();  // again: a further checkpoint
// The last call: the process may be ended at once.  An error's code becomes the exit code: its
// Win32 code, or as a service's own code the whole of it.
void report_stopped(const Done& how);

}  // namespace ae::service
