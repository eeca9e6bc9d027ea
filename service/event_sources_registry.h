// The three sources under which the agent writes to the Windows event log: AeClient,
// AeClient-AutoEnrollment and AeClient-CertEnroll, each with the program that holds their texts.
// For the installer; needs an administrator.  Any thread.  Errors: kAccessDenied; the registry's.
#pragma once

#include "engine/base/result.h"

#include <string>

namespace ae::service {

// `program`: full path of aeclient.exe.  Again: the same, with the new path.
Done register_event_sources(const std::string& program);
// Removes what register_event_sources() made and nothing else: a source of one of our names whose
// texts are in another program than an aeclient.exe stays.  Missing: success.
Done unregister_event_sources();

}  // namespace ae::service
