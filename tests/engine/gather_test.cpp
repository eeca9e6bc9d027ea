#include "engine/gather.h"

#include "tests/support/pulse_world.h"

#include <catch2/catch.hpp>

namespace ae::engine {
namespace {

using namespace test;

struct Reading {
    Done result = done();
    Gathered gathered{};
};

Reading read(PulseWorld& world) {
    Reading reading;
    reading.result = gather(world.ports(), world.options, reading.gathered);
    return reading;
}

std::string failure(PulseWorld& world) {
    const Reading reading = read(world);
    REQUIRE_FALSE(reading.result);
    return reading.result.error().context;
}

TEST_CASE("a snapshot holds all that a pulse knows, and reading changes nothing", "[gather]") {
    PulseWorld world;
    world.options.seed = 99;
    world.options.force = true;
    world.options.abilities.signing = true;
    world.options.abilities.providers.clear();  // the key store's to say
    world.memory.memory.warned = {{"aa", kNow}};
    world.replica().server.site = "Berlin";
    world.replica().server.forest_id = "0e10c968-78fb-11d2-90d4-00c04f79dc55";
    world.store.requests = {pending_since(autoenrolled("T"), kNow)};
    const Reading reading = read(world);
    REQUIRE(reading.result);
    const Snapshot& snapshot = reading.gathered.world;
    CHECK(snapshot.now == kNow);
    CHECK(snapshot.seed == 99);
    CHECK(snapshot.force);
    CHECK(snapshot.abilities.signing);
    CHECK(snapshot.abilities.renewal);
    CHECK(snapshot.abilities.providers == world.keys.providers());
    CHECK(snapshot.memory == world.memory.memory);
    CHECK(snapshot.site == "Berlin");
    CHECK(snapshot.forest_id == "0e10c968-78fb-11d2-90d4-00c04f79dc55");
    CHECK(snapshot.policy.bits == 7U);
    CHECK(snapshot.account.sam_account_name == "WS1$");
    CHECK(snapshot.templates.size() == 1);
    CHECK(snapshot.services.size() == 1);
    CHECK(snapshot.pending.size() == 1);
    CHECK(reading.gathered.replica.server.dns_name == "dc1.corp.example.test");
    CHECK(reading.gathered.trust.size() == 3);
    CHECK(world.store.replaced.empty());
    CHECK(world.sink.events.empty());
    CHECK(world.memory.saves == 0);
}

TEST_CASE("the scope is the pulse's, whatever the directory says", "[gather]") {
    PulseWorld world;
    world.options.scope = Scope::user;
    CHECK(read(world).gathered.world.account.scope == Scope::user);
}

TEST_CASE("disabled by policy: only the policy is read", "[gather][A1]") {
    PulseWorld world;
    world.policy.answer = policy_of(0x8007);
    world.directory.account.reset();  // a call would fail the test
    world.directory.replica.reset();
    world.store.trusted_error = world.store.held_error = Error{kReadFault, "no", {}};
    const Reading reading = read(world);
    CHECK(reading.result);
    CHECK(reading.gathered.world.policy.bits == 0x8007U);
    CHECK(reading.gathered.trust.empty());
    world.options.scope = Scope::user;
    CHECK(read(world).gathered.world.account.scope == Scope::user);
}

TEST_CASE("the policy is read anew each time", "[gather][C3]") {
    PulseWorld world;
    CHECK(read(world).gathered.world.policy.bits == 7U);
    world.policy.answer = policy_of(1);
    CHECK(read(world).gathered.world.policy.bits == 1U);
}

TEST_CASE("the first step that fails ends it, with its name", "[gather][C1][C2]") {
    PulseWorld world;
    const Error error{kAccessDenied, "no", {}};
    SECTION("policy") {
        world.policy.answer = fail(error);
        CHECK(failure(world) == "read the policy: no");
    }
    SECTION("account") {
        world.directory.account = fail(error);
        CHECK(failure(world) == "find the account: no");
        CHECK(world.directory.reads == 0);
        Gathered kept;
        CHECK_FALSE(gather(world.ports(), world.options, kept));
        CHECK(kept.world.policy.bits == 7U);  // for the report
    }
    SECTION("replica") {
        world.directory.replica = fail(error);
        CHECK(failure(world) == "read the Public Key Services: no");
    }
    SECTION("trust stores") {
        world.store.trusted_error = error;
        CHECK(failure(world) == "read store Root: no");
    }
    SECTION("MY") {
        world.store.held_error = error;
        CHECK(failure(world) == "read MY: no");
    }
    SECTION("REQUEST") {
        world.store.pending_error = error;
        CHECK(failure(world) == "read REQUEST: no");
    }
}

TEST_CASE("a machine trusts what its stores will hold after this pulse", "[gather][K1][K2]") {
    PulseWorld world;
    world.store.trust[TrustStore::root] = {Bytes{1}};
    const Reading reading = read(world);
    CHECK(reading.gathered.anchors.roots == std::vector<Bytes>{root_certificate()});
    // The store's, and those of the enrollment services, which help to build chains.
    CHECK(reading.gathered.anchors.intermediates ==
          std::vector<Bytes>{ca_certificate("Corp Issuing CA 1"),
                             ca_certificate("Corp Issuing CA 1")});
    CHECK(world.chains.roots == std::vector<Bytes>{root_certificate()});
    CHECK(reading.gathered.trust[0].store == TrustStore::root);
    CHECK(reading.gathered.trust[0].added == 1);
    CHECK(reading.gathered.trust[0].removed == 1);
    CHECK(reading.gathered.trust[1].store == TrustStore::intermediate);
    CHECK(reading.gathered.trust[2].store == TrustStore::nt_auth);
}

TEST_CASE("a user trusts what the machine's stores hold", "[gather][K1]") {
    PulseWorld world;
    world.options.scope = Scope::user;
    world.store.trust[TrustStore::root] = {Bytes{1}};
    world.store.trust[TrustStore::intermediate] = {Bytes{2}};
    const Reading reading = read(world);
    CHECK(reading.gathered.trust.empty());
    CHECK(reading.gathered.anchors.roots == std::vector<Bytes>{Bytes{1}});
    CHECK(reading.gathered.anchors.intermediates ==
          std::vector<Bytes>{Bytes{2}, ca_certificate("Corp Issuing CA 1")});
}

TEST_CASE("the certificates of all CAs help to build chains, and are no roots",
          "[gather][choice 2]") {
    PulseWorld world;
    world.with_two_cas();
    world.replica().intermediates.certificates.clear();
    const Reading reading = read(world);
    CHECK(reading.gathered.anchors.intermediates ==
          std::vector<Bytes>{ca_certificate("Corp Issuing CA 1"),
                             ca_certificate("Corp Issuing CA 2")});
    CHECK(reading.gathered.anchors.roots == std::vector<Bytes>{root_certificate()});
    CHECK(reading.gathered.trust[1].added == 0);
}

TEST_CASE("a preview of what is disabled reads all the same and changes no trust", "[gather][A1]") {
    PulseWorld world;
    world.policy.answer = policy_of(0x8007);
    world.options.preview = true;
    world.store.trust[TrustStore::root] = {root_certificate()};
    world.store.my = {held(world.replica().templates[0])};
    const Reading reading = read(world);
    REQUIRE(reading.result);
    CHECK(reading.gathered.world.templates.size() == 1);
    CHECK(reading.gathered.world.my.size() == 1);
    CHECK(reading.gathered.trust.empty());
    // What stands there now decides, as in a pulse that was allowed to.
    CHECK(world.chains.roots == std::vector<Bytes>{root_certificate()});
    // A preview of what is allowed is what a pulse reads.
    world.policy.answer = policy_of(7);
    CHECK(read(world).gathered.trust.size() == 3);
}

TEST_CASE("each CA is judged by its newest certificate that stands",
          "[gather][choice 2][choice 3]") {
    struct Row {
        ChainState newest;
        ChainState seen;
        int calls;
    };
    const Row row = GENERATE(values<Row>({{ChainState::valid, ChainState::valid, 1},
                                          {ChainState::revoked, ChainState::revoked, 1},
                                          {ChainState::expired, ChainState::valid, 2},
                                          {ChainState::untrusted, ChainState::valid, 2},
                                          {ChainState::malformed, ChainState::valid, 2}}));
    PulseWorld world;
    const Bytes newest{0x30, 0x00};
    auto& certificates = world.replica().services[0].certificates;
    certificates.insert(certificates.begin(), newest);
    world.chains.answers[newest] = {row.newest, "newest", {}};
    const Reading reading = read(world);
    REQUIRE(reading.gathered.world.ca_trust.size() == 1);
    CHECK(reading.gathered.world.ca_trust[0].ca.config() == kCa1);
    CHECK(reading.gathered.world.ca_trust[0].chain.state == row.seen);
    CHECK(world.chains.calls == row.calls);
}

TEST_CASE("a CA without any certificate is not trusted", "[gather][choice 2]") {
    PulseWorld world;
    world.replica().services[0].certificates.clear();
    const ChainStatus chain = read(world).gathered.world.ca_trust.at(0).chain;
    CHECK(chain.state == ChainState::untrusted);
    CHECK(chain.detail == "the directory lists no certificate for it");
}

TEST_CASE("chains are built for every certificate of MY: a foreign one may sign a request",
          "[gather][managed][E6]") {
    PulseWorld world;
    const HeldCertificate ours = held(world.replica().templates[0]);
    const HeldCertificate foreign = held(autoenrolled("Foreign"));
    world.store.my = {foreign, ours};
    world.chains.answers[ours.facts.der] = {ChainState::revoked, "by its CA", {}};
    world.chains.answers[foreign.facts.der] = {ChainState::untrusted, "self-signed", {}};
    const Reading reading = read(world);
    REQUIRE(reading.gathered.world.my.size() == 2);
    CHECK(reading.gathered.world.my[0].chain.state == ChainState::untrusted);
    CHECK(reading.gathered.world.my[1].chain.state == ChainState::revoked);
}

TEST_CASE("userCertificate: managed values that are certificates", "[gather][D4][X2]") {
    PulseWorld world;
    const auto value = [](const std::string& oid) {
        return make_certificate({.subject_key = fake_public_key("k"),
                                 .issuer_key = ca_key("Corp Issuing CA 1"),
                                 .not_before = kNow - kDay,
                                 .not_after = kNow + kDay,
                                 .template_oid = oid});
    };
    const Bytes ours = value(oid_of("CorpMachine"));
    auto account = machine_account();
    account.user_certificates = {Bytes{1, 2}, value("1.2.3"), ours};
    world.directory.account = account;
    world.chains.answers[ours] = {ChainState::revoked, "by its CA", {}};
    const Reading reading = read(world);
    REQUIRE(reading.gathered.world.published.size() == 1);
    const PublishedCertificate& one = reading.gathered.world.published[0];
    CHECK(one.facts.der == ours);
    CHECK(one.thumbprint == to_hex(fake_digest(ours)));
    CHECK(one.chain.state == ChainState::revoked);
}

TEST_CASE("watched stores besides MY, by name in any case", "[gather][X3]") {
    PulseWorld world;
    world.store.trust[TrustStore::root] = {root_certificate(), Bytes{9}};
    world.store.trust[TrustStore::intermediate] = {ca_certificate("Corp Issuing CA 1")};
    AutoenrollPolicy policy = policy_of(7);
    policy.warn_stores = {"MY", "root", "Nonsense"};
    world.policy.answer = policy;
    const Reading reading = read(world);
    REQUIRE(reading.gathered.world.watched.size() == 1);
    CHECK(reading.gathered.world.watched[0].store == "Root");
    CHECK(reading.gathered.world.watched[0].facts.subject == "CN=Corp Root CA");
    CHECK(reading.gathered.world.watched[0].thumbprint == to_hex(fake_digest(root_certificate())));
}

TEST_CASE("MY and REQUEST are read anew, with their chains", "[gather]") {
    PulseWorld world;
    Reading reading = read(world);
    world.store.my = {held(world.replica().templates[0])};
    world.store.requests = {pending_since(autoenrolled("T"), kNow)};
    REQUIRE(read_stores(world.ports(), reading.gathered));
    CHECK(reading.gathered.world.my.size() == 1);
    CHECK(reading.gathered.world.pending.size() == 1);
    world.store.held_error = Error{kReadFault, "no", {}};
    CHECK_FALSE(read_stores(world.ports(), reading.gathered));
}

}  // namespace
}  // namespace ae::engine
