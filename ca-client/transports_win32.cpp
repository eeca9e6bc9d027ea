#include "ca-client/cert_request_transport.h"

namespace ae::ca {

Transport default_transport() { return Transport::com; }

Result<std::unique_ptr<CertRequestTransport>> make_transport(const CaClientOptions& options) {
    switch (options.transport) {
        case Transport::dcom:
            return with_fallback(make_dcom_transport(options), options);
        case Transport::icpr:
            return make_icpr_transport(options);
        case Transport::com:
            break;
    }
    return with_fallback(make_com_transport(options), options);
}

}  // namespace ae::ca
