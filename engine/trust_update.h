// What the replica does to one trust store (rules K2-K5): a pure decision; pulse.cpp applies it.
// Pure, any thread.
#pragma once

#include "engine/snapshot.h"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace ae::engine {

inline constexpr std::chrono::hours kSecondRead{8};  // rule K3 [P]

struct TrustUpdate {
    TrustStore store{};
    std::vector<Bytes> result{};  // what the store holds afterwards; what it holds now if unchanged
    std::size_t added = 0;
    std::size_t removed = 0;
    std::vector<std::string> notes{};  // sentences for people (K4)
    std::string problem{};             // why nothing was removed although the pulse should know
    std::optional<EmptyRead> waits{};  // an empty set, seen for the first time (K3)

    [[nodiscard]] bool changes() const { return added != 0 || removed != 0; }
};

TrustUpdate plan_trust(TrustStore store, const TrustSet& directory, std::vector<Bytes> current,
                       const Memory& memory, Time now, bool force);

// The three stores of a machine.
std::vector<TrustUpdate> plan_trust_stores(const Replica& replica,
                                           const std::map<TrustStore, std::vector<Bytes>>& current,
                                           const Memory& memory, Time now, bool force);

// What the memory has to know of it from now on (rule K3).
void note_empty_read(const TrustUpdate& update, Memory& memory);

}  // namespace ae::engine
