// What a pulse would do, and nothing of it done (`aeclient plan`).  Values; pure, any thread.
#pragma once

#include "engine/gather.h"
#include "engine/plan.h"
#include "service/capture/capture.h"
#include "service/replica_source.h"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace ae::service {

// No domain controller answered: the directory is what it was at an earlier time.
struct Offline {
    ReplicaSource source{};
    std::string problem{};  // why none answered
};

struct Preview {
    engine::Snapshot world{};
    std::vector<std::string> notes{};  // what the stores had to leave out
    engine::Replica replica{};         // its templates and services stand in `world`
    std::vector<engine::TrustUpdate> trust{};
    engine::Plan plan{};
    std::optional<Offline> offline{};
    // Who the tickets make us (engine/ticket_age.h), where somebody asked for it.
    std::optional<Result<std::vector<Sid>>> session{};
    // What the directory calls the SIDs of both; of some, where somebody asked for it.
    std::map<Sid, std::string> sid_names{};
};

Preview preview_of(engine::Gathered gathered);
// The same decisions again, wherever the capture was made.
Preview preview_of(const Captured& captured);

// `answers`: what the directory said while it was gathered.
Captured capture_of(engine::Gathered gathered, policy::DirectoryAnswers answers);

}  // namespace ae::service
