// Tells the system that a certificate was replaced, for what follows renewals by themselves (IIS'
// rebinding, tasks bound to lifecycle event 1001).
// Windows: the Switch-Certificate cmdlet with -NotifyOnly, because no documented function raises
// that event.  Linux: nobody to tell.  Blocks for the cmdlet's time; one thread.
#pragma once

#include "service/hooks/hook_document.h"
#include "service/system_log.h"

#include <stop_token>
#include <string>
#include <vector>

namespace ae::service {

// What PowerShell is to run for a renewal.  Pure, portable.  Empty: the document is of none.
std::string notify_script(const HookDocument& document);

// One remark for each renewal that the system could not be told of.
std::vector<Remark> tell_system(const std::vector<HookDocument>& news, std::stop_token stop);

}  // namespace ae::service
