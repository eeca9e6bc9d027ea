// Finds a domain controller as Windows does ([MS-ADTS] 6.3.6): DNS SRV records of the domain, a
// netlogon ping to each, the client's own site out of the first answer, then the controllers of
// that site when the first one is not near.
//
// The answer is a hint: neither DNS nor the ping is authenticated.  The Kerberos bind that follows
// proves that the host is a controller of the domain.
// IPv4 and IPv6.  A controller that does not answer holds up nobody: the next one is asked a moment
// later, and each is given up after `answer_timeout`.
#pragma once

#include "engine/base/result.h"
#include "policy/dns_srv.h"

#include <chrono>
#include <cstdint>
#include <memory>
#include <set>
#include <string>

namespace ae::policy {

struct DomainController {
    std::string dns_name{};     // "dc1.corp.example.test"
    std::string address{};      // numeric, the one that answered
    std::uint16_t port = 389;   // as the SRV record says; UDP for the ping, TCP for LDAP
    std::string client_site{};  // empty: the directory knows no subnet for this host
    bool is_near = false;
};

class DcLocator {
  public:
    virtual ~DcLocator() = default;
    // Blocks for DNS and for `answer_timeout` after the last ping at most.  `avoid` holds the
    // lower-case names of controllers that this pulse has tried in vain.
    // Error: kNoSuchDomain, naming the first step that failed.
    virtual Result<DomainController> find(const std::string& domain,
                                          const std::set<std::string>& avoid) = 0;
};

struct LocatorOptions {
    std::chrono::milliseconds answer_timeout{5000};
    std::chrono::milliseconds stagger{100};        // between the pings of two controllers
    std::chrono::milliseconds repeat_after{1500};  // datagrams get lost: each ping goes out twice
    std::chrono::milliseconds site_timeout{2000};  // for a nearer controller, once one has answered
};

std::unique_ptr<DcLocator> create_dns_dc_locator(
    LocatorOptions options = {}, std::unique_ptr<DnsClient> dns = create_system_dns());

}  // namespace ae::policy
