// What the commands that only look decide from: this machine as it stands, or a capture of one.
// Blocks on network and disk; nothing is changed.  Errors: those of observe() and read_capture().
#pragma once

#include "service/cli/options.h"
#include "service/compose.h"
#include "service/preview.h"

#include <string>

namespace ae::service {

// `from`: a capture or scenario folder; empty: this machine, with the last good replica when no
// domain controller answers (Preview::offline).
Result<Preview> look(const Sources& sources, const std::string& from,
                     AskSession session = AskSession::no);

// The log of such a command: steps with -v, else nothing.
void open_quiet_log(const Sources& sources);

}  // namespace ae::service
