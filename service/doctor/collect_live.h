// Gathers what the network and the key stage judge: the way to each CA in question, and with
// Examination::live a throw-away key of each provider that is wanted.
// Blocks: half a minute for all CAs and the limit of one more step, and as long as the devices take
// for keys.  What cannot be tried is missing.  One thread.
#pragma once

#include "service/cli/options.h"
#include "service/doctor/collect.h"

namespace ae::service {

// Both need the view.  `sources` are resolved() ones.
void look_at_cas(const Sources& sources, const Say& say, Examination& seen);
void look_at_keys(const Sources& sources, const Say& say, Examination& seen);

}  // namespace ae::service
