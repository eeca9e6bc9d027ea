#include "service/transport_of.h"

#include "policy/agent_settings.h"

namespace ae::service {

ca::Transport transport_of(const Sources& sources) {
    const auto settings = policy::read_agent_settings(sources.scope, sources.policy_dir);
    return settings.value_or(policy::AgentSettings{}).transport == policy::Transport::com
               ? ca::Transport::com
               : ca::Transport::rpc;
}

}  // namespace ae::service
