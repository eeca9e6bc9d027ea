// Reads everything that one pulse knows, and changes nothing: policy, account, replica, stores,
// chains, memory.  A pulse acts on the result; `plan` and `capture` only look at it.
//
// Each step needs the ones before it; the first that fails ends it.  Blocks.
#pragma once

#include "engine/errand.h"
#include "engine/ports.h"
#include "engine/triggers.h"
#include "engine/trust_update.h"

#include <map>
#include <stop_token>
#include <vector>

namespace ae::engine {

struct PulseOptions {
    Scope scope = Scope::machine;
    Time now{};
    Trigger trigger = Trigger::manual;  // why it runs, for the events
    std::uint64_t seed = 0;             // for the order of CAs; fresh per pulse in the product
    bool force = false;                 // an administrator's own wish (Snapshot::force)
    bool preview = false;               // reads the directory although AEPolicy forbids a pulse
    Errand errand{};                    // one thing by hand, instead of a whole pulse (rules M)
    Suggest suggest{};                  // what somebody who mistyped may have meant
    Abilities abilities{};              // `providers` is the key store's to say
    std::stop_token stop{};  // asked before each action: what has begun is finished first
};

struct Gathered {
    Snapshot world{};
    Replica replica{};  // its templates and services stand in `world`
    std::map<TrustStore, std::vector<Bytes>> trust_now{};
    std::vector<TrustUpdate> trust{};  // what the replica changes; none for a user (rule K1)
    Anchors anchors{};                 // trust as it stands after that
};

// Disabled by policy (rule A1): only the policy is read, and the rest is empty, but for a preview.
// On failure `into` holds what was read so far: the policy in any case that could read it.
Done gather(const Ports& ports, const PulseOptions& options, Gathered& into);

// The chains of what MY holds, after MY was read anew.
Done read_stores(const Ports& ports, Gathered& into);

}  // namespace ae::engine
