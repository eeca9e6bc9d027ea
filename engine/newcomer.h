// Has somebody else enrolled it meanwhile?  Windows' own client works in the same stores (rule J4,
// ours): right before a request MY is read again, and a certificate that came into it since the
// pulse began ends the need for a second one.
// Not for: templates that carry names over, where each subject is a lineage of its own (Q15).
// Pure, any thread.
#pragma once

#include "engine/snapshot.h"

#include <set>
#include <string>
#include <vector>

namespace ae::engine {

// The first valid certificate of `wanted` in `my_now` that was not in `world.my` and is not one of
// `own`, the thumbprints of what this pulse installed.  nullptr: there is none.
const HeldCertificate* newcomer(const Template& wanted, const Snapshot& world,
                                const std::vector<HeldCertificate>& my_now,
                                const std::set<std::string>& own);

}  // namespace ae::engine
