// Certification authorities behind DCOM: builds requests and sends them ([MS-WCCE] 3.1.1.4).
// Implements engine::CaClient; Linux: our own DCE/RPC over Kerberos.  On Windows the system's COM
// will do it, and this function does not exist there yet.
// Not for: choosing a CA, retrying, judging the certificate.
// Duty of the caller: tickets (or a ticket-granting ticket) in the credential cache.
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

struct CaClientOptions {
    std::string credential_cache{};  // "MEMORY:machine", "FILE:..."; empty: the default one
    std::string machine_fqdn{};      // "ws1.corp.example.test": told to the CA in the request
    Mechanism mechanism = Mechanism::spnego;
    Timeouts timeouts{};
    Log log{};  // developers' lines, never with content of requests
};

// `crypto` must outlive the client.
std::unique_ptr<engine::CaClient> create_ca_client(CaClientOptions options, engine::Crypto& crypto);

}  // namespace ae::ca
