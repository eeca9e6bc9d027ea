// Our own way to ICertRequestD2 and ICertRequestD, with what tests put in place of the network's
// fixed parts.  Everything else is cert_request_transport.h.
#pragma once

#include "ca-client/cert_request_transport.h"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>

namespace ae::ca {

struct DcomWorld {
    std::uint16_t mapper_port = 135;
    SecurityFactory security = create_security_context;
    std::function<std::chrono::steady_clock::time_point()> now = std::chrono::steady_clock::now;
};
// The host of a CA, as the sessions of either interface reach it.
Peer peer_of(const engine::CaRef& ca, const CaClientOptions& options, const DcomWorld& world);

std::unique_ptr<CertRequestTransport> make_dcom_transport(const CaClientOptions& options,
                                                          DcomWorld world);

}  // namespace ae::ca
