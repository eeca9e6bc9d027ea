// Which way requests take to a CA: the setting (agent_settings.h), or the platform's usual way when
// there is none.  Pure, any thread.
#pragma once

#include "ca-client/ca_client.h"
#include "policy/agent_settings.h"

#include <optional>

namespace ae::service {

struct TransportChoice {
    ca::Transport transport = ca::default_transport();
    ca::Fallback fallback = ca::Fallback::icpr;
    bool operator==(const TransportChoice&) const = default;
};

// A way that somebody chose is the only one.
TransportChoice transport_of(std::optional<policy::Transport> pinned);

}  // namespace ae::service
