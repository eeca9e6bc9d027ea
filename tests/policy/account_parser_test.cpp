#include "policy/account_parser.h"

#include "engine/base/hresult_table.h"
#include "tests/policy/support.h"

#include <algorithm>
#include <string>

#include <catch2/catch.hpp>

namespace {

using namespace ae;
using namespace ae::policy;

const Sid kDomain = *Sid::parse("S-1-5-21-1111111111-2222222222-3333333333");
const Sid kRoot = *Sid::parse("S-1-5-21-1-2-3");

AttributeMap account(const std::string& control) {
    auto object =
        ae::test::object_of({{"primaryGroupID", {"515"}}, {"userAccountControl", {control}}});
    object["objectSid"] = {kDomain.child(1103).to_wire()};
    return object;
}
std::vector<std::string> names(const Result<std::vector<Sid>>& sids) {
    REQUIRE(sids);
    CHECK(std::is_sorted(sids->begin(), sids->end()));
    std::vector<std::string> texts;
    for (const auto& sid : *sids) {
        texts.push_back(sid.to_string());
    }
    std::sort(texts.begin(), texts.end());
    return texts;
}

const std::string kPrefix = "S-1-5-21-1111111111-2222222222-3333333333-";

}  // namespace

TEST_CASE("a computer's SIDs: itself, primary group, tokenGroups, Everyone, Authenticated Users",
          "[account][S9]") {
    const auto groups = {kDomain.child(1200).to_wire(), kDomain.child(515).to_wire()};
    CHECK(names(account_sids(account("4096"), groups, kRoot)) ==
          std::vector<std::string>{"S-1-1-0", "S-1-5-11", kPrefix + "1103", kPrefix + "1200",
                                   kPrefix + "515"});
}

TEST_CASE("a domain controller is in Enterprise Domain Controllers too", "[account][S9]") {
    // 532480 = SERVER_TRUST_ACCOUNT | TRUSTED_FOR_DELEGATION
    CHECK(names(account_sids(account("532480"), {}, kRoot)) ==
          std::vector<std::string>{"S-1-1-0", "S-1-5-11", kPrefix + "1103", kPrefix + "515",
                                   "S-1-5-9"});
}

TEST_CASE("a read-only controller is in the forest root's group 498", "[account][S9]") {
    // 83890176 = PARTIAL_SECRETS_ACCOUNT | WORKSTATION_TRUST_ACCOUNT
    CHECK(names(account_sids(account("83890176"), {}, kRoot)) ==
          std::vector<std::string>{"S-1-1-0", "S-1-5-11", "S-1-5-21-1-2-3-498", kPrefix + "1103",
                                   kPrefix + "515"});
    CHECK(names(account_sids(account("83890176"), {}, std::nullopt)).size() == 4);
}

TEST_CASE("userAccountControl is a signed decimal", "[account]") {
    CHECK(user_account_control(account("-2147479552")) == 0x80001000U);
    CHECK(user_account_control(account("x")) == 0);
    CHECK(user_account_control({}) == 0);
}

TEST_CASE("an account that is only half readable is an error", "[account][S9]") {
    auto without_sid = account("4096");
    without_sid.erase("objectSid");
    CHECK_FALSE(account_sids(without_sid, {}, kRoot));
    auto without_primary = account("4096");
    without_primary.erase("primaryGroupID");
    CHECK_FALSE(account_sids(without_primary, {}, kRoot));
    auto long_sid = account("4096");
    long_sid["objectSid"][0].push_back(0);
    CHECK_FALSE(account_sids(long_sid, {}, kRoot));
    const auto broken = account_sids(account("4096"), {Bytes{1, 2, 3}}, kRoot);
    REQUIRE_FALSE(broken);
    CHECK(broken.error().code == kInvalidData);
    CHECK(broken.error().context == "tokenGroups has the value 010203, which is no SID");
}
