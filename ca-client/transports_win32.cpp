#include "ca-client/cert_request_transport.h"

namespace ae::ca {

Transport default_transport() { return Transport::com; }

Result<std::unique_ptr<CertRequestTransport>> make_transport(const CaClientOptions& options) {
    return options.transport == Transport::com ? make_com_transport(options)
                                               : make_rpc_transport(options);
}

}  // namespace ae::ca
