// Whether this machine reaches a certification authority, step by step and timed: name resolution,
// TCP 135, activation, Ping2, property 6 ([MS-WCCE] 3.2.1.4.3), over the way that requests take.
// Requests nothing, changes nothing.  `aeclient ca-ping`, `cas` and `doctor` ask here.
// Not for: judging what a failure means (doctor/network_findings.cpp).
// Blocks, each step within its limit; any thread.  No error of its own: the steps tell.
// The tickets must be there already (ca_access.h).
#pragma once

#include "ca-client/cert_request_transport.h"
#include "service/probed_ca.h"

namespace ae::service {

// network: without a word to the CA, and without its account's tickets.
enum class ProbeDepth { network, whole };

struct ProbeOptions {
    ProbeDepth depth = ProbeDepth::whole;
    std::chrono::milliseconds step_limit = std::chrono::seconds(5);   // of each of the first two
    std::chrono::milliseconds call_limit = std::chrono::seconds(15);  // of each of the others
    // Nothing begins after that; a step that runs then ends with its own limit.
    std::chrono::steady_clock::time_point last = std::chrono::steady_clock::time_point::max();
    // What else the directory calls it, tried where the CA does not know its name (NET6).
    std::vector<std::string> other_names{};
    std::uint16_t mapper_port = 135;
};

CaProbe probe_ca(const engine::CaRef& ca, const ca::CaClientOptions& way,
                 const ProbeOptions& options);
// Over a transport of the caller's, who may ask on through it.
CaProbe probe_ca(const engine::CaRef& ca, const ca::CaClientOptions& way,
                 const ProbeOptions& options, ca::CertRequestTransport& transport);

// The same way with the limits of a probe.
ca::CaClientOptions bounded_way(ca::CaClientOptions way, const ProbeOptions& options);

// What else an enrollment service may be called: cn, the sanitized forms ([MS-WCCE] 3.1.1.4.1.1).
// Without its own name, each once.
std::vector<std::string> other_names_of(const engine::EnrollmentService& service);

// Whether the directory, which has these, knows the CA by that name (CaProbe::typed).
void compare_with_directory(const std::vector<engine::EnrollmentService>& services, CaProbe& probe);

}  // namespace ae::service
