// How a command that only looks asks certification authorities: as whom, and which way.
// Linux: fetches the context's tickets first, at the domain controller that is found, as a pulse
// does.  Blocks on that.  Errors: those of find_member() and read_agent_settings();
// ca_way_signed_in() also the locator's and the tickets'.
#pragma once

#include "ca-client/ca_client.h"
#include "engine/base/time.h"
#include "service/cli/options.h"

namespace ae::service {

// `sources` are resolved() ones.  Enough where the directory was asked before in this process:
// the tickets are there then.
Result<ca::CaClientOptions> ca_way(const Sources& sources, Time now);
// With the tickets.
Result<ca::CaClientOptions> ca_way_signed_in(const Sources& sources, Time now);

}  // namespace ae::service
