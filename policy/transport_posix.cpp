#include "policy/transport.h"

#include <array>

namespace ae::policy {

std::span<const Transport> transports_here() {
    static constexpr std::array kHere{Transport::dcom, Transport::icpr};
    return kHere;
}

}  // namespace ae::policy
