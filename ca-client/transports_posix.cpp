#include "ca-client/cert_request_transport.h"
#include "engine/base/hresult_table.h"

namespace ae::ca {

Transport default_transport() { return Transport::rpc; }

Result<std::unique_ptr<CertRequestTransport>> make_transport(const CaClientOptions& options) {
    if (options.transport == Transport::com) {
        return fail(kNotSupported, "this system has no COM", "Use the transport rpc.");
    }
    return make_rpc_transport(options);
}

}  // namespace ae::ca
