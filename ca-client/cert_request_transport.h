// How one call of ICertRequestD or ICertRequestD2 travels to a CA ([MS-WCCE] 2.1).  Two ways do:
// our own DCE/RPC (dcom/, rpc/) on both platforms, and on Windows the system's COM, the default
// there.  What an answer means is the same code for both (wcce/cert_request.h, ca_client.cpp).
// Never retries, never chooses another CA.  Blocks until the answer, an error or the deadline; one
// thread at a time.
#pragma once

#include "ca-client/ca_client.h"
#include "ca-client/wcce/cert_request.h"

#include <chrono>
#include <memory>

namespace ae::ca {

struct Asked {
    Result<CertificateAnswer> answer;
    // The object was gone before it could run anything: a fresh activation is safe and may help.
    bool stale = false;
    // W7: it went out, and nothing that was heard denies it.
    bool may_have_acted = false;
};

class CertRequestTransport {
  public:
    virtual ~CertRequestTransport() = default;
    // Activates, asks once and lets go.  `call.causality` is the transport's own to set.
    virtual Asked ask(const engine::CaRef& ca, CertificateRequest call,
                      std::chrono::milliseconds timeout) = 0;
    // Whether the CA answers at all ([MS-WCCE] 3.2.1.4.3.4 Ping2, else 3.2.1.4.2.3 Ping).
    virtual Done ping(const engine::CaRef& ca) = 0;
};

std::unique_ptr<CertRequestTransport> make_rpc_transport(const CaClientOptions& options);
std::unique_ptr<CertRequestTransport> make_com_transport(
    const CaClientOptions& options);  // Windows
// The one that the options name.  Error kNotSupported: COM where there is none.
Result<std::unique_ptr<CertRequestTransport>> make_transport(const CaClientOptions& options);

// create_ca_client() over a transport that the caller has made.
std::unique_ptr<engine::CaClient> create_ca_client(CaClientOptions options, engine::Crypto& crypto,
                                                   std::unique_ptr<CertRequestTransport> transport);

}  // namespace ae::ca
