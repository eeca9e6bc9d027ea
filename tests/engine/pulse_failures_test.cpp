#include "engine/pulse.h"
#include "tests/support/pulse_world.h"

#include <catch2/catch.hpp>

namespace ae::engine {
namespace {

using namespace test;
using Numbers = std::vector<std::string>;

std::string only_failure(const PulseReport& report) {
    REQUIRE(report.failures.size() == 1);
    return report.failures[0].sentence();
}

TEST_CASE("a CA that is down: the next one issues with the same key", "[pulse][next-ca]") {
    PulseWorld world;
    world.with_two_cas();
    world.ca.authorities[kCa1] = PulseWorld::unreachable();
    const PulseReport report = world.pulse();
    CHECK(report.ok());
    REQUIRE(report.enrolled.size() == 1);
    CHECK(report.enrolled[0].ca.config() == kCa2);
    CHECK(world.ca.asked == std::vector<std::string>{kCa1, kCa2});
    CHECK(world.keys.requests.size() == 1);
    CHECK(world.sink.numbers() == Numbers{"AE 2", "AE 4", "CE 17", "CE 19", "AE 5", "AE 3"});
    CHECK_THAT(world.event("CE 17"), Catch::Contains("0x800706BA") && Catch::Contains(kCa1));
}

TEST_CASE("denied everywhere: the key is erased and nothing is pending",
          "[pulse][next-ca][X4][W5][W8]") {
    PulseWorld world;
    world.with_two_cas();
    for (const std::string& ca : {kCa1, kCa2}) {
        world.ca.authorities[ca] =
            PulseWorld::answers(Disposition::denied, 0x80094012, "Denied by Policy Module\r\n");
    }
    const PulseReport report = world.pulse();
    CHECK(report.enrolled.empty());
    REQUIRE(report.failures.size() == 2);
    // The last one decided; the others follow.
    CHECK_THAT(report.failures[0].sentence(),
               Catch::StartsWith("machine pulse: enroll CorpMachine: submit to " + kCa2 +
                                 ": request 17 was denied (\"Denied by Policy Module\"): "
                                 "CERTSRV_E_TEMPLATE_DENIED (0x80094012)"));
    CHECK_THAT(report.failures[1].sentence(), Catch::Contains(kCa1));
    CHECK(report.decisions[0].verdict == Verdict::failed);
    CHECK_FALSE(report.decisions[0].remedy.empty());
    CHECK(world.keys.keys.empty());
    CHECK(world.store.requests.empty());
    CHECK(world.sink.numbers() ==
          Numbers{"AE 2", "AE 4", "CE 17", "CE 17", "CE 13", "AE 5", "AE 3"});
}

TEST_CASE("a reason that holds everywhere ends the round", "[pulse][next-ca]") {
    PulseWorld world;
    world.with_two_cas();
    world.ca.authorities[kCa1] = PulseWorld::answers(Disposition::denied, 0);
    const PulseReport report = world.pulse();
    CHECK(world.ca.asked == std::vector<std::string>{kCa1});
    CHECK_THAT(only_failure(report), Catch::Contains("0x80094014"));
    CHECK(world.keys.keys.empty());
    CHECK(world.sink.numbers() == Numbers{"AE 2", "AE 4", "CE 17", "CE 13", "AE 5", "AE 3"});
}

TEST_CASE("a key that cannot be erased is a failure of its own", "[pulse][X4]") {
    PulseWorld world;
    world.ca.authorities[kCa1] = PulseWorld::answers(Disposition::denied, 0x80094012);
    world.keys.erase_error = Error{kWriteProtected, "unlink key.pem", {}};
    const PulseReport report = world.pulse();
    REQUIRE(report.failures.size() == 2);
    CHECK_THAT(
        report.failures[1].sentence(),
        Catch::StartsWith("machine pulse: enroll CorpMachine: erase the unused key: unlink"));
}

TEST_CASE("an answer without a reason is an unexpected failure", "[pulse][W4]") {
    PulseWorld world;
    world.ca.authorities[kCa1] = PulseWorld::answers(Disposition::failed, 0);
    CHECK_THAT(only_failure(world.pulse()),
               Catch::Contains("request 17 failed") && Catch::Contains("0x8000FFFF"));
    CHECK_THAT(world.event("CE 13"), Catch::Contains("request 17"));
}

TEST_CASE("what a CA sends before it has the request says nothing about the others",
          "[pulse][next-ca]") {
    PulseWorld world;
    world.with_two_cas();
    world.ca.authorities[kCa1] = PulseWorld::unreachable(0x8007000D);  // a malformed answer
    CHECK(world.pulse().enrolled.size() == 1);
    CHECK(world.ca.asked == std::vector<std::string>{kCa1, kCa2});
    CHECK(world.memory.memory.outages.size() == 1);
    // As a verdict on the request it holds everywhere.
    world.memory.memory = {};
    world.store.my.clear();
    world.ca.authorities[kCa1] = PulseWorld::answers(Disposition::denied, 0x8007000D);
    CHECK_FALSE(world.pulse().ok());
    CHECK(world.ca.asked == std::vector<std::string>{kCa1});
}

TEST_CASE("a lost answer: no second CA, and the key stays for the next attempt", "[pulse][W7]") {
    PulseWorld world;
    world.with_two_cas();
    world.ca.authorities[kCa1] = PulseWorld::unreachable(0x800706BE);
    const PulseReport first = world.pulse();
    CHECK(world.ca.asked == std::vector<std::string>{kCa1});
    CHECK_THAT(only_failure(first), Catch::Contains("0x800706BE"));
    CHECK(first.decisions[0].verdict == Verdict::failed);
    CHECK(world.sink.numbers() == Numbers{"AE 2", "AE 4", "CE 13", "AE 5", "AE 3"});
    REQUIRE(world.store.requests.size() == 1);
    CHECK_FALSE(world.store.requests[0].request_id);
    CHECK(world.store.requests[0].key_reference == "key 1");
    CHECK(world.keys.keys.contains("key 1"));

    world.ca.authorities[kCa1] = world.issues(1);
    const PulseReport second = world.pulse();
    CHECK(second.ok());
    CHECK(second.enrolled.size() == 1);
    CHECK(world.keys.requests.size() == 1);  // no new key was made
    CHECK(world.store.installed[0].key_reference == "key 1");
    CHECK(world.store.requests.empty());
}

TEST_CASE("the key of a lost answer outlives a denial", "[pulse][W7][X4]") {
    PulseWorld world;
    world.ca.authorities[kCa1] = PulseWorld::unreachable(0x800706BE);
    world.pulse();
    world.ca.authorities[kCa1] = PulseWorld::answers(Disposition::denied, 0x80094012);
    CHECK_FALSE(world.pulse().ok());
    CHECK(world.keys.keys.contains("key 1"));
    CHECK(world.store.requests.size() == 1);
}

TEST_CASE("a kept key of another algorithm is not used", "[pulse][W7]") {
    PulseWorld world;
    PendingRequest lost = pending_since(world.replica().templates[0], kNow);
    lost.request_id.reset();
    lost.key_reference = "old";
    world.store.requests = {lost};
    world.keys.keys["old"] = KeyAlgorithm::ecdsa_p256;
    CHECK(world.pulse().enrolled.size() == 1);
    CHECK(world.keys.requests.size() == 1);
    CHECK(world.keys.keys.contains("old"));
}

TEST_CASE("a certificate for another key is discarded loudly", "[pulse][I5]") {
    PulseWorld world;
    world.with_two_cas();
    world.ca.authorities[kCa1] = [&](const Bytes&) {
        return world.issues(1)(fake_public_key("another"));
    };
    const PulseReport report = world.pulse();
    CHECK_THAT(only_failure(report),
               Catch::StartsWith("machine pulse: enroll CorpMachine: answer of " + kCa1 +
                                 " to request 17: check I5: "));
    CHECK(report.decisions[0].verdict == Verdict::failed);
    CHECK(world.ca.asked == std::vector<std::string>{kCa1});
    CHECK(world.store.installed.empty());
    CHECK(world.keys.keys.empty());
    CHECK(world.sink.numbers() == Numbers{"AE 2", "AE 4", "CE 50", "AE 5", "AE 3"});
}

TEST_CASE("a certificate that cannot be installed leaves its key for the next pulse",
          "[pulse][W4][W6]") {
    PulseWorld world;
    world.store.install_error = Error{kDiskFull, "write cert.pem", {}};
    const PulseReport report = world.pulse();
    CHECK_THAT(only_failure(report), Catch::Contains("install: write cert.pem"));
    CHECK(world.keys.keys.contains("key 1"));
    REQUIRE(world.store.requests.size() == 1);
    CHECK(world.store.requests[0].request_id == 17);
    CHECK(world.sink.numbers() == Numbers{"AE 2", "AE 4", "CE 50", "AE 5", "AE 3"});

    // The same certificate is fetched, and no second one asked for.
    world.store.install_error.reset();
    world.ca.pending[kCa1] = [&](const Bytes&) {
        return world.issues(1)(fake_public_key("key 1"));
    };
    CHECK(world.pulse().ok());
    CHECK(world.store.installed.at(0).key_reference == "key 1");
    CHECK(world.store.requests.empty());
    CHECK(world.ca.asked.empty());
}

TEST_CASE("an answer that cannot be judged now is fetched again later", "[pulse][W4][I8]") {
    PulseWorld world;
    world.replica().services.front().certificates = {ca_certificate("Corp Issuing CA 1")};
    world.ca.authorities[kCa1] = [&](const Bytes& key) { return world.issues(2)(key); };
    world.ca.own_certificates.emplace(kCa1, fail(kOperationAborted, "stopped on request"));
    const PulseReport report = world.pulse();
    CHECK_THAT(only_failure(report), Catch::Contains("does not tell its own certificates"));
    CHECK(world.keys.keys.contains("key 1"));
    REQUIRE(world.store.requests.size() == 1);
    CHECK(world.store.requests[0].request_id == 17);
}

TEST_CASE("a request that cannot be noted is not sent", "[pulse][W6]") {
    PulseWorld world;
    world.store.save_error = Error{kDiskFull, "write entry.json", {}};
    const PulseReport report = world.pulse();
    CHECK_THAT(only_failure(report), Catch::Contains("note the request: write entry.json"));
    CHECK(report.decisions[0].verdict == Verdict::failed);
    CHECK(world.ca.asked.empty());
    CHECK(world.keys.keys.empty());
}

TEST_CASE("the request is noted before the CA sees it", "[pulse][W7]") {
    PulseWorld world;
    std::vector<PendingRequest> noted;
    world.ca.authorities[kCa1] = [&](const Bytes& key) {
        noted = world.store.requests;  // all that would be left if the program died here
        return world.issues(1)(key);
    };
    CHECK(world.pulse().ok());
    REQUIRE(noted.size() == 1);
    CHECK(noted[0].key_reference == "key 1");
    CHECK(noted[0].template_name == "CorpMachine");
    CHECK(noted[0].ca.config() == kCa1);
    CHECK_FALSE(noted[0].request_id);
}

TEST_CASE("a pending request whose id cannot be saved keeps its key", "[pulse][W6]") {
    PulseWorld world;
    world.ca.authorities[kCa1] = [&](const Bytes&) {
        world.store.save_error = Error{kDiskFull, "write entry.json", {}};
        return PulseWorld::answers(Disposition::pending, 0)({});
    };
    const PulseReport report = world.pulse();
    CHECK_THAT(only_failure(report), Catch::Contains("request 17: save the pending request"));
    CHECK(report.decisions[0].verdict == Verdict::failed);
    CHECK(world.keys.keys.contains("key 1"));
}

TEST_CASE("no key or no request: no CA is asked", "[pulse]") {
    PulseWorld world;
    SECTION("the key cannot be made") {
        world.keys.create_error = Error{kWriteProtected, "create request/1", {}};
        CHECK_THAT(only_failure(world.pulse()),
                   Catch::StartsWith("machine pulse: enroll CorpMachine: make the key: create "));
    }
    SECTION("the request cannot be built") {
        world.ca.build_error = Error{kInvalidData, "encode", {}};
        CHECK_THAT(only_failure(world.pulse()), Catch::Contains("build the request: encode"));
    }
    CHECK(world.ca.asked.empty());
    CHECK(world.keys.keys.empty());
    CHECK(world.sink.numbers() == Numbers{"AE 2", "AE 4", "CE 45", "AE 5", "AE 3"});
}

TEST_CASE("a CA that is not trusted is not asked", "[pulse][choice]") {
    PulseWorld world;
    world.with_two_cas();
    world.chains.answers[ca_certificate("Corp Issuing CA 1")] = {
        ChainState::untrusted, "no root", {}};
    CHECK(world.pulse().enrolled.front().ca.config() == kCa2);
    CHECK(world.sink.numbers() == Numbers{"AE 2", "AE 4", "CE 52", "CE 19", "AE 5", "AE 3"});

    PulseWorld alone;
    alone.chains.answers[ca_certificate("Corp Issuing CA 1")] = {
        ChainState::revoked, "by the root", {}};
    const PulseReport report = alone.pulse();
    CHECK_THAT(only_failure(report),
               Catch::Contains("no CA that offers it is trusted: " + kCa1 + ": by the root"));
    CHECK(alone.ca.asked.empty());
    CHECK(alone.keys.requests.empty());
    CHECK(alone.sink.numbers() == Numbers{"AE 2", "AE 4", "CE 52", "CE 24", "AE 5", "AE 3"});
}

TEST_CASE("only distrust from which a template suffers is said", "[pulse][choice]") {
    PulseWorld world({autoenrolled("A"), autoenrolled("B")});
    world.replica().services = {service(1, {"a"}), service(2, {"Other", "B"})};
    const ChainStatus distrust{ChainState::untrusted, "no root", {}};
    world.chains.answers[ca_certificate("Corp Issuing CA 2")] = distrust;
    CHECK_FALSE(world.pulse().ok());
    CHECK(world.sink.numbers() ==
          Numbers{"AE 2", "AE 4", "CE 52", "CE 24", "CE 19", "AE 5", "AE 3"});
    CHECK_THAT(world.event("CE 52"), Catch::Contains(kCa2) && Catch::Contains("no root"));
    // Nothing is needed of it: silence.
    world.replica().services[1].templates = {"Other"};
    CHECK(world.pulse().ok());
    CHECK(world.event("CE 52") == "no event CE 52");
    // A renewal suffers, too.
    world.replica().services = {service(2, {"A"})};
    world.store.my.at(0).facts.not_after = kNow + kDay;
    world.store.my.at(0).facts.not_before = kNow - 300 * kDay;
    CHECK_FALSE(world.pulse().ok());
    CHECK(world.event("CE 52") != "no event CE 52");
    CHECK(world.event("CE 23") != "no event CE 23");
}

TEST_CASE("a forest without a CA is one event, not one per template", "[pulse][choice][E10]") {
    PulseWorld world({autoenrolled("A"), autoenrolled("B")});
    world.replica().services.clear();
    const PulseReport report = world.pulse();
    CHECK(report.ok());
    CHECK(world.sink.numbers() == Numbers{"AE 2", "AE 4", "CE 11", "AE 5", "AE 3"});
    CHECK(report.decisions[0].verdict == Verdict::not_offered);
    world.policy.answer = policy_of(0);
    world.pulse();
    CHECK(world.sink.numbers() == Numbers{"AE 2", "AE 3"});
}

TEST_CASE("membership counts at once here, and the CA's old ticket may still deny",
          "[pulse][S11][next-ca]") {
    PulseWorld world;
    world.with_two_cas();
    auto account = machine_account();
    account.sids = {sid(kMachine), sid("S-1-1-0"), sid(kAuthenticatedUsers)};
    world.directory.account = account;
    CHECK(world.pulse().decisions[0].verdict == Verdict::no_enroll_right);
    world.directory.account = machine_account();  // a group was added in the directory
    world.ca.authorities[kCa1] = PulseWorld::answers(Disposition::denied, 0x80094012);
    CHECK(world.pulse().enrolled.size() == 1);  // the other CA has seen it
    CHECK(world.ca.asked == std::vector<std::string>{kCa1, kCa2});
}

TEST_CASE("an older certificate of a CA may still stand, but not behind a revoked one",
          "[pulse][choice]") {
    const auto with_newer = [](ChainState state) {
        PulseWorld world;
        const Bytes newer{0x30, 0x01, 0x00};
        auto& certificates = world.replica().services[0].certificates;
        certificates.insert(certificates.begin(), newer);
        world.chains.answers[newer] = {state, "newer", {}};
        return world.pulse().enrolled.size();
    };
    CHECK(with_newer(ChainState::expired) == 1);
    CHECK(with_newer(ChainState::revoked) == 0);
}

TEST_CASE("a template that is not understood fails the pulse, the others go on", "[pulse][F1]") {
    Template bad = autoenrolled("Bad");
    bad.fault = "msPKI-RA-Signature is \"many\"";
    PulseWorld world({autoenrolled("CorpMachine"), bad});
    const PulseReport report = world.pulse();
    CHECK(report.enrolled.size() == 1);
    CHECK_THAT(only_failure(report),
               Catch::StartsWith("machine pulse: template Bad: msPKI-RA-Signature is \"many\""));
    CHECK(world.sink.numbers() == Numbers{"AE 2", "AE 4", "CE 4", "CE 19", "AE 5", "AE 3"});
}

TEST_CASE("a policy that cannot be trusted: nothing is done", "[pulse][C3]") {
    PulseWorld world;
    world.policy.answer = fail(kAccessDenied, "policy.d/10.reg is writable by others");
    world.directory.account.reset();
    const PulseReport report = world.pulse();
    CHECK_THAT(only_failure(report),
               Catch::StartsWith("machine pulse: read the policy: policy.d/10.reg is writable"));
    CHECK(report.decisions.empty());
    CHECK(world.sink.numbers() == Numbers{"AE 2", "AE 6"});
}

TEST_CASE("no domain controller: nothing is touched", "[pulse][C1][C2]") {
    struct Row {
        std::uint32_t code;
        const char* end;
    };
    const Row row = GENERATE(values<Row>({{0x8007054B, "AE 15"},
                                          {0x800706BA, "AE 15"},
                                          {0x800705B4, "AE 15"},
                                          {0x80070A84, "AE 6"},
                                          {0x8007052E, "AE 6"}}));
    PulseWorld world;
    SECTION("the account") { world.directory.account = fail(hresult(row.code), "dc1"); }
    SECTION("the replica") { world.directory.replica = fail(hresult(row.code), "dc1"); }
    const PulseReport report = world.pulse();
    CHECK_THAT(only_failure(report), Catch::StartsWith("machine pulse: "));
    CHECK(world.store.trust.empty());
    CHECK(report.decisions.empty());
    CHECK(world.sink.numbers() == Numbers{"AE 2", row.end});
}

TEST_CASE("an incomplete set never changes a trust store", "[pulse][K3]") {
    PulseWorld world;
    world.store.trust[TrustStore::root] = {root_certificate(), Bytes{1}};
    world.replica().roots = {{root_certificate()}, {}, false, "size limit exceeded"};
    const PulseReport report = world.pulse();
    CHECK(world.store.trust[TrustStore::root].size() == 2);
    CHECK(world.store.trust[TrustStore::nt_auth].size() == 1);
    CHECK_THAT(only_failure(report), Catch::Contains("store Root keeps its content"));
    CHECK(report.enrolled.size() == 1);
    CHECK(world.sink.numbers() == Numbers{"AE 2", "AE 1", "AE 4", "CE 19", "AE 5", "AE 3"});
}

TEST_CASE("a store that cannot be written or read ends the pulse before any CA is asked",
          "[pulse]") {
    PulseWorld world;
    SECTION("written") { world.store.replace_error = Error{kWriteProtected, "root", {}}; }
    SECTION("read") { world.store.held_error = Error{kReadFault, "my", {}}; }
    const PulseReport report = world.pulse();
    CHECK(report.failures.size() == 1);
    CHECK(report.decisions.empty());
    CHECK(world.ca.asked.empty());
    CHECK(world.keys.requests.empty());
    CHECK(world.sink.numbers() == Numbers{"AE 2", "AE 6"});
}

}  // namespace
}  // namespace ae::engine
