// How a command that only looks asks certification authorities: as whom, and which way.
// Linux: fetches the context's tickets first, at the domain controller that is found, as a pulse
// does.  Blocks on that.  Errors: those of find_member() and read_agent_settings();
// ca_way_signed_in() also the locator's and the tickets'.
#pragma once

#include "ca-client/ca_client.h"
#include "engine/base/time.h"
#include "policy/agent_settings.h"
#include "service/cli/options.h"

namespace ae::service {

// The transport and the fallback that the settings ask for, and a log of the steps: of everybody
// who speaks with CAs.  Pure.
void choose_way(ca::CaClientOptions& options, const policy::AgentSettings& settings);

// `sources` are resolved() ones.  Enough where the directory was asked before in this process:
// the tickets are there then.
Result<ca::CaClientOptions> ca_way(const Sources& sources, Time now);
// With the tickets.
Result<ca::CaClientOptions> ca_way_signed_in(const Sources& sources, Time now);

}  // namespace ae::service
