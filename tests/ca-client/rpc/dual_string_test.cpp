#include "ca-client/rpc/dual_string.h"

#include "engine/base/text.h"
#include "tests/ca-client/vectors.h"

#include <catch2/catch.hpp>

using namespace ae;
using namespace ae::ca;

namespace {

// Units of the array; '0' ends texts and lists.
std::string verdict(const std::vector<std::uint16_t>& units, std::uint16_t security_at) {
    NdrWriter out;
    out.u16(static_cast<std::uint16_t>(units.size()));
    out.u16(security_at);
    for (const std::uint16_t unit : units) {
        out.u16(unit);
    }
    NdrReader in(out.view());
    read_dual_strings(in);
    const std::string text = in.ok() ? "accepted" : in.failure().value().context;
    return text.substr(text.rfind(": ") == std::string::npos ? 0 : text.rfind(": ") + 2);
}

std::vector<std::uint16_t> text_of(std::size_t length) {
    std::vector<std::uint16_t> units = {7};
    units.insert(units.end(), length, 'a');
    units.insert(units.end(), {0, 0, 0});
    return units;
}

}  // namespace

TEST_CASE("both lists must end inside the array", "[dualstring][hostile][MS-DCOM:2.2.19]") {
    CHECK(verdict({7, 'a', 0, 0, 9, 0xFFFF, 0, 0}, 4) == "accepted");
    CHECK(verdict({0, 0}, 1) == "accepted");
    CHECK(verdict({7, 'a', 0, 9, 0xFFFF, 0, 0}, 3) == "the string bindings have no end");
    CHECK(verdict({7, 'a', 9, 0xFFFF, 0, 0}, 2) == "a binding has no end");
    CHECK(verdict({7, 'a', 0, 0, 9, 0xFFFF, 0}, 4) == "the security bindings have no end");
    CHECK(verdict({7, 'a', 0, 0, 9, 0xFFFF}, 4) == "a binding has no end");
    CHECK(verdict({0, 0}, 3) == "the security bindings begin behind the end");
}

TEST_CASE("at most 64 bindings of 512 characters", "[dualstring][hostile]") {
    std::vector<std::uint16_t> many;
    for (int i = 0; i < 64; ++i) {
        many.insert(many.end(), {7, 'a', 0});
    }
    auto one_more = many;
    one_more.insert(one_more.end(), {7, 'a', 0, 0, 0});
    many.insert(many.end(), {0, 0});
    CHECK(verdict(many, static_cast<std::uint16_t>(many.size() - 1)) == "accepted");
    CHECK(verdict(one_more, static_cast<std::uint16_t>(one_more.size() - 1)) ==
          "there are more than 64 string bindings");
    CHECK(verdict(text_of(512), 515) == "accepted");
    CHECK(verdict(text_of(513), 516) == "a binding is longer than 512 characters");
}

TEST_CASE("an endpoint is a host and a decimal port", "[dualstring][MS-DCOM:2.2.19.3]") {
    const auto read = [](std::string_view text) {
        const auto endpoint = parse_endpoint(text);
        return endpoint ? endpoint->host + '|' + std::to_string(endpoint->port) : "none";
    };
    CHECK(read("ca1.corp.example.test[49700]") == "ca1.corp.example.test|49700");
    CHECK(read("fd00:ae::3[135]") == "fd00:ae::3|135");
    CHECK(read("a[1]") == "a|1");
    CHECK(read("a[65535]") == "a|65535");
    for (const char* bad : {"", "a", "a[]", "a[0]", "a[65536]", "a[-1]", "a[+1]", "a[12", "[12]",
                            "a[12]x", "a b[12]", "a\n[12]", "a%25[12]", "a[0x10]"}) {
        CAPTURE(bad);
        CHECK(read(bad) == "none");
    }
}

TEST_CASE("endpoints that name our host come first", "[dualstring][flow]") {
    const DualStringArray bindings{.strings = {{7, "other[1]"},
                                               {0x0f, "ca1[\\pipe\\x]"},
                                               {7, "10.0.0.7[2]"},
                                               {7, "CA1[3]"},
                                               {7, "ca1.corp.example.test"},
                                               {7, "Ca1.Corp.Example.Test[4]"}}};
    std::vector<std::string> hosts;
    for (const auto& each : tcp_endpoints(bindings, "ca1.corp.example.test", "10.0.0.7")) {
        hosts.push_back(each.host);
    }
    CHECK(join(hosts, " ") == "10.0.0.7 CA1 Ca1.Corp.Example.Test other");
}
