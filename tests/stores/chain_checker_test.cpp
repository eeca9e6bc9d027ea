#include "tests/stores/hierarchy.h"

namespace ae::test {
namespace {

using engine::ChainState;
using std::chrono::hours;
using std::chrono::minutes;

constexpr const char* kTemplateInformation = "1.3.6.1.4.1.311.21.7";
constexpr const char* kApplicationPolicies = "1.3.6.1.4.1.311.21.10";

}  // namespace

TEST_CASE("a chain ends in a root that the caller trusts or is untrusted", "[chain][I7][I13]") {
    Hierarchy world;
    SECTION("root and intermediate from the directory: valid") {
        world.trust({world.root}, {world.issuing});
        const auto status = world.check(world.machine);
        CHECK(status.state == ChainState::valid);
        CHECK(status.detail.empty());
        CHECK(world.check(world.issuing).state == ChainState::valid);
        CHECK(world.check(world.root).state == ChainState::valid);
    }
    SECTION("the intermediate may come with the answer instead") {
        world.trust({world.root}, {});
        CHECK(world.check(world.machine, {world.issuing}).state == ChainState::valid);
        CHECK(world.check(world.machine).state == ChainState::untrusted);
    }
    SECTION("a root that only the answer or the intermediate store holds is not trusted") {
        world.trust({}, {world.root});
        const auto status = world.check(world.machine, {world.issuing, world.root});
        CHECK(status.state == ChainState::untrusted);
        CHECK(status.detail == "CN=Corp Root CA is not in the replicated Root store");
    }
    SECTION("an issuing authority in the Root store alone is no anchor") {
        world.trust({world.issuing}, {});
        CHECK(world.check(world.machine).state == ChainState::untrusted);
    }
    SECTION("without anchors nothing is trusted, and the missing issuer is named") {
        const auto status = world.check(world.machine);
        CHECK(status.state == ChainState::untrusted);
        CHECK(status.detail.find("CN=Corp Issuing CA") != std::string::npos);
    }
    SECTION("anchors that change between two questions count at once") {
        world.trust({world.root}, {world.issuing});
        CHECK(world.check(world.machine).state == ChainState::valid);
        world.trust({}, {world.issuing});
        CHECK(world.check(world.machine).state == ChainState::untrusted);
        world.trust({world.root}, {world.issuing});
        CHECK(world.check(world.machine).state == ChainState::valid);
    }
    SECTION("a changed intermediate counts at once as well") {
        world.trust({world.root}, {});
        CHECK(world.check(world.machine).state == ChainState::untrusted);
        world.trust({world.root}, {world.issuing});
        CHECK(world.check(world.machine).state == ChainState::valid);
        world.trust({world.root}, {});
        CHECK(world.check(world.machine).state == ChainState::untrusted);
    }
    SECTION("an issuer that one question brought along does not help the next") {
        world.trust({world.root}, {});
        CHECK(world.check(world.machine, {world.issuing}).state == ChainState::valid);
        CHECK(world.check(world.machine).state == ChainState::untrusted);
    }
    SECTION("an anchor that is no certificate is passed over") {
        Bytes broken = world.root;
        broken.pop_back();
        world.trust({broken, {}, world.root}, {{}, broken, world.issuing});
        CHECK(world.check(world.machine).state == ChainState::valid);
        world.trust({broken}, {world.issuing});
        CHECK(world.check(world.machine).state == ChainState::untrusted);
    }
}

TEST_CASE("someone else's signature or a non-authority makes a chain untrusted", "[chain][I11]") {
    Hierarchy world;
    world.trust({world.root}, {world.issuing});
    const Bytes forged = Hierarchy::make("ws1", *world.machine_key, "Corp Issuing CA",
                                         *world.machine_key, Role::end_entity, 10, 300);
    const auto status = world.check(forged);
    CHECK(status.state == ChainState::untrusted);
    CHECK(status.detail == "the signature of CN=ws1 is wrong");
    const Bytes child = Hierarchy::make("ws2", *world.issuing_key, "ws1", *world.machine_key,
                                        Role::end_entity, 10, 300);
    CHECK(world.check(child, {world.machine}).state == ChainState::untrusted);
}

TEST_CASE("dates count for the whole chain, with 10 minutes for clocks that differ",
          "[chain][Q2][Q10][I10]") {
    Hierarchy world;
    world.trust({world.root}, {world.issuing});
    const auto state_at = [&](Time now) { return world.check(world.machine, {}, now).state; };
    CHECK(state_at(kStoreNow + hours(300)) == ChainState::valid);
    CHECK(state_at(kStoreNow + hours(300) + Seconds(1)) == ChainState::expired);
    CHECK(state_at(kStoreNow - hours(10)) == ChainState::valid);
    CHECK(state_at(kStoreNow - hours(10) - minutes(10)) == ChainState::valid);
    CHECK(state_at(kStoreNow - hours(10) - minutes(10) - Seconds(1)) == ChainState::expired);
    SECTION("an expired issuer") {
        const Bytes longer = Hierarchy::make("ws1", *world.machine_key, "Corp Issuing CA",
                                             *world.issuing_key, Role::end_entity, 10, 950);
        CHECK(world.check(longer, {}, kStoreNow + hours(900)).state == ChainState::valid);
        const auto status = world.check(longer, {}, kStoreNow + hours(901));
        CHECK(status.state == ChainState::expired);
        CHECK(status.detail == "CN=Corp Issuing CA has expired");
    }
    SECTION("untrusted ranks above expired") {
        world.trust({}, {});
        CHECK(state_at(kStoreNow + hours(5000)) == ChainState::untrusted);
    }
}

TEST_CASE("critical extensions: Microsoft's two are known, any other is refused", "[chain]") {
    Hierarchy world;
    world.trust({world.root}, {world.issuing});
    struct Row {
        const char* oid;
        ChainState state;
    };
    for (const Row& row : {Row{kTemplateInformation, ChainState::valid},
                           Row{kApplicationPolicies, ChainState::valid},
                           Row{"1.3.6.1.4.1.311.21.8", ChainState::untrusted}}) {
        const Bytes certificate =
            Hierarchy::make("ws1", *world.machine_key, "Corp Issuing CA", *world.issuing_key,
                            Role::end_entity, 10, 300, row.oid);
        INFO(row.oid);
        CHECK(world.check(certificate).state == row.state);
    }
}

TEST_CASE("octets that are not one certificate are malformed", "[chain]") {
    Hierarchy world;
    world.trust({world.root}, {world.issuing});
    Bytes longer = world.machine;
    longer.push_back(0);
    const Bytes shorter(world.machine.begin(), world.machine.end() - 1);
    CHECK(world.check({}).state == ChainState::malformed);
    CHECK(world.check(longer).state == ChainState::malformed);
    CHECK(world.check(shorter).state == ChainState::malformed);
    CHECK(world.check(world.machine, {longer, {}}).state == ChainState::valid);
}

}  // namespace ae::test
