// The replica of Public Key Services as `aeclient replica` shows it: how old it is, whose answer it
// was, how much it holds and whether that is whole.  Values; pure, any thread.
#pragma once

#include "engine/directory.h"
#include "engine/trust_update.h"
#include "service/replica_source.h"
#include "service/style.h"

#include <optional>
#include <string>
#include <vector>

namespace ae::service {

struct TrustSetView {
    std::string store{};  // "Root"
    std::size_t certificates = 0;
    std::size_t skipped = 0;  // values that are no certificates (rule K4)
    bool complete = false;
    std::string problem{};
    // Of a refresh: what it did to the store.
    std::optional<std::size_t> added{};
    std::optional<std::size_t> removed{};
};

struct ReplicaView {
    engine::Scope scope{};
    ReplicaSource source{};
    Time now{};
    bool refreshed = false;
    std::vector<std::string> templates{};  // by name
    std::vector<std::string> cas{};        // "host\name"
    std::vector<TrustSetView> trust{};
    std::vector<std::string> notes{};
};

// `updates`: of a refresh; empty otherwise, and for a user, who inherits the machine's trust.
ReplicaView view_replica(engine::Scope scope, const engine::Replica& replica, ReplicaSource source,
                         Time now, const std::vector<engine::TrustUpdate>& updates);

std::string replica_as_text(const ReplicaView& view, Style style);
std::string replica_as_json(const ReplicaView& view);

}  // namespace ae::service
