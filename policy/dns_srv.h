// The two questions that finding a domain controller asks of DNS.  One thread at a time.
#pragma once

#include "engine/base/result.h"
#include "policy/srv_order.h"

#include <map>
#include <memory>
#include <string>
#include <vector>

namespace ae::policy {

struct SrvAnswer {
    std::vector<SrvRecord> records{};
    // Numeric addresses by lower-case host name; a host without an entry has to be looked up.
    std::map<std::string, std::vector<std::string>> addresses{};
};

class DnsClient {
  public:
    virtual ~DnsClient() = default;
    // Error: kNoSuchDomain with a sentence that names the record.
    virtual Result<SrvAnswer> srv(const std::string& record) = 0;
    // Numeric addresses of a host, IPv4 and IPv6 in order of preference; empty when it has none.
    virtual std::vector<std::string> addresses(const std::string& host) = 0;
};

// Asks the servers of /etc/resolv.conf.  A server that is silent costs four seconds.
std::unique_ptr<DnsClient> create_system_dns();

}  // namespace ae::policy
