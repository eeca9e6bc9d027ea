// Finds a domain controller as Windows does ([MS-ADTS] 6.3.6): DNS SRV records of the domain, a
// netlogon ping to each, the client's own site out of the first answer, then the controllers of
// that site when the first one is not near.
//
// IPv4 and IPv6.  A controller that does not answer holds up nobody: the next one is asked a moment
// later, and each is given up after `answer_timeout`; so find() blocks for DNS and for
// `answer_timeout` after the last ping at most.  Linux.
#pragma once

#include "policy/dc_locator.h"
#include "policy/dns_srv.h"

#include <chrono>
#include <memory>

namespace ae::policy {

struct LocatorOptions {
    std::chrono::milliseconds answer_timeout{5000};
    std::chrono::milliseconds stagger{100};        // between the pings of two controllers
    std::chrono::milliseconds repeat_after{1500};  // datagrams get lost: each ping goes out twice
    std::chrono::milliseconds site_timeout{2000};  // for a nearer controller, once one has answered
};

std::unique_ptr<DcLocator> create_dns_dc_locator(
    LocatorOptions options = {}, std::unique_ptr<DnsClient> dns = create_system_dns());

}  // namespace ae::policy
