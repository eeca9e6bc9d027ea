#pragma once

#include <stop_token>

namespace ae::service {

// SIGTERM and SIGINT ask `stop` once and do not end the process; a second one does.  Called before
// the process has other threads.
void stop_on_signals(std::stop_source stop);

}  // namespace ae::service
