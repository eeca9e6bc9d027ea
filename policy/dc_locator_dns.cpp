#include "policy/dc_locator_dns.h"

#include "engine/base/hresult_table.h"
#include "engine/base/text.h"
#include "policy/netlogon_ping.h"
#include "policy/socket_posix.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <optional>
#include <random>
#include <system_error>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace ae::policy {
namespace {

using Clock = std::chrono::steady_clock;
using Milliseconds = std::chrono::milliseconds;

struct Target {
    std::string host{};
    std::uint16_t port = 0;
    std::vector<std::string> addresses{};  // empty: not looked up yet
};

// One datagram socket, connected, so that "port unreachable" comes back as an error.
struct Ping {
    std::string host{};
    std::string address{};
    std::uint16_t port = 0;
    UniqueFd socket{};
    std::int32_t id = 0;
    Clock::time_point sent{};
    bool repeated = false;
    std::string outcome{};  // empty: still waiting
    std::string remark{};   // what came meanwhile and was no answer
};

std::string listed(const std::vector<Ping>& pings) {
    std::vector<std::string> parts;
    for (const auto& ping : pings) {
        const auto where = ping.address.empty() ? ping.host : ping.host + " (" + ping.address + ")";
        parts.push_back(where + ' ' + ping.outcome + ping.remark);
    }
    return join(parts, ", ");
}

// One round of pings to the controllers of one SRV record set.
class Round {
  public:
    Round(const LocatorOptions& options, DnsClient& dns, const std::string& domain,
          std::mt19937_64& random)
        : options_(options), dns_(dns), domain_(domain), random_(random) {}

    std::optional<DomainController> run(std::vector<Target> targets, Milliseconds limit) {
        std::size_t next = 0;
        auto next_start = Clock::now();
        const auto round_end = next_start + limit;
        while (next < targets.size() || waiting()) {
            auto now = Clock::now();
            if (limit < options_.answer_timeout && now >= round_end) {
                return std::nullopt;
            }
            // The next controller is asked at once when nobody is left who could still answer.
            if (next < targets.size() && (now >= next_start || !waiting())) {
                start(targets[next++]);
                next_start = now + options_.stagger;
            }
            service_clocks(now, limit);
            if (auto found = wait_until(next < targets.size() ? next_start : now + kTick)) {
                return found;
            }
        }
        return std::nullopt;
    }
    [[nodiscard]] const std::vector<Ping>& pings() const { return pings_; }

  private:
    static constexpr Milliseconds kTick{50};

    [[nodiscard]] bool waiting() const {
        return std::any_of(pings_.begin(), pings_.end(),
                           [](const Ping& ping) { return ping.outcome.empty(); });
    }

    void start(Target& target) {
        if (target.addresses.empty()) {
            target.addresses = dns_.addresses(target.host);
        }
        if (target.addresses.empty()) {
            pings_.push_back({.host = target.host, .outcome = "has no address in DNS"});
        }
        for (const auto& address : target.addresses) {
            Ping ping{.host = target.host, .address = address, .port = target.port};
            // The number tells our answer from a stray or forged datagram.
            ping.id = static_cast<std::int32_t>(random_() & 0x7FFFFFFFU);
            auto socket = connect_socket(address, target.port, SOCK_DGRAM);
            if (socket) {
                ping.socket = std::move(*socket);
                send(ping);
            } else {
                ping.outcome = socket.error().context;
            }
            ping.sent = Clock::now();
            pings_.push_back(std::move(ping));
        }
    }

    void send(Ping& ping) const {
        const auto octets = encode_netlogon_ping(ping.id, domain_);
        if (::send(ping.socket.get(), octets.data(), octets.size(), MSG_NOSIGNAL) < 0) {
            ping.outcome = std::system_category().message(errno);
        }
    }

    void service_clocks(Clock::time_point now, Milliseconds limit) {
        for (auto& ping : pings_) {
            if (!ping.outcome.empty()) {
                continue;
            }
            if (now - ping.sent >= std::min(limit, options_.answer_timeout)) {
                ping.outcome = "timed out";
            } else if (!ping.repeated && now - ping.sent >= options_.repeat_after) {
                ping.repeated = true;
                send(ping);
            }
        }
    }

