// How one call travels to a CA.  Three ways do: ICertRequestD and ICertRequestD2 ([MS-WCCE] 2.1)
// over our own DCE/RPC (dcom/, rpc/) on both platforms, or over the system's COM, the usual way on
// Windows; and ICertPassage ([MS-ICPR]), which has nothing but the request.  What an answer means
// is the same code for all (wcce/cert_request.h, ca_client.cpp).
//
// A transport keeps what it opened to a CA until disconnect(), an error, or four minutes, and opens
// it anew by itself.  A call that changes nothing is repeated once where that may help; a request
// never.  It never chooses another CA.
// Blocks until the answer, an error, the deadline or CaClientOptions::stop; one thread at a time.
#pragma once

#include "ca-client/ca_client.h"
#include "ca-client/wcce/ca_property.h"
#include "ca-client/wcce/cert_request.h"

#include <chrono>
#include <memory>
#include <optional>

namespace ae::ca {

// A way to a CA that was tried in vain, and another one goes there.
struct WayRound {
    Error why;  // of the way that is none
    std::chrono::milliseconds took{};
};

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
    // `call.causality` is the transport's own to set.
    virtual Asked ask(const engine::CaRef& ca, CertificateRequest call,
                      std::chrono::milliseconds timeout) = 0;
    // Gets hold of the way to the CA, as the next call would; asks the CA itself nothing.
    virtual Done reach(const engine::CaRef& /*ca*/) { return done(); }  // nothing is held
    // Whether the CA answers at all ([MS-WCCE] 3.2.1.4.3.4 Ping2, else 3.2.1.4.2.3 Ping).
    virtual Done ping(const engine::CaRef& ca) = 0;
    // The raw value.  Over ICertRequestD by GetCACert where that has the same ([MS-WCCE]
    // 3.2.1.4.2.2).  kNotSupported: this interface does not have it.  The CA's own code otherwise.
    virtual Result<Bytes> property(const engine::CaRef& ca, const PropertyQuery& query) = 0;
    // GetCAPropertyInfo ([MS-WCCE] 3.2.1.4.3.3), for decode_property_list().
    virtual Result<PropertyInfo> property_info(const engine::CaRef& ca) = 0;
    // Of the latest call, when it ended with kServerUnavailable: the host itself was there, only
    // what it had named on it was not, and nothing was asked.  False also where nobody can tell.
    [[nodiscard]] virtual bool host_answered() const { return false; }
    // How that CA was reached at last, when not by the way that comes first.
    [[nodiscard]] virtual std::optional<WayRound> way_round(const engine::CaRef& /*ca*/) const {
        return std::nullopt;
    }
    // Gives back and closes what was opened, to every CA.  Never fails; says so in the log.
    virtual void disconnect() = 0;
};

std::unique_ptr<CertRequestTransport> make_dcom_transport(const CaClientOptions& options);
std::unique_ptr<CertRequestTransport> make_icpr_transport(const CaClientOptions& options);
std::unique_ptr<CertRequestTransport> make_com_transport(
    const CaClientOptions& options);  // Windows
// `first`, and for a CA where that finds no way in before anything was asked, `second` from then
// on. The log says why.  Kept per CA until disconnect().
std::unique_ptr<CertRequestTransport> make_fallback_transport(
    std::unique_ptr<CertRequestTransport> first, std::unique_ptr<CertRequestTransport> second,
    Log log);
// `first` with the fallback that the options name.
std::unique_ptr<CertRequestTransport> with_fallback(std::unique_ptr<CertRequestTransport> first,
                                                    const CaClientOptions& options);
// The one that the options name.  Error kNotSupported: COM where there is none.
Result<std::unique_ptr<CertRequestTransport>> make_transport(const CaClientOptions& options);

// create_ca_client() over a transport that the caller has made.
std::unique_ptr<engine::CaClient> create_ca_client(CaClientOptions options, engine::Crypto& crypto,
                                                   std::unique_ptr<CertRequestTransport> transport);

}  // namespace ae::ca
