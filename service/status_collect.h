// How one context stands, from its files: policy, run.json, MY, REQUEST and memory.json.  No
// network, no lock, nothing is changed.
//
// What cannot be read is named in the status itself (policy_problem, record_problem, warnings), so
// that the rest still shows.  Not for: the host's own state, which the caller asks for and puts in
// (ContextStatus::host).  Blocks on the disk; any thread.
#pragma once

#include "service/status.h"

#include <string>

namespace ae::service {

struct StatusSources {
    std::string state_dir{};   // "/var/lib/aeclient"
    std::string policy_dir{};  // "/etc/aeclient/policy.d"
};
ContextStatus collect_status(engine::Scope scope, const StatusSources& sources, Time now);

}  // namespace ae::service
