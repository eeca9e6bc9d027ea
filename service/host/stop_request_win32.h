// The wish that this process's host end, from wherever it comes: the SCM's handler, a console, the
// service that started a user's host.  One for the process, as signals are on Linux.
#pragma once

namespace ae::service {

// Any thread, at any time; never blocks for long, never throws.  The host's loop hears of it
// through watch_stop_signals(); a host that is only starting hears of it then.
void request_stop() noexcept;

}  // namespace ae::service
