#include "engine/base/hresult_table.h"
#include "engine/base/text.h"
#include "engine/base/unique_handle.h"
#include "policy/dns_srv.h"

#include <array>
#include <memory>
#include <utility>

#include <arpa/inet.h>
#include <arpa/nameser.h>
#include <netdb.h>
#include <netinet/in.h>
#include <resolv.h>
#include <sys/socket.h>

namespace ae::policy {
namespace {

// The resolver's state; res_nclose takes what res_ninit filled in.
class Resolver {
  public:
    Resolver() : ready_(::res_ninit(&state_) == 0) {
        if (ready_) {
            state_.retrans = 2;  // seconds per try, so that a dead DNS server costs 4 s, not 20
            state_.retry = 2;
        }
    }
    Resolver(const Resolver&) = delete;
    Resolver& operator=(const Resolver&) = delete;
    Resolver(Resolver&&) = delete;
    Resolver& operator=(Resolver&&) = delete;
    ~Resolver() {
        if (ready_) {
            ::res_nclose(&state_);
        }
    }
    [[nodiscard]] bool ready() const { return ready_; }
    int query(const std::string& name, int type, std::span<unsigned char> answer) {
        return ::res_nquery(&state_, name.c_str(), ns_c_in, type, answer.data(),
                            static_cast<int>(answer.size()));
    }
    [[nodiscard]] int error() const { return state_.res_h_errno; }

  private:
    struct __res_state state_ {};
    bool ready_;
};

struct AddrinfoTraits {
    using value_type = addrinfo*;
    static value_type none() noexcept { return nullptr; }
    static void close(value_type list) noexcept { ::freeaddrinfo(list); }
};
using UniqueAddrinfo = UniqueHandle<AddrinfoTraits>;

std::string numeric(int family, const void* address) {
    std::array<char, INET6_ADDRSTRLEN> text{};
    return ::inet_ntop(family, address, text.data(), text.size()) == nullptr ? std::string{}
                                                                             : text.data();
}

tl::unexpected<Error> no_record(const std::string& record, const std::string& why) {
    return fail(kNoSuchDomain, why + " \"" + record + "\"",
                "Check that /etc/resolv.conf names a DNS server of the domain.");
}

void add_srv(const ns_msg& message, const ns_rr& rr, SrvAnswer& answer) {
    constexpr int fixed_part = 6;
    if (ns_rr_rdlen(rr) <= fixed_part) {
        return;
    }
    const auto* data = ns_rr_rdata(rr);
    std::array<char, NS_MAXDNAME> target{};
    if (::dn_expand(ns_msg_base(message), ns_msg_end(message), data + fixed_part, target.data(),
                    static_cast<int>(target.size())) < 0) {
        return;
    }
    const auto u16 = [&](int at) {
        return static_cast<std::uint16_t>(data[at] << 8 | data[at + 1]);
    };
    // RFC 2782: the target "." says that the service is not there.
    if (target[0] != '\0' && target[0] != '.') {
        answer.records.push_back({u16(0), u16(2), u16(4), target.data()});
    }
}

void add_address(const ns_rr& rr, SrvAnswer& answer) {
    std::string text;
    if (ns_rr_type(rr) == ns_t_a && ns_rr_rdlen(rr) == sizeof(in_addr)) {
        text = numeric(AF_INET, ns_rr_rdata(rr));
    } else if (ns_rr_type(rr) == ns_t_aaaa && ns_rr_rdlen(rr) == sizeof(in6_addr)) {
        text = numeric(AF_INET6, ns_rr_rdata(rr));
    }
    if (!text.empty()) {
        answer.addresses[to_lower(ns_rr_name(rr))].push_back(std::move(text));
    }
}

template <class Use>
void for_each_record(ns_msg& message, ns_sect section, const Use& use) {
    for (int i = 0; i < ns_msg_count(message, section); ++i) {
        ns_rr rr{};
        if (::ns_parserr(&message, section, i, &rr) != 0) {
            return;
        }
        use(rr);
    }
}

class SystemDns final : public DnsClient {
  public:
    Result<SrvAnswer> srv(const std::string& record) override;
    std::vector<std::string> addresses(const std::string& host) override;
};

Result<SrvAnswer> SystemDns::srv(const std::string& record) {
    Resolver resolver;
    if (!resolver.ready()) {
        return no_record(record, "the system's resolver cannot be set up to look up");
    }
    std::vector<unsigned char> octets(NS_MAXMSG);
    const int size = resolver.query(record, ns_t_srv, octets);
    if (size < 0) {
        if (resolver.error() == TRY_AGAIN) {
            return no_record(record, "no DNS server answered the query for");
        }
        if (resolver.error() == NO_RECOVERY) {
            return no_record(record, "the DNS server refused the query for");
        }
        return no_record(record, "DNS has no SRV record");
    }
    ns_msg message{};
    const int used = size < NS_MAXMSG ? size : NS_MAXMSG;
    if (::ns_initparse(octets.data(), used, &message) != 0) {
        return no_record(record, "DNS sent a malformed answer for");
    }
    SrvAnswer answer;
    for_each_record(message, ns_s_an, [&](const ns_rr& rr) {
        if (ns_rr_type(rr) == ns_t_srv) {
            add_srv(message, rr, answer);
        }
    });
    for_each_record(message, ns_s_ar, [&](const ns_rr& rr) { add_address(rr, answer); });
    if (answer.records.empty()) {
        return no_record(record, "DNS has no SRV record");
    }
    return answer;
}

std::vector<std::string> SystemDns::addresses(const std::string& host) {
    addrinfo hints{};
    hints.ai_family = AF_UNSPEC;
    hints.ai_socktype = SOCK_DGRAM;
    UniqueAddrinfo list;
    std::vector<std::string> found;
    if (::getaddrinfo(host.c_str(), nullptr, &hints, list.put()) != 0) {
        return found;
    }
    for (const auto* at = list.get(); at != nullptr; at = at->ai_next) {
        std::string text;
        if (at->ai_family == AF_INET) {
            text = numeric(AF_INET, &reinterpret_cast<const sockaddr_in*>(at->ai_addr)->sin_addr);
        } else if (at->ai_family == AF_INET6) {
            text =
                numeric(AF_INET6, &reinterpret_cast<const sockaddr_in6*>(at->ai_addr)->sin6_addr);
        }
        if (!text.empty()) {
            found.push_back(std::move(text));
        }
    }
    return found;
}

}  // namespace

std::unique_ptr<DnsClient> create_system_dns() { return std::make_unique<SystemDns>(); }

}  // namespace ae::policy
