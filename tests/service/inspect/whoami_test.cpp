// Directory beside session: what a membership newer than the sign-in looks like (S11, RGT5).
#include "service/inspect/whoami.h"

#include "engine/base/hresult_table.h"
#include "tests/support/builders.h"

#include <algorithm>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

namespace ae::service {
namespace {

using namespace test;

Preview someone() {
    Preview preview;
    preview.world = world_of({});
    preview.replica.server.dns_name = "dc1.corp.example.test";
    std::ranges::sort(preview.world.account.sids);
    preview.session = preview.world.account.sids;
    return preview;
}

// As both sides are: sorted.
void add(std::vector<Sid>& sids, std::string_view more) {
    sids.push_back(sid(more));
    std::ranges::sort(sids);
}

Membership seen_of(const Identity& identity, std::string_view of) {
    const auto at = std::ranges::find(identity.groups, sid(of), &GroupSeen::sid);
    REQUIRE(at != identity.groups.end());
    return at->seen;
}

TEST_CASE("tickets that carry today's groups differ in nothing", "[whoami][S11]") {
    const Identity identity = identity_of(someone());
    CHECK(identity.missing == 0);
    CHECK(identity.surplus == 0);
    CHECK(seen_of(identity, kDomainComputers) == Membership::both);
    CHECK(std::ranges::find(identity.groups, sid(kMachine), &GroupSeen::sid) ==
          identity.groups.end());
    CHECK(identity_as_text(identity, Groups::summary, Style())
              .find("the tickets carry the groups that the directory has") != std::string::npos);
}

TEST_CASE("a group that was joined after the sign-in is in the directory only", "[whoami][RGT5]") {
    Preview preview = someone();
    add(preview.world.account.sids, "S-1-5-21-1-2-3-2001");
    preview.sid_names[sid("S-1-5-21-1-2-3-2001")] = "Web Servers";
    const Identity identity = identity_of(preview);
    CHECK(identity.missing == 1);
    CHECK(seen_of(identity, "S-1-5-21-1-2-3-2001") == Membership::directory_only);
    const std::string text = identity_as_text(identity, Groups::summary, Style());
    CHECK(text.find("Web Servers") != std::string::npos);
    CHECK(text.find("RGT5") != std::string::npos);
    CHECK(text.find(std::string(kDomainComputers)) == std::string::npos);  // not without --groups
}

TEST_CASE("a group that was left since is in the session only", "[whoami]") {
    Preview preview = someone();
    add(preview.session->value(), "S-1-5-21-1-2-3-2002");
    const Identity identity = identity_of(preview);
    CHECK(identity.surplus == 1);
    CHECK(seen_of(identity, "S-1-5-21-1-2-3-2002") == Membership::session_only);
}

TEST_CASE("tickets that cannot be read are not compared, and it is said why", "[whoami]") {
    Preview preview = someone();
    preview.session = fail(kNotSupported, "the root DSE shows no tokenGroups");
    const Identity identity = identity_of(preview);
    CHECK(identity.session_problem.find("tokenGroups") != std::string::npos);
    CHECK(identity.missing == 0);
    CHECK(seen_of(identity, kDomainComputers) == Membership::not_compared);
}

TEST_CASE("well-known groups have names without a directory", "[whoami]") {
    const Identity identity = identity_of(someone());
    const auto at = std::ranges::find(identity.groups, sid(kAuthenticatedUsers), &GroupSeen::sid);
    REQUIRE(at != identity.groups.end());
    CHECK(at->name == "Authenticated Users");
}

TEST_CASE("the JSON says the same", "[whoami][output]") {
    Preview preview = someone();
    add(preview.world.account.sids, "S-1-5-21-1-2-3-2001");
    const Identity identity = identity_of(preview);
    auto json = nlohmann::json::parse(identity_as_json(identity, Groups::summary));
    CHECK(json["missing_in_session"] == 1);
    CHECK(json["groups"].size() == 1);
    CHECK(json["groups"][0]["in"] == "directory only");
    json = nlohmann::json::parse(identity_as_json(identity, Groups::all));
    CHECK(json["groups"].size() == 4);
}

}  // namespace
}  // namespace ae::service