    std::optional<DomainController> wait_until(Clock::time_point end) {
        std::vector<pollfd> set;
        std::vector<Ping*> owners;
        for (auto& ping : pings_) {
            if (ping.outcome.empty()) {
                set.push_back({ping.socket.get(), POLLIN, 0});
                owners.push_back(&ping);
            }
        }
        if (set.empty()) {
            return std::nullopt;
        }
        const auto left = std::chrono::ceil<Milliseconds>(end - Clock::now());
        const int wait = static_cast<int>(std::max<Milliseconds::rep>(left.count(), 0));
        if (::poll(set.data(), set.size(), wait) <= 0) {
            return std::nullopt;
        }
        for (std::size_t i = 0; i < set.size(); ++i) {
            if (set[i].revents != 0) {
                if (auto found = receive(*owners[i])) {
                    return found;
                }
            }
        }
        return std::nullopt;
    }

    std::optional<DomainController> receive(Ping& ping) const {
        std::array<std::uint8_t, 4096> buffer{};
        const auto count = ::recv(ping.socket.get(), buffer.data(), buffer.size(), MSG_DONTWAIT);
        if (count < 0) {
            if (errno != EAGAIN && errno != EINTR) {
                ping.outcome = errno == ECONNREFUSED ? "refused the connection"
                                                     : std::system_category().message(errno);
            }
            return std::nullopt;
        }
        const auto reply = parse_netlogon_answer(
            ping.id, ByteView(buffer.data(), static_cast<std::size_t>(count)));
        if (!reply) {
            // Perhaps not from the controller at all: the right answer may still come.
            ping.remark = " (" + reply.error().context + ")";
        } else if (reply->paused) {
            ping.outcome = "is paused";
        } else if (!equal_ignoring_case(reply->domain, domain_)) {
            ping.outcome = "answers for domain " + printable(reply->domain);
        } else {
            // The name of the SRV record, not that of the answer: it is what Kerberos must prove.
            return DomainController{ping.host, ping.address, ping.port, reply->client_site,
                                    reply->is_near()};
        }
        return std::nullopt;
    }

    const LocatorOptions& options_;
    DnsClient& dns_;
    const std::string& domain_;
    std::mt19937_64& random_;
    std::vector<Ping> pings_;
};

class DnsDcLocator final : public DcLocator {
  public:
    DnsDcLocator(LocatorOptions options, std::unique_ptr<DnsClient> dns)
        : options_(options), dns_(std::move(dns)), random_(seed()) {}

    Result<DomainController> find(const std::string& domain,
                                  const std::set<std::string>& avoid) override {
        const auto record = "_ldap._tcp.dc._msdcs." + domain;
        auto answer = dns_->srv(record);
        if (!answer) {
            return pass(answer);
        }
        auto targets = in_order(std::move(*answer), avoid);
        if (targets.empty()) {
            return fail(kNoSuchDomain, "DNS names no further domain controller of " + domain);
        }
        Round round(options_, *dns_, domain, random_);
        auto found = round.run(std::move(targets), options_.answer_timeout);
        if (!found) {
            return fail(kNoSuchDomain,
                        "no domain controller answered the netlogon ping: " + listed(round.pings()),
                        "Check that UDP and TCP port 389 of a domain controller are reachable.");
        }
        if (!found->is_near && !found->client_site.empty()) {
            if (auto nearer = find_in_site(domain, found->client_site, avoid)) {
                return std::move(*nearer);
            }
        }
        return std::move(*found);
    }

  private:
    static std::mt19937_64 seed() {
        std::random_device device;
        return std::mt19937_64((std::uint64_t{device()} << 32U) | device());
    }

    std::vector<Target> in_order(SrvAnswer answer, const std::set<std::string>& avoid) {
        std::vector<Target> targets;
        for (auto& record : in_order_of_trial(std::move(answer.records), random_)) {
            const auto name = to_lower(record.target);
            if (!avoid.contains(name)) {
                targets.push_back({std::move(record.target), record.port, answer.addresses[name]});
            }
        }
        return targets;
    }

    // A site without controllers of its own is no error: the one that answered will do.
    std::optional<DomainController> find_in_site(const std::string& domain, const std::string& site,
                                                 const std::set<std::string>& avoid) {
        auto answer = dns_->srv("_ldap._tcp." + site + "._sites.dc._msdcs." + domain);
        if (!answer) {
            return std::nullopt;
        }
        Round round(options_, *dns_, domain, random_);
        return round.run(in_order(std::move(*answer), avoid), options_.site_timeout);
    }

    LocatorOptions options_;
    std::unique_ptr<DnsClient> dns_;
    std::mt19937_64 random_;
};

}  // namespace

std::unique_ptr<DcLocator> create_dc_locator() { return create_dns_dc_locator(); }

std::unique_ptr<DcLocator> create_dns_dc_locator(LocatorOptions options,
                                                 std::unique_ptr<DnsClient> dns) {
    return std::make_unique<DnsDcLocator>(options, std::move(dns));
}

}  // namespace ae::policy
