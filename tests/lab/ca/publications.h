// What the lab CA publishes over HTTP: its list, its root's list, both certificates, and the
// answers of its OCSP responder, which signs with the CA's own key (RFC 6960 2.2).
//
// Threads: call from one thread at a time; reads only what Enrollment shares.  Errors: exceptions.
#pragma once

#include "tests/lab/ca/enrollment.h"
#include "tests/lab/ca/web_server.h"

namespace ae::labca {

// Paths: those in the CA's certificates, below /CertEnroll/, and /ocsp for POST.
std::optional<WebContent> publication(const Enrollment& enrollment, const WebRequest& request);

// An OCSPResponse for an OCSPRequest.  A serial number that the CA never issued is "unknown", a
// request that cannot be read "malformedRequest".
Bytes answer_ocsp(const Enrollment& enrollment, View request);

}  // namespace ae::labca
