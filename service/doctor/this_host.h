// What doctor knows of this host by the platform's own ways.  Linux: this_host_posix.cpp; Windows:
// this_host_win32.cpp.  Reads only.  No errors: what cannot be found out is empty.  Any thread.
#pragma once

#include "service/cli/options.h"
#include "service/doctor/examination.h"

#include <string>
#include <vector>

namespace ae::service {

struct ProcessIdentity {
    std::string account{};         // "root", "CORP\\alice"
    bool service_account = false;  // one that never signs in: Windows' own
    // The session belongs to somebody else: sudo, su, runas (ENV5).
    bool not_session_owner = false;
};
ProcessIdentity process_identity();

// The questions to DNS that finding a controller begins with, each timed, up to the first that
// failed.  Windows: none; its locator asks by itself.  Blocks for some seconds.
std::vector<Attempt> ask_name_service(const std::string& domain);

// POL6, and whether Automatic Certificate Request Settings are there.
GroupPolicyFacts group_policy_here(const Sources& sources);

}  // namespace ae::service
