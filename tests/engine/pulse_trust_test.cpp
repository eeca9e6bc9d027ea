// Rules K1-K5, K8: the replica's way into the trust stores.
#include "tests/support/pulse_world.h"

#include <catch2/catch.hpp>

namespace ae::engine {
namespace {

using namespace test;
using std::chrono::hours;
using Numbers = std::vector<std::string>;
using Set = std::vector<Bytes>;

TEST_CASE("an emptied container empties no store before a second reading agrees", "[pulse][K3]") {
    PulseWorld world;
    world.store.trust[TrustStore::nt_auth] = {Bytes{1}};
    world.replica().nt_auth.certificates.clear();
    const PulseReport first = world.pulse();
    CHECK(first.ok());
    CHECK(world.store.trust[TrustStore::nt_auth] == Set{Bytes{1}});
    REQUIRE(first.notes.size() == 1);
    CHECK_THAT(first.notes[0], Catch::StartsWith("store NTAuth: the directory lists no "
                                                 "certificate any more; what is there stays"));
    CHECK(world.memory.memory.empty_reads == std::vector<EmptyRead>{{TrustStore::nt_auth, kNow}});

    world.options.now = kNow + hours(8) - Seconds(1);
    CHECK(world.pulse().notes.size() == 1);
    CHECK(world.store.trust[TrustStore::nt_auth].size() == 1);
    CHECK(world.memory.memory.empty_reads == std::vector<EmptyRead>{{TrustStore::nt_auth, kNow}});

    world.options.now = kNow + hours(8);
    CHECK(world.pulse().notes.empty());
    CHECK(world.store.trust[TrustStore::nt_auth].empty());
    CHECK(world.memory.memory.empty_reads.empty());
}

TEST_CASE("a container that fills again ends the waiting", "[pulse][K3]") {
    PulseWorld world;
    world.store.trust[TrustStore::root] = {root_certificate()};
    world.memory.memory.empty_reads = {{TrustStore::root, kNow - hours(5)},
                                       {TrustStore::nt_auth, kNow - hours(5)}};
    world.store.trust[TrustStore::nt_auth] = {Bytes{1}};
    world.replica().nt_auth.certificates.clear();
    world.pulse();
    CHECK(world.memory.memory.empty_reads ==
          std::vector<EmptyRead>{{TrustStore::nt_auth, kNow - hours(5)}});
}

TEST_CASE("pulse --force empties a store at once", "[pulse][K3]") {
    PulseWorld world;
    world.store.trust[TrustStore::nt_auth] = {Bytes{1}};
    world.replica().nt_auth.certificates.clear();
    world.options.force = true;
    CHECK(world.pulse().notes.empty());
    CHECK(world.store.trust[TrustStore::nt_auth].empty());
}

TEST_CASE("only a store that changes is written", "[pulse][K2]") {
    PulseWorld world;
    world.store.trust[TrustStore::root] = {root_certificate()};
    world.store.trust[TrustStore::intermediate] = {Bytes{7}};
    world.pulse();
    CHECK(world.store.replaced ==
          std::vector<TrustStore>{TrustStore::intermediate, TrustStore::nt_auth});
    world.store.replaced.clear();
    world.pulse();
    CHECK(world.store.replaced.empty());
}

TEST_CASE("a set that is not complete: the store keeps its content, event 1, a failure",
          "[pulse][K3]") {
    PulseWorld world;
    world.store.trust[TrustStore::root] = {Bytes{1}};
    world.replica().roots.complete = false;
    world.replica().roots.problem = "referral to another domain";
    world.replica().roots.skipped = {"one odd value"};
    const PulseReport report = world.pulse();
    CHECK(world.store.trust[TrustStore::root] == Set{Bytes{1}});
    CHECK_FALSE(report.ok());
    CHECK(report.notes == std::vector<std::string>{"store Root: one odd value"});
    CHECK(world.numbers().at(1) == "AE 1");
    CHECK_THAT(world.event("AE 1"),
               Catch::Contains("store Root") && Catch::Contains("referral to another domain"));
    CHECK_THAT(report.failures.at(0).sentence(),
               Catch::StartsWith("machine pulse: store Root keeps its content") &&
                   Catch::Contains("Look at the domain controller"));
    CHECK(report.enrolled.size() == 1);
}

TEST_CASE("the replica comes first, and also without any AEPolicy", "[pulse][K8][A1]") {
    for (const auto& bits : {std::optional<std::uint32_t>{}, std::optional<std::uint32_t>{0}}) {
        PulseWorld world;
        world.policy.answer = AutoenrollPolicy{.bits = bits, .source = {}};
        CHECK(world.pulse().ok());
        CHECK(world.store.replaced.size() == 3);
        CHECK(world.numbers() == Numbers{"AE 2", "AE 3"});
    }
    PulseWorld disabled;
    disabled.policy.answer = policy_of(0x8000);
    disabled.pulse();
    CHECK(disabled.store.replaced.empty());
    CHECK(disabled.directory.reads == 0);
}

TEST_CASE("a user pulse inherits the machine's trust and writes none", "[pulse][K1]") {
    PulseWorld world;
    world.options.scope = Scope::user;
    world.store.trust[TrustStore::root] = {Bytes{1}};
    world.replica().nt_auth.certificates.clear();
    world.replica().roots.complete = false;
    world.pulse();
    CHECK(world.store.replaced.empty());
    CHECK(world.chains.roots == Set{Bytes{1}});
    CHECK(world.event("AE 1") == "no event AE 1");
}

}  // namespace
}  // namespace ae::engine
