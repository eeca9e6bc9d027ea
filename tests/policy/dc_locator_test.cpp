// The locator against controllers that the test plays itself, on loopback.

#include "engine/base/der.h"
#include "engine/base/hresult_table.h"
#include "policy/dc_locator_dns.h"
#include "policy/unique_fd.h"
#include "tests/policy/netlogon_answer.h"

#include <array>
#include <atomic>
#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <thread>

#include <arpa/inet.h>
#include <catch2/catch.hpp>
#include <netinet/in.h>
#include <sys/socket.h>

namespace {

using namespace ae;
using namespace ae::policy;
using ae::test::NetlogonAnswer;
using ae::test::windows_datagram;
using std::chrono::milliseconds;

const std::string kDomain = "corp.example.test";

// The number of the ping, out of its datagram.
std::int32_t message_id(ByteView datagram) {
    der::Reader outer(datagram);
    auto message = outer.enter(der::Tag::sequence);
    const auto id = message->expect(der::Tag::integer);
    return static_cast<std::int32_t>(*der::read_integer(id->content));
}

// Answers pings on a port of its own; an empty answer is silence.
class Controller {
  public:
    using Answer = std::function<Bytes(std::int32_t id, int count)>;

    explicit Controller(Answer answer)
        : socket_(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)), answer_(std::move(answer)) {
        sockaddr_in here{};
        here.sin_family = AF_INET;
        here.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        REQUIRE(::bind(socket_.get(), reinterpret_cast<sockaddr*>(&here), sizeof here) == 0);
        socklen_t size = sizeof here;
        REQUIRE(::getsockname(socket_.get(), reinterpret_cast<sockaddr*>(&here), &size) == 0);
        port_ = ntohs(here.sin_port);
        thread_ = std::thread([this] { serve(); });
    }
    Controller(const Controller&) = delete;
    Controller& operator=(const Controller&) = delete;
    ~Controller() {
        ::shutdown(socket_.get(), SHUT_RDWR);  // wakes recvfrom, also on an unconnected socket
        thread_.join();
    }
    [[nodiscard]] std::uint16_t port() const { return port_; }
    [[nodiscard]] int pings() const { return pings_; }

  private:
    void serve() {
        std::array<std::uint8_t, 512> buffer{};
        for (;;) {
            sockaddr_in from{};
            socklen_t size = sizeof from;
            const auto count = ::recvfrom(socket_.get(), buffer.data(), buffer.size(), 0,
                                          reinterpret_cast<sockaddr*>(&from), &size);
            if (count <= 0) {
                return;
            }
            const int number = ++pings_;
            const auto id = message_id(ByteView(buffer.data(), static_cast<std::size_t>(count)));
            const auto out = answer_(id, number);
            if (!out.empty()) {
                ::sendto(socket_.get(), out.data(), out.size(), 0,
                         reinterpret_cast<sockaddr*>(&from), size);
            }
        }
    }

    UniqueFd socket_;
    Answer answer_;
    std::uint16_t port_ = 0;
    std::atomic<int> pings_ = 0;
    std::thread thread_;
};

Controller::Answer silence() {
    return [](std::int32_t, int) { return Bytes{}; };
}
Controller::Answer says(const NetlogonAnswer& answer) {
    return [octets = answer.encode()](std::int32_t id, int) {
        return windows_datagram(id, octets, true);
    };
}
const NetlogonAnswer kNear{.dc_site = "Lab-Site", .client_site = "Lab-Site"};
const NetlogonAnswer kFar{.dc_site = "Hub", .client_site = "Lab-Site"};

// A port on which nobody listens.
std::uint16_t closed_port() { return Controller(silence()).port(); }

class Zone final : public DnsClient {
  public:
    explicit Zone(std::map<std::string, std::vector<SrvRecord>> records)
        : records_(std::move(records)) {}
    Result<SrvAnswer> srv(const std::string& record) override {
        const auto found = records_.find(record);
        if (found == records_.end()) {
            return fail(kNoSuchDomain, "DNS has no SRV record \"" + record + "\"");
        }
        return SrvAnswer{found->second, {}};
    }
    std::vector<std::string> addresses(const std::string& host) override {
        if (host.starts_with("gone")) {
            return {};
        }
        return {"127.0.0.1"};
    }

  private:
    std::map<std::string, std::vector<SrvRecord>> records_;
};

const std::string kAll = "_ldap._tcp.dc._msdcs." + kDomain;
const std::string kSite = "_ldap._tcp.Lab-Site._sites.dc._msdcs." + kDomain;

constexpr LocatorOptions kQuick{.answer_timeout = milliseconds(300),
                                .stagger = milliseconds(10),
                                .repeat_after = milliseconds(100),
                                .site_timeout = milliseconds(200)};
constexpr LocatorOptions kPatient{.answer_timeout = milliseconds(60000),
                                  .stagger = milliseconds(10),
                                  .repeat_after = milliseconds(50),
                                  .site_timeout = milliseconds(200)};

Result<DomainController> find(const LocatorOptions& options,
                              std::map<std::string, std::vector<SrvRecord>> records,
                              const std::set<std::string>& avoid = {}) {
    return create_dns_dc_locator(options, std::make_unique<Zone>(std::move(records)))
        ->find(kDomain, avoid);
}
SrvRecord record(std::uint16_t priority, std::uint16_t port, const std::string& host) {
    return {priority, 100, port, host};
}

}  // namespace

