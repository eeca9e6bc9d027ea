#include "service/selftest/host_side.h"

namespace ae::service {

// The journal belongs to the system: what was written cannot be read back by every account, and
// the event store is what `aeclient events` reads.
HostSide host_side(engine::Scope) { return {}; }

}  // namespace ae::service
