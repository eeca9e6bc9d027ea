// Finds a domain controller of a domain, near this host if it can.
//   Linux: as Windows does (dc_locator_dns.h).
//   Windows: the system's own locator, DsGetDcName.
//
// The answer is a hint: neither DNS nor a ping is authenticated.  The bind that follows proves who
// the host is (ldap_connection.h).
#pragma once

#include "engine/base/result.h"

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
    // Blocks for DNS and for the pings.  `avoid` holds the lower-case names of controllers that
    // this pulse has tried in vain. Error: kNoSuchDomain, naming the first step that failed.
    virtual Result<DomainController> find(const std::string& domain,
                                          const std::set<std::string>& avoid) = 0;
};

std::unique_ptr<DcLocator> create_dc_locator();  // this platform's

// Always this one, as long as it is not to be avoided: for a host that was told (--as-member).
std::unique_ptr<DcLocator> create_fixed_dc_locator(DomainController controller);

}  // namespace ae::policy
