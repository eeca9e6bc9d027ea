// Rules M1, M8: an errand carried out, and everything that it leaves alone.
#include "engine/base/hresult_table.h"
#include "tests/support/pulse_world.h"

#include <catch2/catch.hpp>

namespace ae::engine {
namespace {

using namespace test;
using Numbers = std::vector<std::string>;

struct Errands : PulseWorld {
    using PulseWorld::PulseWorld;
    PulseReport enroll(std::string name) {
        options.errand = {.kind = Errand::Kind::enroll, .template_name = std::move(name)};
        return pulse();
    }
    PulseReport renew(std::string thumbprint) {
        options.errand = {.kind = Errand::Kind::renew, .thumbprint = std::move(thumbprint)};
        return pulse();
    }
    PulseReport retrieve(std::uint32_t id) {
        options.errand = {.kind = Errand::Kind::retrieve, .request_id = id};
        return pulse();
    }
};

TEST_CASE("one template is enrolled, and nothing else is touched", "[pulse][errand][M1]") {
    Errands world({autoenrolled("Wanted"), autoenrolled("Missing"), autoenrolled("Held"),
                   autoenrolled("Waits")});
    const HeldCertificate expired =
        world.hold(changed(held(world.replica().templates[0]),
                           [](HeldCertificate& h) { h.facts.not_after = kNow - kDay; }));
    world.hold(changed(held(world.replica().templates[2]),
                       [](HeldCertificate& h) { h.facts.not_after = kNow + kDay; }));
    world.wait_for(world.replica().templates[3], PulseWorld::answers(Disposition::denied, 0));
    const PulseReport report = world.enroll("Wanted");
    CHECK(report.ok());
    CHECK(report.outcome == Outcome::done);
    REQUIRE(report.decisions.size() == 1);
    CHECK(report.decisions[0].verdict == Verdict::issued);
    REQUIRE(report.enrolled.size() == 1);
    CHECK(report.enrolled[0].template_name == "Wanted");
    CHECK(report.enrolled[0].replaced.empty());
    CHECK(world.ca.asked.size() == 1);
    CHECK(world.ca.retrieved.empty());
    CHECK(world.store.archived.empty());
    CHECK(world.store.requests.size() == 1);
    // No pulse has run: none of AutoEnrollment's events, and no warning of what expires.
    CHECK(world.sink.all_numbers() == Numbers{"CE 65", "CE 64", "CE 19"});
}

TEST_CASE("AEPolicy that disables autoenrollment stops no errand, and its trust stays as it is",
          "[pulse][errand][M2][A1]") {
    Errands world;
    world.policy.answer = policy_of(0x8007);
    world.store.trust[TrustStore::root] = {root_certificate()};
    const PulseReport report = world.enroll("CorpMachine");
    CHECK(report.enrolled.size() == 1);
    CHECK(world.store.replaced.empty());
}

TEST_CASE("an incomplete trust set is a note for who asked for one thing", "[pulse][errand][M1]") {
    Errands world;
    world.replica().roots.complete = false;
    world.replica().roots.problem = "one object of it cannot be read";
    const PulseReport report = world.enroll("CorpMachine");
    CHECK(report.ok());
    CHECK(report.enrolled.size() == 1);
    REQUIRE(report.notes.size() == 1);
    CHECK_THAT(report.notes[0], Catch::Contains("one object of it cannot be read"));
    CHECK(world.sink.all_numbers() == Numbers{"CE 65", "CE 64", "CE 19"});
}

TEST_CASE("what is refused is a failure that names rule and remedy", "[pulse][errand][M3]") {
    Errands world;
    world.replica().services[0].templates.clear();
    const PulseReport report = world.enroll("CorpMachine");
    REQUIRE(report.failures.size() == 1);
    CHECK(report.failures[0].sentence() ==
          "machine: template CorpMachine: no enrollment service lists it: "
          "CERTSRV_E_UNSUPPORTED_CERT_TYPE (0x80094800): the certification authority does not "
          "issue this template. publish the template on a CA.");
    CHECK(report.outcome == Outcome::failed);
}

TEST_CASE("nobody is there by that name: one failure and no decision", "[pulse][errand][M3]") {
    Errands world;
    const PulseReport report = world.enroll("Nothing");
    REQUIRE(report.failures.size() == 1);
    CHECK_THAT(report.failures[0].sentence(),
               Catch::StartsWith("machine: the directory has no template named Nothing"));
    CHECK(report.decisions.empty());
}

TEST_CASE("a certificate is renewed by hand and its predecessor archived", "[pulse][errand][M6]") {
    Errands world;
    const HeldCertificate old = world.hold(held(world.replica().templates[0]));
    const PulseReport report = world.renew(old.thumbprint.substr(0, 8));
    CHECK(report.ok());
    REQUIRE(report.enrolled.size() == 1);
    CHECK(report.enrolled[0].replaced == old.thumbprint);
    CHECK(world.store.archived == std::vector<std::string>{old.thumbprint});
    REQUIRE(report.decisions.size() == 2);
    CHECK(report.decisions[0].verdict == Verdict::issued);
    CHECK(report.decisions[1].verdict == Verdict::archived);
    CHECK(world.sink.all_numbers() == Numbers{"CE 65", "CE 64", "CE 20", "CE 10"});
}

TEST_CASE("a request is fetched by hand", "[pulse][errand][M7]") {
    Errands world;
    world.policy.answer = policy_of(0);
    world.wait_for(world.replica().templates[0], world.issued_meanwhile());
    const PulseReport report = world.retrieve(17);
    CHECK(report.ok());
    REQUIRE(report.enrolled.size() == 1);
    CHECK(world.store.requests.empty());
    CHECK(report.decisions.at(0).verdict == Verdict::issued);
    CHECK(world.sink.all_numbers() == Numbers{"CE 65", "CE 64", "CE 14"});
}

TEST_CASE("one that still waits is no failure", "[pulse][errand][M7][N2]") {
    Errands world;
    world.wait_for(world.replica().templates[0], PulseWorld::answers(Disposition::pending, 0));
    const PulseReport report = world.retrieve(17);
    CHECK(report.ok());
    CHECK(report.enrolled.empty());
    CHECK(report.decisions.at(0).verdict == Verdict::pending);
    CHECK(world.store.requests.size() == 1);
}

TEST_CASE("what was enrolled by hand brakes no pulse", "[pulse][errand][M8][B1]") {
    Errands world;
    world.options.force = true;
    for (int i = 0; i < 3; ++i) {
        CHECK(world.enroll("CorpMachine").enrolled.size() == 1);
        world.store.my.clear();
    }
    world.options.force = false;
    world.options.errand = {};
    CHECK(world.pulse().enrolled.size() == 1);
}

TEST_CASE("--force of an errand is about that one thing", "[pulse][errand][M8][K3]") {
    Errands world;
    world.options.force = true;
    world.memory.memory.refusals.push_back(
        {"Other", "1.0", service(1, {}).ref(), hresult(0x80094012), 3, kNow});
    world.store.trust[TrustStore::nt_auth] = {ca_certificate("Corp Issuing CA 1")};
    world.replica().nt_auth.certificates.clear();
    static_cast<void>(world.enroll("CorpMachine"));
    CHECK(world.memory.memory.refusals.size() == 1);
    CHECK(world.store.trust[TrustStore::nt_auth].size() == 1);
}

TEST_CASE("a silent domain controller ends it with one failure and no event of a pulse",
          "[pulse][errand][M1]") {
    Errands world;
    world.directory.replica = fail(kNoSuchDomain, "nobody answers");
    const PulseReport report = world.enroll("CorpMachine");
    CHECK(report.outcome == Outcome::unreachable);
    CHECK(report.failures.size() == 1);
    CHECK(world.sink.all_numbers().empty());
}

}  // namespace
}  // namespace ae::engine
