// Rules N1-N10, X4: what became of requests under submission.
#include "tests/support/pulse_world.h"

#include <catch2/catch.hpp>

namespace ae::engine {
namespace {

using namespace test;
using Numbers = std::vector<std::string>;
using Asked = std::vector<std::string>;

// One template that nobody enrolls for anew, and a request for it that waits.
struct Waiting : PulseWorld {
    explicit Waiting(FakeCaClient::Behaviour answer) {
        policy.answer = policy_of(4);
        wait_for(replica().templates[0], std::move(answer));
    }
    [[nodiscard]] static Decision request(const PulseReport& report) {
        for (const Decision& one : report.decisions) {
            if (one.about == About::request) {
                return one;
            }
        }
        return {};
    }
    [[nodiscard]] bool stays() const {
        return store.requests.size() == 1 && keys.keys.contains("pending-key");
    }
    [[nodiscard]] bool gone() const { return store.requests.empty() && keys.keys.empty(); }
};

FakeCaClient::Behaviour still_pending() { return PulseWorld::answers(Disposition::pending, 0); }

TEST_CASE("issued: it is installed in MY and the entry is gone", "[pulse][N1][N8]") {
    Waiting world(still_pending());
    world.ca.pending[kCa1] = world.issued_meanwhile();
    const PulseReport report = world.pulse();
    CHECK(report.ok());
    CHECK(world.ca.retrieved == Asked{kCa1 + " 17"});
    CHECK(world.ca.asked.empty());
    REQUIRE(world.store.installed.size() == 1);
    const NewCertificate& entry = world.store.installed[0];
    CHECK(entry.key_reference == "pending-key");
    CHECK(entry.template_name == "CorpMachine");
    CHECK(entry.template_oid == oid_of("CorpMachine"));
    CHECK(entry.ca.config() == kCa1);
    CHECK(entry.request_id == 17);
    CHECK(entry.installed == kNow);
    CHECK(entry.chain == std::vector<Bytes>{ca_certificate("Corp Issuing CA 1")});
    CHECK(world.store.requests.empty());
    REQUIRE(report.enrolled.size() == 1);
    CHECK(report.enrolled[0].replaced.empty());
    CHECK(report.enrolled[0].request_id == 17);
    CHECK(world.numbers() == Numbers{"AE 2", "AE 4", "CE 14", "AE 5", "AE 3"});
    CHECK_THAT(world.event("CE 14"),
               Catch::Contains("CorpMachine") && Catch::Contains(kCa1) && Catch::Contains("17"));
    const Decision decided = Waiting::request(report);
    CHECK(decided.verdict == Verdict::issued);
    CHECK(decided.rule == "N1");
    CHECK(decided.fact == "request 17 at " + kCa1 + "; valid until 2027-11-21T12:00:00Z");
    // What REQUEST brought is in MY when the requirements are made.
    CHECK(report.decisions.at(0).verdict == Verdict::held);
    CHECK(report.decisions.at(0).rule == "D1");
}

TEST_CASE("still pending: it stays, event 32, and the requirement is off the list",
          "[pulse][N2][D3]") {
    Waiting world(still_pending());
    world.policy.answer = policy_of(7);
    const PulseReport report = world.pulse();
    CHECK(report.ok());
    CHECK(world.stays());
    CHECK(world.numbers() == Numbers{"AE 2", "AE 4", "CE 32", "AE 5", "AE 3"});
    CHECK_THAT(world.event("CE 32"), Catch::Contains("request 17"));
    CHECK(Waiting::request(report).verdict == Verdict::pending);
    CHECK(Waiting::request(report).rule == "N2");
    CHECK(report.decisions.at(0).verdict == Verdict::pending);
    CHECK(report.decisions.at(0).rule == "D3");
}

TEST_CASE("denied: the entry and its key are dropped, and the requirement is kept",
          "[pulse][N3][X4]") {
    const auto answer = GENERATE(0, 1);
    Waiting world(answer == 0 ? PulseWorld::answers(Disposition::denied, 0x80094012, "No.\n")
                              : PulseWorld::answers(Disposition::failed, 0x80094014, "No."));
    const PulseReport report = world.pulse();
    CHECK(world.gone());
    CHECK(world.numbers() == Numbers{"AE 2", "AE 4", "CE 9", "AE 5", "AE 3"});
    CHECK_THAT(world.event("CE 9"), Catch::Contains(kCa1) && Catch::Contains("17"));
    const Decision decided = Waiting::request(report);
    CHECK(decided.verdict == Verdict::failed);
    CHECK(decided.rule == "N3");
    CHECK_THAT(decided.fact, Catch::Contains(kCa1) && Catch::Contains("(\"No.\")"));
    REQUIRE(report.failures.size() == 1);
    CHECK_THAT(report.failures[0].sentence(),
               Catch::StartsWith("machine pulse: fetch CorpMachine: " + kCa1));
    // Back-off keeps it from nagging.
    REQUIRE(world.memory.memory.refusals.size() == 1);
    const Refusal& refusal = world.memory.memory.refusals[0];
    CHECK(refusal.template_name == "CorpMachine");
    CHECK(refusal.template_version == "100.0");
    CHECK(refusal.ca.config() == kCa1);
    CHECK(refusal.count == 1);
    CHECK(refusal.last == kNow);
    CHECK(report.decisions.at(0).verdict == Verdict::policy_off);
}

TEST_CASE("a denial counts once its entry is gone, whatever becomes of the key",
          "[pulse][N3][Q7][X4]") {
    Waiting world(PulseWorld::answers(Disposition::denied, 0x80094012, "No."));
    SECTION("the entry goes, the key stays") {
        world.keys.erase_error = Error{kWriteProtected, "key", {}};
        CHECK_THAT(world.pulse().failures.at(0).sentence(),
                   Catch::Contains("drop request 17: key"));
        CHECK(world.memory.memory.refusals.size() == 1);
    }
    SECTION("the entry stays, to be denied once more") {
        world.store.drop_error = Error{kWriteProtected, "entry", {}};
        CHECK_THAT(world.pulse().failures.at(0).sentence(),
                   Catch::Contains("drop request 17: entry"));
        CHECK(world.memory.memory.refusals.empty());
        CHECK(world.keys.keys.contains("pending-key"));
    }
}

TEST_CASE("denied: the same pulse asks anew", "[pulse][N3]") {
    Waiting world(PulseWorld::answers(Disposition::denied, 0));
    world.policy.answer = policy_of(7);
    const PulseReport report = world.pulse();
    CHECK(world.ca.asked == Asked{kCa1});
    CHECK(report.enrolled.size() == 1);
    CHECK(report.decisions.at(0).verdict == Verdict::issued);
    CHECK_FALSE(report.ok());  // the denial is still one
    CHECK_THAT(report.failures.at(0).sentence(), Catch::Contains("0x80094014"));
}

TEST_CASE("another failure: it stays, event 54, and the next pulse tries again", "[pulse][N4]") {
    struct Row {
        const char* what;
        FakeCaClient::Behaviour answer;
        const char* said;
        bool outage;
    };
    const Row row = GENERATE(values<Row>({
        {"unreachable", PulseWorld::unreachable(), "0x800706BA", true},
        {"the answer was lost: asking changes nothing, so it is no W7",
         PulseWorld::unreachable(0x800706BE), "0x800706BE", true},
        {"failed", PulseWorld::answers(Disposition::failed, 0x80094001), "0x80094001", false},
        {"failed without a code", PulseWorld::answers(Disposition::failed, 0), "0x8000FFFF", false},
    }));
    INFO(row.what);
    Waiting world(row.answer);
    const PulseReport report = world.pulse();
    CHECK(world.stays());
    CHECK(world.numbers() == Numbers{"AE 2", "AE 4", "CE 54", "AE 5", "AE 3"});
    CHECK_THAT(world.event("CE 54"), Catch::Contains(row.said));
    CHECK(Waiting::request(report).verdict == Verdict::failed);
    CHECK(Waiting::request(report).rule == "N4");
    CHECK_THAT(Waiting::request(report).fact, Catch::Contains(row.said));
    CHECK(world.memory.memory.refusals.empty());
    CHECK(world.memory.memory.outages.size() == (row.outage ? 1 : 0));

    world.ca.pending[kCa1] = world.issued_meanwhile();
    CHECK(world.pulse().enrolled.size() == 1);
    CHECK(world.memory.memory.outages.empty());  // it answered
}

TEST_CASE("a request older than 60 days is dropped with its key, and asked for anew",
          "[pulse][N5][N9][N10]") {
    const std::uint32_t bits = GENERATE(1U, 7U);
    Waiting world(still_pending());
    world.store.requests[0].submitted = kNow - 60 * kDay - Seconds(1);
    world.policy.answer = policy_of(bits);
    const PulseReport report = world.pulse();
    CHECK(report.ok());
    CHECK(world.ca.retrieved.empty());
    CHECK_FALSE(world.keys.keys.contains("pending-key"));
    CHECK(world.store.requests.empty());
    CHECK(report.enrolled.size() == 1);
    CHECK(Waiting::request(report).verdict == Verdict::forgotten);
    CHECK(Waiting::request(report).rule == "N5");
}

TEST_CASE("an old request is dropped whatever AEPolicy allows", "[pulse][N5][N9]") {
    Waiting world(still_pending());
    world.store.requests[0].submitted = kNow - 61 * kDay;
    world.policy.answer = AutoenrollPolicy{};
    CHECK(world.pulse().ok());
    CHECK(world.gone());
}

TEST_CASE("without PENDING nobody is asked", "[pulse][N9]") {
    Waiting world(still_pending());
    world.policy.answer = policy_of(3);
    const PulseReport report = world.pulse();
    CHECK(report.ok());
    CHECK(world.ca.retrieved.empty());
    CHECK(world.stays());
    CHECK(world.ca.asked.empty());
    CHECK(report.decisions.at(0).rule == "D3");
    CHECK(Waiting::request(report).rule == "N9");
}

TEST_CASE("an expired same-key renewal is dropped and the live key stays", "[pulse][N5][X4]") {
    Waiting world(still_pending());
    world.store.requests[0].submitted = kNow - 61 * kDay;
    world.keys.erase_error = Error{kBusy, "a certificate uses it", {}};
    const PulseReport report = world.pulse();
    CHECK(report.ok());
    CHECK(world.store.requests.empty());
    CHECK(world.keys.keys.contains("pending-key"));
    CHECK(Waiting::request(report).verdict == Verdict::forgotten);
}

TEST_CASE("a request that cannot be dropped is a failure", "[pulse][N5]") {
    Waiting world(still_pending());
    world.store.requests[0].submitted = kNow - 61 * kDay;
    SECTION("the entry") {
        world.store.drop_error = Error{kWriteProtected, "entry", {}};
        CHECK_THAT(world.pulse().failures.at(0).sentence(), Catch::Contains("drop 17: entry"));
        CHECK(world.keys.keys.contains("pending-key"));  // never the key before the entry
    }
    SECTION("the key") {
        world.keys.erase_error = Error{kWriteProtected, "key", {}};
        const PulseReport report = world.pulse();
        CHECK_THAT(report.failures.at(0).sentence(), Catch::Contains("drop 17: key"));
        CHECK(Waiting::request(report).verdict == Verdict::failed);
    }
}

TEST_CASE("an entry that was never sent is left alone for ever", "[pulse][N6]") {
    Waiting world(still_pending());
    world.policy.answer = policy_of(4);
    world.store.requests[0].request_id.reset();
    world.store.requests[0].ca = {};
    world.store.requests[0].submitted = kNow - 90 * kDay;
    const PulseReport report = world.pulse();
    CHECK(report.ok());
    CHECK(world.stays());
    CHECK(world.ca.retrieved.empty());
    CHECK(Waiting::request(report).verdict == Verdict::left_alone);
    CHECK(Waiting::request(report).rule == "N6");
}

TEST_CASE("fetching needs no right on the template", "[pulse][N7]") {
    Waiting world(still_pending());
    world.replica().templates[0].security_descriptor = SecurityBuilder().bytes();
    world.ca.pending[kCa1] = world.issued_meanwhile();
    CHECK(world.pulse().enrolled.size() == 1);
}

TEST_CASE("an answer needs its template, its CA and its key; until then it stays", "[pulse][N4]") {
    Waiting world(still_pending());
    world.ca.pending[kCa1] = world.issued_meanwhile();
    std::string said;
    SECTION("the template is gone") {
        world.replica().templates[0].name = "Renamed";
        said = "lists template CorpMachine no more";
    }
    SECTION("the CA is gone") {
        world.replica().services = {service(2, {"CorpMachine"})};
        said = "lists " + kCa1 + " no more";
    }
    SECTION("the key cannot be opened") {
        world.keys.keys.clear();
        said = "open the key of the request";
    }
    SECTION("the disk is full") {
        world.store.install_error = Error{kDiskFull, "write cert.pem", {}};
        said = "install: write cert.pem";
    }
    const PulseReport report = world.pulse();
    CHECK(world.store.requests.size() == 1);
    CHECK(world.store.installed.empty());
    CHECK(Waiting::request(report).rule == "N4");
    CHECK_THAT(report.failures.at(0).sentence(), Catch::Contains(said));
    CHECK(world.numbers().at(2) == "CE 54");
}

TEST_CASE("an answer that is not what was asked for is dropped, unless time may heal it",
          "[pulse][N1][I5][I7][I9]") {
    Waiting world(still_pending());
    SECTION("another key: never") {
        world.ca.pending[kCa1] = [&](const Bytes&) {
            return world.issues(1)(fake_public_key("another"));
        };
        const PulseReport report = world.pulse();
        CHECK(world.gone());
        CHECK_THAT(report.failures.at(0).sentence(),
                   Catch::Contains("answer of " + kCa1 + " to request 17: check I5"));
        CHECK(Waiting::request(report).verdict == Verdict::failed);
    }
    SECTION("another template: perhaps tomorrow, when the directory has caught up") {
        world.ca.pending[kCa1] = world.issued_meanwhile();
        world.replica().templates[0].oid = "1.2.3";
        world.ca.wanted[fake_public_key("pending-key")] = autoenrolled("Other");
        CHECK_FALSE(world.pulse().ok());
        CHECK(world.stays());
    }
    SECTION("no trusted chain: perhaps tomorrow") {
        world.ca.pending[kCa1] = world.issued_meanwhile();
        const Bytes leaf = world.leaf(1, fake_public_key("pending-key"));
        world.chains.answers[leaf] = {ChainState::untrusted, "no root", {}};
        const PulseReport report = world.pulse();
        CHECK(world.stays());
        CHECK_THAT(report.failures.at(0).sentence(), Catch::Contains("check I7"));
    }
    SECTION("a clock that is behind: perhaps tomorrow") {
        world.ca.pending[kCa1] = [&](const Bytes&) -> Result<CaReply> {
            CertificateSpec spec = world.leaf_spec(1, fake_public_key("pending-key"));
            spec.not_before = kNow + kDay;
            return CaReply{.disposition = Disposition::issued,
                           .request_id = 17,
                           .certificate = make_certificate(spec)};
        };
        CHECK_FALSE(world.pulse().ok());
        CHECK(world.stays());
    }
    CHECK(world.numbers() == Numbers{"AE 2", "AE 4", "CE 50", "AE 5", "AE 3"});
    CHECK(world.store.installed.empty());
}

TEST_CASE("a CA that was silent about one request is not asked about the next", "[pulse][health]") {
    Waiting world(PulseWorld::unreachable());
    PendingRequest second = world.store.requests[0];
    second.key_reference = "second";
    second.request_id = 18;
    world.store.requests.push_back(second);
    const PulseReport report = world.pulse();
    CHECK(world.ca.retrieved == Asked{kCa1 + " 17"});
    CHECK(report.failures.size() == 2);
    CHECK_THAT(report.failures[1].sentence(),
               Catch::Contains("did not answer earlier in this pulse"));
    CHECK(world.store.requests.size() == 2);
    CHECK(world.numbers() == Numbers{"AE 2", "AE 4", "CE 54", "CE 54", "AE 5", "AE 3"});
}

TEST_CASE("MY that cannot be read after REQUEST ends the pulse without a new request",
          "[pulse][N1]") {
    Waiting world(still_pending());
    world.policy.answer = policy_of(7);
    world.ca.pending[kCa1] = [&](const Bytes&) {
        world.store.held_error = Error{kReadFault, "my", {}};
        return still_pending()({});
    };
    const PulseReport report = world.pulse();
    REQUIRE(report.failures.size() == 1);
    CHECK_THAT(report.failures[0].sentence(),
               Catch::StartsWith("machine pulse: after REQUEST: read MY: my"));
    CHECK(report.decisions.size() == 1);
    CHECK(world.ca.asked.empty());
    CHECK(world.numbers() == Numbers{"AE 2", "AE 4", "CE 32", "AE 5", "AE 3"});
}

TEST_CASE("a fetched certificate archives what it replaces, and supersedes at once",
          "[pulse][N1][U3][X1]") {
    PulseWorld world({autoenrolled("X", {"Y"}), autoenrolled("Y")});
    world.policy.answer = policy_of(6);
    world.wait_for(world.replica().templates[0], still_pending());
    world.ca.pending[kCa1] = world.issued_meanwhile();
    world.ca.wanted[fake_public_key("pending-key")] = world.replica().templates[0];
    const HeldCertificate y = world.hold(held(world.replica().templates[1]));
    const PulseReport report = world.pulse();
    CHECK(report.ok());
    CHECK(report.enrolled.size() == 1);
    CHECK(world.store.archived == std::vector<std::string>{y.thumbprint});
    CHECK(world.numbers() == Numbers{"AE 2", "AE 4", "CE 14", "CE 10", "AE 5", "AE 3"});
}

}  // namespace
}  // namespace ae::engine
