// Our own way to ICertPassage, with what tests put in place of the network's fixed parts.
// Everything else is cert_request_transport.h.
#pragma once

#include "ca-client/transport_dcom.h"

namespace ae::ca {

std::unique_ptr<CertRequestTransport> make_icpr_transport(const CaClientOptions& options,
                                                          DcomWorld world);

}  // namespace ae::ca
