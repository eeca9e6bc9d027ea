// What the selftest knows of the host by other means than the ports: the system's own log, and
// what a stand-in for Windows lacks.  Any thread.
#pragma once

#include "service/selftest/selftest.h"

namespace ae::service {

struct HostSide {
    std::function<Done(const std::string& words)> system_log{};  // SelftestParts::system_log
    std::vector<Gap> gaps{};
};
HostSide host_side(engine::Scope scope);

}  // namespace ae::service
