// Certification authorities behind DCOM: builds requests and sends them ([MS-WCCE] 3.1.1.4).
// Implements engine::CaClient over one of two transports: the system's COM (Windows, the default
// there) or our own DCE/RPC over Kerberos (both platforms).
// Not for: choosing a CA, retrying, judging the certificate.
// Duty of the caller: tickets (or a ticket-granting ticket) in the credential cache; on Windows the
// logon session of the process has them.
// build(): a renewal is signed by its predecessor; `authority` (rule E6) is kNotSupported.
// Errors of submit() and retrieve(), beyond ports.h: each names host and step.  An expired ticket,
// an unknown host principal, a refused activation keep their own codes, since nothing was requested
// then.  retrieve() never says kCallFailed: a connection that was lost is kServerUnavailable, an
// answer that cannot be read kInvalidData.
#pragma once

#include "ca-client/dcom/remote_object.h"
#include "engine/ports.h"

#include <memory>
#include <string>

namespace ae::ca {

enum class Transport { com, rpc };
Transport default_transport();

struct CaClientOptions {
    Transport transport = default_transport();
    std::string credential_cache{};  // "MEMORY:machine", "FILE:..."; empty: the default one (Linux)
    std::string machine_fqdn{};      // "ws1.corp.example.test": told to the CA in the request
    Mechanism mechanism = Mechanism::spnego;
    Timeouts timeouts{};
    Log log{};  // developers' lines, never with content of requests
};

// `crypto` must outlive the client.
std::unique_ptr<engine::CaClient> create_ca_client(CaClientOptions options, engine::Crypto& crypto);

// Activates the CA's object and asks it for a sign of life ([MS-WCCE] 3.2.1.4.3.4); requests
// nothing.  Errors as of retrieve().
Done ping_ca(const CaClientOptions& options, const engine::CaRef& ca);

}  // namespace ae::ca
