// Does a certificate chain to the replicated Root store?  (engine/ports.h ChainChecker)
//
// Trust is what <trust_path>/root holds and nothing else: never the distribution's bundle, which
// would make every public authority able to speak for the domain.  <trust_path>/intermediate and
// `extra` only help to build the chain; no certificate of `extra` is ever trusted by itself (I13).
// One finding is reported, by this rank: malformed, untrusted, expired.  A certificate that becomes
// valid within 10 minutes counts as valid (rules Q10, I10: clocks differ), later ones as expired.
// Deviations: revocation is not checked yet, so the answer is never `revoked`; any purpose is
// taken, because rules look at the usages themselves; Microsoft's application-policy and template
// extensions may be critical, as on Windows.
// The folders are looked at on each call, so a Root store that was replaced a moment ago counts.
// Root stores of other owners than root or this account are not used (everything is untrusted
// then). Blocks on the disk for the first call and after a change.  One thread at a time.
#pragma once

#include "engine/ports.h"

#include <memory>
#include <string>

namespace ae::stores {

// `trust_path`: the context that the replica was written to, StoreContext::path() of the machine
// also for a user, who inherits the machine's trust.
std::unique_ptr<engine::ChainChecker> make_chain_checker(std::string trust_path);

// "<root>/machine"
std::string machine_trust_path(const std::string& root);

}  // namespace ae::stores
