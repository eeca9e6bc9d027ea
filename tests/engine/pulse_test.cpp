#include "engine/pulse.h"

#include "tests/support/pulse_world.h"

#include <catch2/catch.hpp>

namespace ae::engine {
namespace {

using namespace test;
using Numbers = std::vector<std::string>;

TEST_CASE("a machine without certificates comes out of one pulse with one", "[pulse][issued]") {
    PulseWorld world;
    const PulseReport report = world.pulse();

    CHECK(report.ok());
    REQUIRE(report.enrolled.size() == 1);
    CHECK(report.enrolled[0].template_name == "CorpMachine");
    CHECK(report.enrolled[0].ca.config() == kCa1);
    CHECK(report.enrolled[0].request_id == 17);
    CHECK(report.enrolled[0].facts.subject == "CN=ws1.corp.example.test");
    REQUIRE(report.decisions.size() == 1);
    CHECK(report.decisions[0].verdict == Verdict::issued);
    CHECK(report.decisions[0].fact ==
          "request 17 at " + kCa1 + "; valid until 2027-11-21T12:00:00Z");
    CHECK(report.server.dns_name == "dc1.corp.example.test");

    CHECK(world.sink.numbers() == Numbers{"AE 2", "AE 4", "CE 19", "AE 5", "AE 3"});
    CHECK(world.keys.requests.front().bits == 2048);
    REQUIRE(world.store.installed.size() == 1);
    CHECK(world.store.installed[0].key_reference == "key 1");
    // The root that came along stays out (I13).
    CHECK(world.store.installed[0].chain ==
          std::vector<Bytes>{ca_certificate("Corp Issuing CA 1")});
    CHECK(world.store.requests.empty());
}

TEST_CASE("a second pulse does nothing and says why", "[pulse][property]") {
    PulseWorld world;
    REQUIRE(world.pulse().ok());
    const PulseReport second = world.pulse();
    CHECK(second.ok());
    CHECK(second.enrolled.empty());
    CHECK(second.decisions[0].verdict == Verdict::held);
    CHECK(second.decisions[0].rule == "D1");
    CHECK(world.ca.asked.empty());
    CHECK(world.keys.requests.size() == 1);
    CHECK(world.sink.numbers() == Numbers{"AE 2", "AE 4", "AE 5", "AE 3"});
}

TEST_CASE("the replica goes into the trust stores before anything else", "[pulse][K2][K8]") {
    PulseWorld world;
    world.policy.answer = AutoenrollPolicy{};
    world.replica().roots.skipped = {"a value of 1 octet"};
    const PulseReport report = world.pulse();
    CHECK(world.store.trust[TrustStore::root] == std::vector<Bytes>{root_certificate()});
    CHECK(world.store.trust[TrustStore::intermediate].size() == 1);
    CHECK(world.store.trust[TrustStore::nt_auth].size() == 1);
    CHECK(report.notes == std::vector<std::string>{"store Root: a value of 1 octet"});
}

TEST_CASE("a user pulse only reads the replica", "[pulse][K1]") {
    Template t = autoenrolled("CorpUser");
    t.general_flags = 0;
    PulseWorld world({t});
    world.options.scope = Scope::user;
    const PulseReport report = world.pulse();
    CHECK(world.store.trust.empty());
    CHECK(report.enrolled.size() == 1);
    CHECK_THAT(world.sink.events.front().text, Catch::Contains("user"));
}

TEST_CASE("AEPolicy gates the pulse", "[pulse][A1][gates]") {
    struct Row {
        std::optional<std::uint32_t> bits;
        std::size_t enrolled;
        std::size_t decisions;
        std::size_t trust_stores;
        Numbers events;
    };
    const Row row = GENERATE(values<Row>({
        {std::nullopt, 0, 1, 3, {"AE 2", "AE 3"}},
        {0x0, 0, 1, 3, {"AE 2", "AE 3"}},
        {0x1, 1, 1, 3, {"AE 2", "AE 4", "CE 19", "AE 5", "AE 3"}},
        {0x6, 0, 1, 3, {"AE 2", "AE 4", "AE 5", "AE 3"}},
        {0x7, 1, 1, 3, {"AE 2", "AE 4", "CE 19", "AE 5", "AE 3"}},
        {0x8000, 0, 0, 0, {"AE 2", "AE 3"}},
        {0x8007, 0, 0, 0, {"AE 2", "AE 3"}},
    }));
    PulseWorld world;
    world.policy.answer = AutoenrollPolicy{row.bits, "test"};
    if (row.trust_stores == 0) {
        world.directory.account.reset();  // disabled: the directory is not even asked
        world.directory.replica.reset();
    }
    const PulseReport report = world.pulse();
    CHECK(report.ok());
    CHECK(report.enrolled.size() == row.enrolled);
    CHECK(report.decisions.size() == row.decisions);
    CHECK(world.store.trust.size() == row.trust_stores);
    CHECK(world.sink.numbers() == row.events);
    if (row.decisions == 1 && row.enrolled == 0) {
        CHECK(report.decisions[0].verdict == Verdict::policy_off);
    }
}

TEST_CASE("decisions that administrators should hear of are events", "[pulse][events]") {
    Template user = autoenrolled("CorpUser");
    user.general_flags = 0;
    PulseWorld world({autoenrolled("X", {"Y"}), autoenrolled("Y"), user, autoenrolled("Lonely")});
    world.replica().services.front().templates.pop_back();
    const PulseReport report = world.pulse();
    CHECK(report.ok());
    CHECK(world.sink.numbers() ==
          Numbers{"AE 2", "AE 4", "CE 19", "CE 56", "CE 51", "CE 47", "AE 5", "AE 3"});
}

TEST_CASE("a request that has to be approved waits", "[pulse][pending][W6]") {
    PulseWorld world;
    world.with_two_cas();
    world.ca.authorities[kCa1] = PulseWorld::answers(Disposition::pending, 0);
    const PulseReport report = world.pulse();
    CHECK(report.ok());
    CHECK(report.enrolled.empty());
    CHECK(report.decisions[0].verdict == Verdict::pending);
    CHECK(report.decisions[0].fact == "request 17 waits at " + kCa1);
    CHECK(world.ca.asked == std::vector<std::string>{kCa1});
    CHECK(world.sink.numbers() == Numbers{"AE 2", "AE 4", "CE 21", "AE 5", "AE 3"});

    REQUIRE(world.store.requests.size() == 1);
    const PendingRequest& entry = world.store.requests[0];
    CHECK(entry.template_name == "CorpMachine");
    CHECK(entry.ca.config() == kCa1);
    CHECK(entry.request_id == 17);
    CHECK(entry.submitted == kNow);
    CHECK(world.keys.keys.contains(entry.key_reference));

    const PulseReport second = world.pulse();
    CHECK(second.decisions[0].verdict == Verdict::pending);
    CHECK(second.decisions[0].rule == "D3");
    CHECK(world.ca.asked.empty());
}

TEST_CASE("an overdue request holds nothing back, and stays until it can be fetched",
          "[pulse][N5][N9]") {
    PulseWorld world;
    world.policy.answer = policy_of(1);
    world.store.requests = {
        pending_since(world.replica().templates[0], kNow - 60 * kDay - Seconds(1))};
    world.keys.keys["pending-key"] = KeyAlgorithm::rsa;
    const PulseReport report = world.pulse();
    CHECK(report.ok());
    CHECK(report.enrolled.size() == 1);
    REQUIRE(world.store.requests.size() == 1);
    CHECK(world.store.requests[0].key_reference == "pending-key");
    CHECK(world.keys.keys.contains("pending-key"));
}

TEST_CASE("a request of 60 days exactly stays, key and all", "[pulse][N5]") {
    PulseWorld world;
    world.store.requests = {pending_since(world.replica().templates[0], kNow - 60 * kDay)};
    world.keys.keys["pending-key"] = KeyAlgorithm::rsa;
    CHECK(world.pulse().decisions[0].verdict == Verdict::pending);
    CHECK(world.store.requests.size() == 1);
    CHECK(world.keys.keys.contains("pending-key"));
}

TEST_CASE("an offline request of 90 days stays, key and all", "[pulse][N6]") {
    PulseWorld world(std::vector<Template>{});
    PendingRequest offline = pending_since(autoenrolled("CorpMachine"), kNow - 90 * kDay);
    offline.request_id.reset();
    world.store.requests = {offline};
    world.keys.keys["pending-key"] = KeyAlgorithm::rsa;
    CHECK(world.pulse().ok());
    CHECK(world.store.requests.size() == 1);
    CHECK(world.keys.keys.contains("pending-key"));
}

TEST_CASE("each template gets its own key as it asks", "[pulse][key]") {
    Template ec = autoenrolled("CorpMachineEC");
    ec.schema_version = 4;
    ec.providers = {{1, "Microsoft Software Key Storage Provider"}};
    ec.asymmetric_algorithm = "ECDSA_P256";
    ec.minimal_key_size = 256;
    PulseWorld world({ec});
    CHECK(world.pulse().enrolled.size() == 1);
    REQUIRE(world.keys.requests.size() == 1);
    CHECK(world.keys.requests[0].algorithm == KeyAlgorithm::ecdsa_p256);
    CHECK(world.keys.requests[0].template_name == "CorpMachineEC");
}

TEST_CASE("a CA is checked once per pulse, however many templates it issues", "[pulse][choice]") {
    std::vector<Template> templates;
    for (const char* name : {"A", "B", "C"}) {
        templates.push_back(autoenrolled(name));
    }
    PulseWorld world(templates);
    world.chains.otherwise = ChainStatus{ChainState::untrusted, "unknown root"};
    const PulseReport report = world.pulse();
    CHECK(report.failures.size() == 3);
    CHECK(world.chains.calls == 1);
}

}  // namespace
}  // namespace ae::engine
