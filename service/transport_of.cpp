#include "service/transport_of.h"

namespace ae::service {
namespace {

ca::Transport same(policy::Transport transport) {
    switch (transport) {
        case policy::Transport::com:
            return ca::Transport::com;
        case policy::Transport::dcom:
            return ca::Transport::dcom;
        case policy::Transport::icpr:
            break;
    }
    return ca::Transport::icpr;
}

}  // namespace

TransportChoice transport_of(std::optional<policy::Transport> pinned) {
    return pinned ? TransportChoice{same(*pinned), ca::Fallback::none} : TransportChoice{};
}

TransportChoice transport_of(const Sources& sources) {
    const auto settings = policy::read_agent_settings(sources.scope, sources.policy_dir);
    return transport_of(settings ? settings->transport : std::nullopt);
}

}  // namespace ae::service
