// The steps of a probe, against a listening socket and a scripted transport.
#include "service/ca_probe.h"

#include "engine/base/hresult_table.h"
#include "engine/base/text.h"

#include <algorithm>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <catch2/catch.hpp>

namespace ae::service {
namespace {

using namespace ae::ca;
using boost::asio::ip::tcp;

const engine::CaRef kCa{"127.0.0.1", "Corp Issuing CA 1"};

// A CA that knows itself by one name.
class Scripted final : public CertRequestTransport {
  public:
    Hresult reach_code{};
    std::string own_name = "Corp Issuing CA 1";
    Hresult property_code{};
    bool lost = false;
    std::optional<WayRound> round{};

    Done reach(const engine::CaRef&) override { return result(reach_code); }
    Asked ask(const engine::CaRef&, CertificateRequest, std::chrono::milliseconds) override {
        FAIL("nothing is requested");
        return {.answer = fail(kUnexpected, "")};
    }
    Done ping(const engine::CaRef& ca) override {
        return result(ca.name.empty() || ca.name == own_name ? kOk : kInvalidArgument);
    }
    Result<Bytes> property(const engine::CaRef& ca, const PropertyQuery& query) override {
        CHECK(query.id == property::kCaName);
        if (property_code != kOk) {
            return fail(property_code, "no");
        }
        return ca.name == own_name ? Result<Bytes>(utf16le_from_utf8("Corp \"CA\" 1"))
                                   : fail(kInvalidArgument, "who?");
    }
    Result<PropertyInfo> property_info(const engine::CaRef&) override {
        return fail(kUnexpected, "");
    }
    [[nodiscard]] bool host_answered() const override { return lost; }
    [[nodiscard]] std::optional<WayRound> way_round(const engine::CaRef&) const override {
        return round;
    }
    void disconnect() override {}

