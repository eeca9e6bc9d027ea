// What the tests change of the COM transport.  The defaults are the product's, which changes none.
#pragma once

#include "ca-client/cert_request_transport.h"
#include "ca-client/com/blanket.h"

#include <chrono>
#include <cstddef>
#include <memory>

namespace ae::ca {

struct ComOptions {
    // CLSCTX_LOCAL_SERVER: a class of this machine, whatever host the CA has.
    DWORD place = CLSCTX_REMOTE_SERVER;
    // Every interface pointer goes through it before its first call; a failure ends the attempt.
    SetBlanket set_blanket = set_proxy_blanket;
    // What a cancelled call, or giving the object back, may still take.
    std::chrono::milliseconds grace = std::chrono::seconds(5);
    // So long without a call, and the object is given back before the next one.
    std::chrono::milliseconds idle = std::chrono::minutes(4);
    // So many threads may hang at one host; then it is asked no more.
    std::size_t most_hanging = 3;
};

std::unique_ptr<CertRequestTransport> make_com_transport(const CaClientOptions& options,
                                                         const ComOptions& com);

}  // namespace ae::ca
