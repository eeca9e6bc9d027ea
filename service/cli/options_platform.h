// The options that only one platform has: where files are and how a context says who it is.
#pragma once

#include "service/cli/options.h"

#include <string>
#include <vector>

#include <CLI/CLI.hpp>

namespace ae::service {

// Linux: --state-dir, --policy-dir.  Windows: the known folders and the registry, so none.
void add_places(CLI::App& command, Sources& sources);
// Linux: --keytab, --ccache.  Windows: none, it is the logon session's.
void add_identity(CLI::App& command, Sources& sources);
// Windows: --as-member, for the commands that may be told.
void add_as_member(CLI::App& command, Sources& sources);

}  // namespace ae::service
