#include "policy/sid_names.h"

#include <catch2/catch.hpp>

namespace ae::policy {
namespace {

TEST_CASE("one filter asks for the groups of domains, and for no others", "[sid-names]") {
    const Sid group = *Sid::parse("S-1-5-21-1-2-3-515");
    CHECK(sid_filter({*Sid::parse("S-1-1-0"), group, *Sid::parse("S-1-5-32-545")}) ==
          "(|(objectSid=\\01\\05\\00\\00\\00\\00\\00\\05\\15\\00\\00\\00\\01\\00\\00\\00\\02\\00"
          "\\00\\00\\03\\00\\00\\00\\03\\02\\00\\00))");
    CHECK(sid_filter({*Sid::parse("S-1-1-0")}).empty());
    CHECK(sid_filter({}).empty());
}

TEST_CASE("a filter is bounded", "[sid-names]") {
    const Sid domain = *Sid::parse("S-1-5-21-1-2-3");
    std::vector<Sid> sids;
    for (std::uint32_t rid = 0; rid < kMostNamedSids; ++rid) {
        sids.push_back(domain.child(1000 + rid));
    }
    const std::string full = sid_filter(sids);
    sids.push_back(domain.child(99999));
    CHECK(sid_filter(sids) == full);
}

TEST_CASE("names are read of what answered, and nothing else", "[sid-names]") {
    const Sid group = *Sid::parse("S-1-5-21-1-2-3-515");
    const Sid other = *Sid::parse("S-1-5-21-1-2-3-516");
    SearchAnswer answer;
    const auto octets = [](std::string_view text) { return Bytes(text.begin(), text.end()); };
    answer.entries = {
        {"CN=a",
         {{"objectSid", {group.to_wire()}}, {"sAMAccountName", {octets("Domain Computers")}}}},
        {"CN=b", {{"objectSid", {other.to_wire()}}, {"cn", {octets("B")}}}},
        {"CN=c", {{"objectSid", {Bytes{1, 2}}}, {"cn", {octets("C")}}}},
        {"CN=d", {{"cn", {octets("D")}}}}};
    CHECK(names_in(answer) == SidNames{{group, "Domain Computers"}, {other, "B"}});
}

}  // namespace
}  // namespace ae::policy
