// Does a certificate chain to the roots that the replica holds?  (engine/ports.h ChainChecker)
//
// Trust is `trust.roots` of each call and nothing else: never the distribution's bundle, which
// would make every public authority able to speak for the domain.  `trust.intermediates` and
// `extra` only help to build the chain; no certificate of them is ever trusted by itself (I13).
// Octets among them that are no certificate are passed over. One finding is reported, by this rank:
// malformed, untrusted, expired.  A certificate that becomes valid within 10 minutes counts as
// valid (rules Q10, I10: clocks differ), later ones as expired. Deviations: revocation is not
// checked yet, so the answer is never `revoked` and never carries a revocation_problem; any purpose
// is taken, because rules look at the usages themselves; Microsoft's application-policy and
// template extensions may be critical, as on Windows; roots of the administrator's own are not
// looked for yet. The anchors of the last call are kept parsed, and compared by content: thousands
// of calls with the same ones parse them once.  No disk, no clock.  One thread at a time.
#pragma once

#include "engine/ports.h"

#include <memory>

namespace ae::stores {

std::unique_ptr<engine::ChainChecker> make_chain_checker();

}  // namespace ae::stores
