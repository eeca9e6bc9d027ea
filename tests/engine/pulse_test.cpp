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

TEST_CASE("what is issued has nothing left to remedy", "[pulse][issued]") {
    PulseWorld world({autoenrolled("A", {"B"}), autoenrolled("B", {"A"})});  // warned of
    const PulseReport report = world.pulse();
    CHECK(report.enrolled.size() == 2);
    for (const Decision& one : report.decisions) {
        CHECK(one.verdict == Verdict::issued);
        CHECK(one.remedy.empty());
    }
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
    CHECK(world.store.replaced.empty());
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
    world.policy.answer = AutoenrollPolicy{.bits = row.bits, .source = "test"};
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

TEST_CASE("a manual pulse obeys AEPolicy exactly like the timer", "[pulse][A5][T4]") {
    PulseWorld world;
    world.options.force = true;
    for (const std::uint32_t bits : {0U, 2U, 4U, 6U, 0x8007U}) {
        world.policy.answer = policy_of(bits);
        const PulseReport report = world.pulse();
        CHECK(report.ok());
        CHECK(report.policy.bits == bits);
        CHECK(world.ca.asked.empty());
    }
    world.policy.answer = policy_of(1);
    CHECK(world.pulse().enrolled.size() == 1);
}

TEST_CASE("what the policy's reader has to say is said", "[pulse][A6]") {
    PulseWorld world;
    AutoenrollPolicy policy = policy_of(7);
    policy.notes = {"end point https://cep.corp.example.test is passed over"};
    world.policy.answer = policy;
    CHECK(world.pulse().notes == policy.notes);
    world.directory.account = fail(hresult(0x8007054B), "dc1");
    CHECK(world.pulse().notes == policy.notes);
}

TEST_CASE("an identity without a policy of its own enrolls for nothing", "[pulse][T10]") {
    Template t = autoenrolled("CorpUser");
    t.general_flags = 0;
    PulseWorld world({t});
    world.options.scope = Scope::user;
    world.policy.answer = AutoenrollPolicy{};
    const PulseReport report = world.pulse();
    CHECK(report.ok());
    CHECK(report.decisions[0].verdict == Verdict::policy_off);
    CHECK_THAT(report.decisions[0].fact, Catch::Contains("AEPolicy is absent"));
    CHECK(world.ca.asked.empty());
}

TEST_CASE("every pulse reads the whole replica from one controller: no bookmark, no cache",
          "[pulse][K6][K7]") {
    PulseWorld world;
    world.pulse();
    CHECK(world.directory.reads == 1);
    world.replica().server.dns_name = "dc2.corp.example.test";
    world.replica().templates.push_back(autoenrolled("New"));
    const PulseReport second = world.pulse();
    CHECK(world.directory.reads == 2);
    CHECK(second.server.dns_name == "dc2.corp.example.test");
    CHECK(second.decisions[1].template_name == "New");
}

TEST_CASE("decisions that administrators should hear of are events", "[pulse][events]") {
    Template user = autoenrolled("CorpUser");
    user.general_flags = 0;
    PulseWorld world({autoenrolled("X", {"Y"}), autoenrolled("Y"), user, autoenrolled("Lonely")});
    world.replica().services.front().templates.pop_back();
    const PulseReport report = world.pulse();
    CHECK(report.ok());
    CHECK(world.sink.numbers() ==
          Numbers{"AE 2", "AE 4", "CE 56", "CE 51", "CE 47", "CE 19", "AE 5", "AE 3"});
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

    world.ca.pending[kCa1] = PulseWorld::answers(Disposition::pending, 0);
    const PulseReport second = world.pulse();
    CHECK(second.decisions[0].verdict == Verdict::pending);
    CHECK(second.decisions[0].rule == "D3");
    CHECK(world.ca.asked.empty());
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
    world.chains.otherwise = ChainStatus{ChainState::untrusted, "unknown root", {}};
    const PulseReport report = world.pulse();
    CHECK(report.failures.size() == 3);
    CHECK(world.chains.calls == 1);
}

}  // namespace
}  // namespace ae::engine
