// What is said of a worker that ended without a word of its own.  Pure, any thread.
#pragma once

#include "engine/base/result.h"
#include "service/host/worker.h"

#include <string>

namespace ae::service {

Error crash_error(const WorkerEnd& how);
Error stopping_error();  // the service ends, and with it what it began

}  // namespace ae::service
