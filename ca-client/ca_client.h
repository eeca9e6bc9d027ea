// Certification authorities: builds requests and sends them ([MS-WCCE] 3.1.1.4, [MS-ICPR]).
// Implements engine::CaClient over a transport: the system's COM (Windows, the usual one there),
// our own DCE/RPC over Kerberos (both platforms), or ICertPassage over that, which also stands in
// where a CA's DCOM lets nobody in. Not for: choosing a CA, retrying, judging the certificate. Duty
// of the caller: tickets (or a ticket-granting ticket) in the credential cache; on Windows the
// logon session of the process has them.
// build(): request_builder.h says which form a request has.
// Errors of submit() and retrieve(), beyond ports.h: each names host and step.  An expired ticket,
// an unknown host principal, a refused activation keep their own codes, since nothing was requested
// then.  retrieve() never says kCallFailed: a connection that was lost is kServerUnavailable, an
// answer that cannot be read kInvalidData.
#pragma once

#include "ca-client/dcom/remote_object.h"
#include "engine/ports.h"

#include <memory>
#include <stop_token>
#include <string>

namespace ae::ca {

enum class Transport { com, dcom, icpr };
Transport default_transport();
// Whether ICertPassage is tried at a CA where the transport finds no way in.
enum class Fallback { none, icpr };

struct CaClientOptions {
    Transport transport = default_transport();
    Fallback fallback = Fallback::icpr;
    std::string credential_cache{};  // "MEMORY:machine", "FILE:..."; empty: the default one (Linux)
    std::string machine_fqdn{};      // "ws1.corp.example.test": told to the CA in the request
    Mechanism mechanism = Mechanism::spnego;
    Timeouts timeouts{};
    Log log{};     // developers' lines, never with content of requests
    Log notice{};  // administrators' lines: by which other way than the usual one a CA is asked
    std::stop_token stop{};  // ends whatever waits, as kOperationAborted
};

// `crypto` must outlive the client.
std::unique_ptr<engine::CaClient> create_ca_client(CaClientOptions options, engine::Crypto& crypto);

// Activates the CA's object and asks it for a sign of life ([MS-WCCE] 3.2.1.4.3.4); requests
// nothing.  Errors as of retrieve().
Done ping_ca(const CaClientOptions& options, const engine::CaRef& ca);

}  // namespace ae::ca
