// Where the files of a context are, and where its host listens.  Any thread.
#pragma once

#include "service/cli/options.h"
#include "service/control/control_address.h"

namespace ae::service {

// Defaults that depend on the context filled in.  kFileNotFound: HOME names no folder.
Result<Sources> resolved(Sources sources);

// `sources` are resolved.
ControlAddress control_address(const Sources& sources);

}  // namespace ae::service
