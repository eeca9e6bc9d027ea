#include "engine/base/hresult_table.h"
#include "policy/dc_locator.h"

#include <catch2/catch.hpp>

using namespace ae;
using namespace ae::policy;

TEST_CASE("a host that was told its controller finds that one and no other", "[dc-locator]") {
    const auto locator = create_fixed_dc_locator({.dns_name = "DC1.corp.example.test"});
    const auto found = locator->find("corp.example.test", {"dc2.corp.example.test"});
    REQUIRE(found);
    CHECK(found->dns_name == "DC1.corp.example.test");
    const auto none = locator->find("corp.example.test", {"dc1.corp.example.test"});
    REQUIRE_FALSE(none);
    CHECK(none.error().code == kNoSuchDomain);
    CHECK(none.error().context ==
          "DC1.corp.example.test is the only domain controller of corp.example.test that this run "
          "was told");
}
