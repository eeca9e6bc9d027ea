#include "policy/srv_order.h"

#include <map>
#include <string>

#include <catch2/catch.hpp>

namespace {

using namespace ae::policy;

std::string order(std::vector<SrvRecord> records, std::mt19937_64& random) {
    std::string names;
    for (const auto& record : in_order_of_trial(std::move(records), random)) {
        names += record.target;
    }
    return names;
}

}  // namespace

TEST_CASE("lower priorities come first, whatever the weight", "[srv-order][RFC2782]") {
    std::mt19937_64 random(1);
    for (int i = 0; i < 100; ++i) {
        CHECK(order({{20, 900, 389, "c"}, {0, 1, 389, "a"}, {10, 900, 389, "b"}}, random) == "abc");
    }
}

TEST_CASE("within one priority the weight decides how often a server comes first",
          "[srv-order][RFC2782]") {
    std::mt19937_64 random(1);
    std::map<std::string, int> first;
    constexpr int kRounds = 4000;
    for (int i = 0; i < kRounds; ++i) {
        const auto names =
            order({{0, 300, 389, "a"}, {0, 100, 389, "b"}, {0, 0, 389, "c"}}, random);
        CHECK(names.size() == 3);
        ++first[names.substr(0, 1)];
    }
    CHECK(first["a"] > kRounds * 70 / 100);
    CHECK(first["b"] > kRounds * 20 / 100);
    CHECK(first["c"] < kRounds * 2 / 100);
}

TEST_CASE("equal servers share the load, and nothing or one is no trouble", "[srv-order]") {
    std::mt19937_64 random(1);
    std::map<std::string, int> seen;
    for (int i = 0; i < 1000; ++i) {
        ++seen[order({{0, 100, 389, "a"}, {0, 100, 389, "b"}}, random)];
    }
    CHECK(seen["ab"] > 400);
    CHECK(seen["ba"] > 400);
    CHECK(order({}, random).empty());
    CHECK(order({{0, 0, 389, "a"}}, random) == "a");
}