TEST_CASE("a near controller that answers is taken, with address, port and site",
          "[dc-locator][MS-ADTS:6.3.6]") {
    const Controller dc(says(kNear));
    const auto found = find(kPatient, {{kAll, {record(0, dc.port(), "dc1")}}});
    REQUIRE(found);
    CHECK(found->dns_name == "dc1");
    CHECK(found->address == "127.0.0.1");
    CHECK(found->port == dc.port());
    CHECK(found->client_site == "Lab-Site");
    CHECK(found->is_near);
}

TEST_CASE("a silent controller holds up nobody", "[dc-locator]") {
    const Controller silent(silence());
    const Controller dc(says(kNear));
    const auto begin = std::chrono::steady_clock::now();
    const auto found =
        find(kPatient, {{kAll,
                         {record(0, silent.port(), "dc1"), record(1, closed_port(), "dc2"),
                          record(2, 389, "gone3"), record(3, dc.port(), "dc4")}}});
    REQUIRE(found);
    CHECK(found->dns_name == "dc4");
    CHECK(std::chrono::steady_clock::now() - begin < kPatient.answer_timeout / 2);
    CHECK(silent.pings() >= 1);
}

TEST_CASE("a ping that got lost is sent again", "[dc-locator]") {
    const Controller dc([](std::int32_t id, int count) {
        return count == 1 ? Bytes{} : windows_datagram(id, kNear.encode(), false);
    });
    CHECK(find(kPatient, {{kAll, {record(0, dc.port(), "dc1")}}}));
    CHECK(dc.pings() == 2);
}

TEST_CASE("an answer to another question does not count", "[dc-locator]") {
    const Controller dc([](std::int32_t id, int count) {
        return windows_datagram(count == 1 ? id ^ 1 : id, kNear.encode(), false);
    });
    CHECK(find(kPatient, {{kAll, {record(0, dc.port(), "dc1")}}}));
    CHECK(dc.pings() == 2);
}

TEST_CASE("when nobody answers the error names each controller and what it did", "[dc-locator]") {
    const Controller silent(silence());
    const Controller paused(says({.opcode = 24}));
    const Controller other(says({.domain = "other.example.test"}));
    const Controller garbled([](std::int32_t, int) { return Bytes{1, 2, 3}; });
    const auto found =
        find(kQuick, {{kAll,
                       {record(0, silent.port(), "dc0"), record(1, closed_port(), "dc1"),
                        record(2, 389, "gone2"), record(3, paused.port(), "dc3"),
                        record(4, other.port(), "dc4"), record(5, garbled.port(), "dc5")}}});
    REQUIRE_FALSE(found);
    CHECK(found.error().code == kNoSuchDomain);
    CHECK(found.error().context ==
          "no domain controller answered the netlogon ping: dc0 (127.0.0.1) timed out, "
          "dc1 (127.0.0.1) refused the connection, gone2 has no address in DNS, "
          "dc3 (127.0.0.1) is paused, dc4 (127.0.0.1) answers for domain other.example.test, "
          "dc5 (127.0.0.1) timed out (the netlogon ping was answered with something else)");
    CHECK_FALSE(found.error().remedy.empty());
}

TEST_CASE("a domain without SRV record is named by the record", "[dc-locator]") {
    const auto found = find(kQuick, {});
    REQUIRE_FALSE(found);
    CHECK(found.error().code == kNoSuchDomain);
    CHECK(found.error().context == "DNS has no SRV record \"" + kAll + "\"");
}

SCENARIO("a far controller tells the site, and the site's own controllers come first",
         "[dc-locator][MS-ADTS:6.3.6]") {
    const Controller far(says(kFar));
    const auto all = std::pair(kAll, std::vector{record(0, far.port(), "far")});
    GIVEN("a controller of the site that answers") {
        const Controller near(says(kNear));
        const auto found = find(kPatient, {all, {kSite, {record(0, near.port(), "near")}}});
        REQUIRE(found);
        CHECK(found->dns_name == "near");
        CHECK(found->is_near);
    }
    GIVEN("no controller in the site") {
        const auto found = find(kPatient, {all});
        REQUIRE(found);
        CHECK(found->dns_name == "far");
        CHECK(found->client_site == "Lab-Site");
        CHECK_FALSE(found->is_near);
    }
    GIVEN("a controller of the site that is silent") {
        const Controller silent(silence());
        const auto found = find(kPatient, {all, {kSite, {record(0, silent.port(), "near")}}});
        REQUIRE(found);
        CHECK(found->dns_name == "far");
        CHECK(silent.pings() >= 1);
    }
    GIVEN("a controller of the site that was tried in vain") {
        const Controller near(says(kNear));
        const auto found =
            find(kPatient, {all, {kSite, {record(0, near.port(), "Near")}}}, {"near"});
        REQUIRE(found);
        CHECK(found->dns_name == "far");
        CHECK(near.pings() == 0);
    }
}

TEST_CASE("controllers that were tried in vain are left out", "[dc-locator]") {
    const Controller dc(says(kNear));
    const auto records = std::map<std::string, std::vector<SrvRecord>>{
        {kAll, {record(0, dc.port(), "DC1"), record(1, dc.port(), "dc2")}}};
    const auto second = find(kPatient, records, {"dc1"});
    REQUIRE(second);
    CHECK(second->dns_name == "dc2");
    const auto none = find(kPatient, records, {"dc1", "dc2"});
    REQUIRE_FALSE(none);
    CHECK(none.error().code == kNoSuchDomain);
    CHECK(none.error().context == "DNS names no further domain controller of corp.example.test");
}
