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

}  // namespace ae::service
