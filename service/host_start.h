// From `aeclient service run` to the host (host/host.h).
//
// On Linux the host is a program of its own, aeclientd, beside aeclient: it must stay small for
// weeks, and the libraries that a pulse needs would make it three times as large.  Runs are
// processes of aeclient.  On Windows it is this same program (service_run_win32.cpp).
#pragma once

#include "service/cli/options.h"
#include "service/host/host.h"

#include <cstdint>
#include <string>
#include <vector>

namespace ae::service {

// Linux.  Becomes aeclientd, with the same arguments; returns only when that fails.
// kFileNotFound: it is not installed.
Error become_service(char* const* argv);

// What the host serves.  `sources` are resolved.  The worker's program is the aeclient that stands
// beside it now, also when a package replaces the file later: host and worker are one build.
// Windows: the program that runs; nobody can replace it as long as it does.
// kAccessDenied: the machine's service is not run by root, or by an administrator.
// kNotSupported: --as-member, which is for a single run.
Result<HostOptions> host_options(const Sources& sources);

// What of them the platform says: the rest is the same everywhere.
struct HostSelf {
    std::string worker_program{};
    std::string identity{};
    std::uint32_t process = 0;
    std::vector<std::string> worker_places{};  // options of options_platform.h, for each run
};
HostOptions host_options_of(const Sources& sources, HostSelf self);

}  // namespace ae::service
