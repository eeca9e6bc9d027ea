// Rules X1-X3 in a pulse: archiving, userCertificate, warnings.
#include "tests/support/pulse_world.h"

#include <catch2/catch.hpp>

namespace ae::engine {
namespace {

using namespace test;
using std::chrono::hours;
using Numbers = std::vector<std::string>;
using Names = std::vector<std::string>;

HeldCertificate revoked(const Template& of, const std::string& thumbprint) {
    return changed(held(of), [&](HeldCertificate& h) {
        h.thumbprint = thumbprint;
        h.facts.der = Bytes(as_bytes(thumbprint).begin(), as_bytes(thumbprint).end());
    });
}

// Revoked, as the chain checker says.
void hold_revoked(PulseWorld& world, const std::string& thumbprint) {
    const HeldCertificate one = world.hold(revoked(world.replica().templates[0], thumbprint));
    world.chains.answers[one.facts.der] = {ChainState::revoked, "by its CA", {}};
}

Bytes published(const std::string& key, Time not_after, const std::string& name) {
    return make_certificate({.subject_key = fake_public_key(key),
                             .issuer_key = ca_key("Corp Issuing CA 1"),
                             .not_before = kNow - 400 * kDay,
                             .not_after = not_after,
                             .template_oid = oid_of(name)});
}

TEST_CASE("revoked certificates are archived, and it is said once", "[pulse][X1][Q4]") {
    PulseWorld world;
    world.policy.answer = policy_of(2);
    hold_revoked(world, "aaaaaaaa11");
    hold_revoked(world, "bbbbbbbb22");
    const PulseReport report = world.pulse();
    CHECK(report.ok());
    CHECK(world.store.archived == Names{"aaaaaaaa11", "bbbbbbbb22"});
    CHECK(world.numbers() == Numbers{"AE 2", "AE 4", "CE 10", "AE 5", "AE 3"});
    CHECK_THAT(world.event("CE 10"), Catch::EndsWith(": aaaaaaaa archived, bbbbbbbb archived."));
    CHECK(report.decisions.at(1).verdict == Verdict::archived);
    CHECK(report.decisions.at(1).fact == "it is revoked: by its CA");
    CHECK(report.decisions.at(1).remedy.empty());
    CHECK(report.decisions.at(2).verdict == Verdict::archived);
    CHECK(report.decisions.at(0).verdict == Verdict::policy_off);  // its template
    CHECK(world.store.my.empty());
}

TEST_CASE("only the certificate's own decision says what became of it", "[pulse][X1]") {
    PulseWorld world;
    hold_revoked(world, "aaaaaaaa11");
    world.hold(held(world.replica().templates[0]));
    const PulseReport report = world.pulse();
    REQUIRE(report.decisions.size() == 3);
    CHECK(report.decisions[0].verdict == Verdict::held);
    CHECK(report.decisions[1].verdict == Verdict::archived);
    CHECK(report.decisions[2].verdict == Verdict::held);
    CHECK(report.decisions[2].rule == "D1");
}

TEST_CASE("a certificate that cannot be archived is a failure, and the pulse goes on",
          "[pulse][X1]") {
    PulseWorld world;
    hold_revoked(world, "aaaaaaaa11");
    world.store.archive_error = Error{kWriteProtected, "write the flag", {}};
    const PulseReport report = world.pulse();
    CHECK(report.enrolled.size() == 1);
    REQUIRE(report.failures.size() == 1);
    CHECK_THAT(report.failures[0].sentence(),
               Catch::StartsWith("machine pulse: archive aaaaaaaa: write the flag"));
    CHECK(report.decisions.at(1).verdict == Verdict::archive);
    CHECK(world.numbers() == Numbers{"AE 2", "AE 4", "CE 19", "AE 5", "AE 3"});

    Template deleting = autoenrolled("CorpMachine");
    deleting.enrollment_flags |= enrollment_flag::kRemoveInvalidCertificate;
    PulseWorld removing({deleting});
    hold_revoked(removing, "aaaaaaaa11");
    removing.store.my[0].facts.key_usage = {0x80};
    removing.store.archive_error = Error{kWriteProtected, "unlink", {}};
    CHECK_THAT(removing.pulse().failures.at(0).sentence(),
               Catch::Contains("delete aaaaaaaa: unlink"));
}

TEST_CASE("an expired certificate goes when its successor is installed, and not before",
          "[pulse][X1][U3]") {
    PulseWorld world;
    world.hold(changed(held(world.replica().templates[0]), [](HeldCertificate& h) {
        h.facts.not_before = kNow - 400 * kDay;
        h.facts.not_after = kNow - kDay;
    }));
    world.ca.authorities[kCa1] = PulseWorld::answers(Disposition::denied, 0);
    CHECK_FALSE(world.pulse().ok());
    CHECK(world.store.archived.empty());
    CHECK(world.event("CE 10") == "no event CE 10");
    world.ca.authorities[kCa1] = world.issues(1);
    CHECK(world.pulse().ok());
    CHECK(world.store.archived.size() == 1);
}

TEST_CASE("userCertificate: exactly the old values are taken out", "[pulse][X2]") {
    PulseWorld world;
    const Bytes revoked_value = published("one", kNow + kDay, "CorpMachine");
    const Bytes expired_value = published("two", kNow - kDay, "CorpMachine");
    const Bytes good_value = published("three", kNow + kDay, "CorpMachine");
    auto account = machine_account();
    account.user_certificates = {revoked_value, expired_value, good_value};
    world.directory.account = account;
    world.chains.answers[revoked_value] = {ChainState::revoked, "x", {}};
    const PulseReport report = world.pulse();
    CHECK(report.ok());
    CHECK(report.enrolled.size() == 1);
    // The expired one because a new certificate came in the same run.
    CHECK(world.directory.unpublished == std::vector<Bytes>{expired_value, revoked_value});
    CHECK(world.numbers() == Numbers{"AE 2", "AE 4", "CE 19", "CE 33", "AE 5", "AE 3"});
    CHECK_THAT(world.event("CE 33"), Catch::Contains(" 2 old values"));

    world.directory.unpublished.clear();
    world.pulse();  // nothing new: the expired one would stay
    CHECK(world.directory.unpublished == std::vector<Bytes>{revoked_value});
}

TEST_CASE("userCertificate: an expired value stays when no certificate came", "[pulse][X2]") {
    PulseWorld world;
    auto account = machine_account();
    account.user_certificates = {published("two", kNow - kDay, "CorpMachine")};
    world.directory.account = account;
    world.ca.authorities[kCa1] = PulseWorld::answers(Disposition::pending, 0);
    CHECK(world.pulse().ok());
    CHECK(world.directory.unpublished.empty());
    CHECK(world.event("CE 33") == "no event CE 33");
}

TEST_CASE("userCertificate: no right to clean it is a note, no failure", "[pulse][X2]") {
    PulseWorld world;
    const Bytes value = published("one", kNow + kDay, "CorpMachine");
    auto account = machine_account();
    account.user_certificates = {value};
    world.directory.account = account;
    world.chains.answers[value] = {ChainState::revoked, "x", {}};
    world.directory.unpublish_error = Error{kAccessDenied, "modify", {}};
    const PulseReport report = world.pulse();
    CHECK(report.ok());
    REQUIRE(report.notes.size() == 1);
    CHECK_THAT(report.notes[0], Catch::StartsWith("old values stay in userCertificate: modify"));
    CHECK(world.event("CE 33") == "no event CE 33");
}

TEST_CASE("the end of a certificate is said once a day", "[pulse][X3]") {
    PulseWorld world;
    world.policy.answer = policy_of(0);
    const HeldCertificate foreign =
        world.hold(changed(held(autoenrolled("Foreign")), [](HeldCertificate& h) {
            h.facts.not_after = kNow + kDay;
            h.facts.subject = "CN=web";
        }));
    CHECK(world.pulse().ok());
    CHECK(world.numbers() == Numbers{"AE 2", "AE 64", "AE 3"});
    CHECK(world.event("AE 64") == "Autoenrollment for the machine: certificate " +
                                      foreign.thumbprint +
                                      " in MY (CN=web) expires at 2026-11-22T12:00:00Z.");
    CHECK(world.memory.memory.warned == std::vector<Warning>{{foreign.thumbprint, kNow}});
    world.options.now = kNow + hours(24) - Seconds(1);
    world.pulse();
    CHECK(world.numbers() == Numbers{"AE 2", "AE 3"});
    world.options.now = kNow + hours(24);
    world.pulse();
    CHECK(world.numbers() == Numbers{"AE 2", "AE 64", "AE 3"});
}

TEST_CASE("what this pulse replaced needs no warning", "[pulse][X3]") {
    PulseWorld world;
    const HeldCertificate old =
        world.hold(changed(held(world.replica().templates[0]),
                           [](HeldCertificate& h) { h.facts.not_after = kNow + kDay; }));
    world.pulse();
    CHECK(world.store.archived == Names{old.thumbprint});
    CHECK(world.event("AE 64") == "no event AE 64");
    CHECK(world.memory.memory.warned.empty());

    PulseWorld failing;
    failing.hold(old);
    failing.ca.authorities[kCa1] = PulseWorld::answers(Disposition::denied, 0);
    failing.pulse();
    CHECK_THAT(failing.event("AE 64"), Catch::Contains(old.thumbprint));
}

TEST_CASE("disabled by policy: no warning, nothing archived", "[pulse][X3][A1]") {
    PulseWorld world;
    world.policy.answer = policy_of(0x8007);
    hold_revoked(world, "aaaaaaaa11");
    world.pulse();
    CHECK(world.store.archived.empty());
    CHECK(world.numbers() == Numbers{"AE 2", "AE 3"});
}

}  // namespace
}  // namespace ae::engine
