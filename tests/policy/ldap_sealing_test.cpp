#include "policy/ldap_sealing.h"

#include "engine/base/hresult_table.h"

#include <catch2/catch.hpp>

using namespace ae;
using namespace ae::policy;

TEST_CASE("a connection is used when it is certain to be sealed, and not on trust",
          "[ldap-sealing]") {
    struct Row {
        SealingFacts facts;
        std::optional<Sealing> sealing;  // nothing: refused
    };
    for (const auto& row : {Row{{true, std::nullopt, false, {}}, Sealing::assured},
                            Row{{true, true, false, {}}, Sealing::assured},
                            Row{{false, true, false, {}}, Sealing::assured},
                            Row{{false, std::nullopt, false, {}}, std::nullopt},
                            Row{{true, false, false, {}}, std::nullopt},
                            Row{{false, false, false, {}}, std::nullopt}}) {
        INFO(row.facts.demanded << row.facts.in_effect.value_or(false)
                                << row.facts.in_effect.has_value());
        const auto judged = judge_sealing(row.facts);
        REQUIRE(judged.has_value() == row.sealing.has_value());
        if (judged) {
            CHECK(*judged == *row.sealing);
        } else {
            CHECK(judged.error().code == kSecurityPackage);
        }
    }
}

TEST_CASE("only Kerberos proves who the controller is", "[ldap-sealing]") {
    CHECK(judge_sealing({.demanded = true, .package = "Kerberos"}));
    CHECK(judge_sealing({.demanded = true, .package = ""}));
    CHECK(judge_sealing({.demanded = true, .explicit_member = true, .package = "NTLM"}));
    const auto refused = judge_sealing({.demanded = true, .in_effect = true, .package = "NTLM"});
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == kSecurityPackage);
}

TEST_CASE("--as-member may use a library that cannot say, and no connection that says it is open",
          "[ldap-sealing]") {
    const auto unknown = judge_sealing({.explicit_member = true});
    REQUIRE(unknown);
    CHECK(*unknown == Sealing::not_shown);
    CHECK(*judge_sealing({.demanded = true, .explicit_member = true}) == Sealing::assured);
    const auto open = judge_sealing({.in_effect = false, .explicit_member = true});
    REQUIRE_FALSE(open);
    CHECK(open.error().code == kSecurityPackage);
}
