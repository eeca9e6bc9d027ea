// Rule J4: Windows' own client works in the same stores, at the same time.
#include "engine/base/hresult_table.h"
#include "engine/held_review.h"
#include "tests/support/pulse_world.h"

#include <catch2/catch.hpp>

namespace ae::engine {
namespace {

using namespace test;
using Asked = std::vector<std::string>;

// Two templates; while the CA works on the first, `arrives` comes into MY.
struct TwoClients : PulseWorld {
    Template second = autoenrolled("CorpServer");
    HeldCertificate arrives = held(second);

    TwoClients() : PulseWorld({autoenrolled("CorpMachine"), autoenrolled("CorpServer")}) {
        ca.authorities[kCa1] = [this, issue = issues(1)](const Bytes& key) {
            if (store.my.empty()) {
                store.my.push_back(arrives);
            }
            return issue(key);
        };
    }
    [[nodiscard]] std::size_t requests() const { return store.installed.size(); }
};

TEST_CASE("what another program enrolled meanwhile is not enrolled once more", "[pulse][J4]") {
    TwoClients world;
    const PulseReport report = world.pulse();
    CHECK(report.ok());
    CHECK(world.requests() == 1);
    CHECK(world.keys.requests.size() == 2);
    CHECK(world.keys.keys.size() == 1);  // the one that was made for nothing is erased
    const Decision& decided = report.decisions.at(1);
    CHECK(decided.template_name == "CorpServer");
    CHECK(decided.verdict == Verdict::held);
    CHECK(decided.rule == "J4");
    CHECK_THAT(decided.fact,
               Catch::Contains(world.arrives.thumbprint.substr(0, kShownThumbprint)) &&
                   Catch::Contains("another program"));
}

TEST_CASE("a newcomer that does not serve leaves the need as it was", "[pulse][J4]") {
    TwoClients world;
    SECTION("of another template") { world.arrives = held(autoenrolled("CorpOther")); }
    SECTION("expired") { world.arrives.facts.not_after = kNow - Seconds(1); }
    SECTION("without its key") { world.arrives.key = KeyState::gone; }
    REQUIRE(world.pulse().ok());
    CHECK(world.requests() == 2);
}

TEST_CASE("what this pulse itself installed is no newcomer", "[pulse][J4]") {
    PulseWorld world({autoenrolled("CorpMachine"), autoenrolled("CorpServer")});
    REQUIRE(world.pulse().ok());
    CHECK(world.store.installed.size() == 2);
}

TEST_CASE("a store that cannot be read a second time hinders nobody", "[pulse][J4]") {
    TwoClients world;
    world.ca.authorities[kCa1] = [&world, issue = world.issues(1)](const Bytes& key) {
        world.store.held_error = Error{kReadFault, "MY", {}};
        return issue(key);
    };
    world.pulse();
    CHECK(world.requests() == 2);
}

}  // namespace
}  // namespace ae::engine
