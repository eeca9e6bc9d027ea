// What a Windows host knows of its domain.  Wine is a member of none.

#include "engine/base/hresult_table.h"
#include "engine/base/win32.h"
#include "policy/dc_locator.h"
#include "policy/domain_membership_win32.h"
#include "tests/support/skip.h"

#include <catch2/catch.hpp>

using namespace ae;
using namespace ae::policy;
using engine::Scope;

TEST_CASE("a domain that nobody knows is an error that names it", "[dc-locator][DsGetDcName]") {
    const auto found = create_dc_locator()->find("nowhere.example.test", {});
    REQUIRE_FALSE(found);
    CHECK(found.error().code == kNoSuchDomain);
    CHECK(found.error().context.starts_with(
        "DsGetDcName finds no domain controller of nowhere.example.test"));
    CHECK(found.error().remedy ==
          "Check DNS and the network; nltest /dsgetdc:nowhere.example.test asks the same.");
    CHECK_FALSE(create_dc_locator()->find("nowhere.example.test", {"dc1.corp.example.test"}));
}

TEST_CASE("a computer is a member of a domain or says that it is not", "[membership]") {
    const auto member = read_domain_membership(Scope::machine);
    if (member) {
        CHECK(member->domain_dns.find('.') != std::string::npos);
        CHECK(member->account_name.ends_with('$'));
        CHECK_FALSE(member->host_fqdn.empty());
        return;
    }
    CHECK(member.error().code == kNotDomainJoined);
    CHECK(member.error().context == "this computer is a member of no domain");
    CHECK_FALSE(member.error().remedy.empty());
    if (is_wine()) {
        AE_SKIP("W-JOINED", "Wine is a member of no domain: what a member says of itself");
    }
}

TEST_CASE("a user of this computer is no member of a domain", "[membership]") {
    const auto member = read_domain_membership(Scope::user);
    if (member) {  // run by a domain account
        CHECK(member->domain_dns.find('.') != std::string::npos);
        CHECK_FALSE(member->account_name.empty());
        return;
    }
    CHECK(member.error().code == kNotDomainJoined);
    CHECK(member.error().remedy == "Log on with an account of the domain.");
}

TEST_CASE("a user's name in the domain is a domain's DNS name and an account", "[membership]") {
    const auto alice = membership_of_user("CORP.example.test\\Alice");
    REQUIRE(alice);
    CHECK(alice->domain_dns == "corp.example.test");
    CHECK(alice->account_name == "Alice");
    for (const auto* bad : {"", "alice", "\\alice", "corp.example.test\\"}) {
        INFO(bad);
        const auto none = membership_of_user(bad);
        REQUIRE_FALSE(none);
        CHECK(none.error().code == kNotDomainJoined);
    }
}
