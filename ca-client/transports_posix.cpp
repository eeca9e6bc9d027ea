#include "ca-client/cert_request_transport.h"
#include "engine/base/hresult_table.h"

namespace ae::ca {

Transport default_transport() { return Transport::dcom; }

Result<std::unique_ptr<CertRequestTransport>> make_transport(const CaClientOptions& options) {
    switch (options.transport) {
        case Transport::com:
            break;
        case Transport::dcom:
            return with_fallback(make_dcom_transport(options), options);
        case Transport::icpr:
            return make_icpr_transport(options);
    }
    return fail(kNotSupported, "this system has no COM", "Use the transport dcom.");
}

}  // namespace ae::ca