  private:
    static Done result(Hresult code) { return code == kOk ? done() : fail(code, "no"); }
};

// Takes connections in its backlog; nobody has to accept them.
struct Port {
    boost::asio::io_context loop{};
    tcp::acceptor acceptor{loop, {boost::asio::ip::address_v4::loopback(), 0}};
    [[nodiscard]] std::uint16_t number() const { return acceptor.local_endpoint().port(); }
};

CaProbe probe(Scripted& ca, ProbeOptions options = {}) {
    const Port port;
    options.mapper_port = port.number();
    return probe_ca(kCa, {}, options, ca);
}

std::vector<std::string> beginnings(const CaProbe& seen) {
    std::vector<std::string> words;
    for (const Attempt& step : seen.steps) {
        words.push_back(step.what.substr(0, step.what.find(' ')));
    }
    return words;
}

using Words = std::vector<std::string>;

}  // namespace

TEST_CASE("a CA that serves is asked in five steps, and tells its name", "[ca-probe][NET7]") {
    Scripted ca;
    const CaProbe seen = probe(ca);
    CHECK_FALSE(seen.failed_at);
    CHECK(beginnings(seen) == Words{"resolve", "TCP", "activate", "Ping2", "property"});
    CHECK(std::ranges::none_of(seen.steps, [](const Attempt& one) { return one.answer.empty(); }));
    CHECK(seen.says_its_name == "Corp \"CA\" 1");
}

TEST_CASE("the network alone is looked at without a word to the CA", "[ca-probe]") {
    Scripted ca;
    ca.reach_code = kUnexpected;
    const CaProbe seen = probe(ca, {.depth = ProbeDepth::network});
    CHECK_FALSE(seen.failed_at);
    CHECK(beginnings(seen) == Words{"resolve", "TCP"});
}

TEST_CASE("a closed port ends the probe there, at once", "[ca-probe][NET1]") {
    std::uint16_t closed = 0;
    {
        const Port port;
        closed = port.number();
    }
    Scripted ca;
    const CaProbe seen = probe_ca(kCa, {}, {.mapper_port = closed}, ca);
    CHECK(seen.failed_at == CaStep::mapper);
    REQUIRE(seen.steps.size() == 2);
    REQUIRE(seen.steps[1].problem);
    CHECK(seen.steps[1].problem->code == kServerUnavailable);
    CHECK(seen.steps[1].took < std::chrono::seconds(5));
}

TEST_CASE("a CA without a host in the directory is no CA that can be reached", "[ca-probe]") {
    Scripted ca;
    const CaProbe seen = probe_ca({"", "Corp Issuing CA 1"}, {}, {}, ca);
    CHECK(seen.failed_at == CaStep::resolve);
    CHECK(seen.steps.front().problem->code == kInvalidArgument);
}

TEST_CASE("a refused activation keeps its own code, and whether the host itself let us in",
          "[ca-probe][NET2][NET4]") {
    Scripted ca;
    ca.reach_code = kServerUnavailable;
    ca.lost = GENERATE(false, true);
    const CaProbe seen = probe(ca);
    CHECK(seen.failed_at == CaStep::activate);
    CHECK(seen.steps.back().problem->code == kServerUnavailable);
    CHECK(seen.host_answered == ca.lost);
}

TEST_CASE("DCOM's refusal stays visible where ICertPassage stands in", "[ca-probe][NET2]") {
    Scripted ca;
    ca.round = WayRound{.why = {kAccessDenied, "activate", ""}};
    ca.property_code = kNotSupported;
    const CaProbe seen = probe(ca);
    CHECK_FALSE(seen.failed_at);
    CHECK(seen.by_icertpassage);
    CHECK(beginnings(seen) ==
          Words{"resolve", "TCP", "activate", "ICertPassage", "Ping2", "property"});
    REQUIRE(seen.steps[2].problem);
    CHECK(seen.steps[2].problem->code == kAccessDenied);
    CHECK(seen.steps[2].what == "activate its object (DCOM)");
    CHECK(seen.steps[3].answer == "answers");
}

TEST_CASE("over ICertPassage alone no object is spoken of", "[ca-probe]") {
    Scripted ca;
    const Port port;
    ca::CaClientOptions way;
    way.transport = ca::Transport::icpr;
    const CaProbe seen = probe_ca(kCa, way, {.mapper_port = port.number()}, ca);
    CHECK_FALSE(seen.by_icertpassage);
    CHECK(beginnings(seen) == Words{"resolve", "TCP", "ICertPassage", "Ping2", "property"});
}

TEST_CASE("a CA that the directory does not have was typed", "[ca-probe][NET6]") {
    const std::vector<engine::EnrollmentService> services{
        {.name = "Corp Issuing CA 1", .dns_host = "127.0.0.1"},
        {.name = "Corp Issuing CA 2", .dns_host = "ca2.corp.example.test"}};
    CaProbe seen{.ca = {"127.0.0.1", "CORP ISSUING CA 1"}};
    compare_with_directory(services, seen);
    CHECK_FALSE(seen.typed);
    seen.ca.name = "Wrong";
    compare_with_directory(services, seen);
    REQUIRE(seen.typed);
    CHECK(seen.typed->names == Words{"Corp Issuing CA 1"});
    CHECK(seen.typed->hosts == Words{"127.0.0.1", "ca2.corp.example.test"});
}

TEST_CASE("a CA that refuses its name is asked under the other names", "[ca-probe][NET6]") {
    Scripted ca;
    ca.own_name = "Corp Issuing CA !0023";
    SECTION("one of them is right") {
        const CaProbe seen = probe(ca, {.other_names = {"Nobody", ca.own_name}});
        CHECK(seen.failed_at == CaStep::ping);
        CHECK(seen.other_name);
        CHECK(seen.says_its_name == "Corp \"CA\" 1");
    }
    SECTION("none is right: Ping2 without a name tells that one serves") {
        const CaProbe seen = probe(ca, {.other_names = {"Nobody"}});
        CHECK(seen.failed_at == CaStep::ping);
        CHECK(seen.other_name);
        CHECK(seen.says_its_name.empty());
        CHECK(beginnings(seen) ==
              Words{"resolve", "TCP", "activate", "Ping2", "property", "Ping2"});
    }
}

TEST_CASE("ICertPassage tells no name, which is no failure", "[ca-probe][MS-ICPR:1.6]") {
    Scripted ca;
    ca.property_code = kNotSupported;
    const CaProbe seen = probe(ca);
    CHECK_FALSE(seen.failed_at);
    CHECK(seen.says_its_name.empty());
}

TEST_CASE("nothing begins once the time is up", "[ca-probe]") {
    Scripted ca;
    const CaProbe seen = probe(ca, {.last = std::chrono::steady_clock::now()});
    CHECK(seen.failed_at == CaStep::resolve);
    CHECK(seen.steps.front().problem->code == kTimeout);
}

TEST_CASE("the other names of a service are its cn and the sanitized forms",
          "[ca-probe][MS-WCCE:3.1.1.4.1.1]") {
    CHECK(other_names_of({.name = "Corp #1", .cn = "Corp 1"}) == Words{"Corp 1", "Corp !00231"});
    CHECK(other_names_of({.name = "Corp 1", .cn = "CORP 1"}).empty());
}

}  // namespace ae::service
