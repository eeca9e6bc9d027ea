// What one pulse leaves for the next: the brake, back-off and health; B1, Q7, "choice 5".
#include "tests/support/pulse_world.h"

#include <catch2/catch.hpp>

namespace ae::engine {
namespace {

using namespace test;
using std::chrono::hours;
using Numbers = std::vector<std::string>;
using Asked = std::vector<std::string>;

// A CA that issues what the rules do not accept: MY never shows it.
void forget_installed(PulseWorld& world) { world.store.my.clear(); }

TEST_CASE("a CA that keeps issuing in vain is braked after two within a day", "[pulse][B1]") {
    PulseWorld world;
    CHECK(world.pulse().enrolled.size() == 1);
    forget_installed(world);
    world.options.now = kNow + hours(8);
    CHECK(world.pulse().enrolled.size() == 1);
    forget_installed(world);
    world.options.now = kNow + hours(16);
    const PulseReport braked = world.pulse();
    CHECK(braked.enrolled.empty());
    CHECK(world.ca.asked.empty());
    CHECK(braked.decisions.at(0).verdict == Verdict::braked);
    CHECK(braked.decisions.at(0).rule == "B1");
    REQUIRE(braked.failures.size() == 1);
    CHECK_THAT(braked.failures[0].sentence(),
               Catch::StartsWith("machine pulse: template CorpMachine: ") &&
                   Catch::Contains("the reason still stands") && Catch::Contains("--force"));

    world.options.now = kNow + 30 * kDay;  // until the reason changes, however long that takes
    CHECK(world.pulse().decisions.at(0).verdict == Verdict::braked);
    world.options.force = true;
    CHECK(world.pulse().enrolled.size() == 1);
    world.options.force = false;
    CHECK(world.pulse().decisions.at(0).verdict == Verdict::held);
    // Once what was asked for is here, two earlier certificates count no more.
    world.memory.memory.issued.push_back({"CorpMachine", "Q1", world.options.now, kDay});
    CHECK(world.pulse().decisions.at(0).verdict == Verdict::held);
    CHECK(world.memory.memory.issued.empty());
}

TEST_CASE("what could not be used counts for the brake too", "[pulse][B1]") {
    PulseWorld world;
    world.ca.authorities[kCa1] = [&](const Bytes&) {
        return world.issues(1)(fake_public_key("another"));
    };
    CHECK_FALSE(world.pulse().ok());
    REQUIRE(world.memory.memory.issued.size() == 1);
    CHECK(world.memory.memory.issued[0].template_name == "CorpMachine");
    CHECK(world.memory.memory.issued[0].reason == "Q1");
    CHECK(world.memory.memory.issued[0].when == kNow);
    CHECK(world.memory.memory.issued[0].lifetime == hours(48));
    CHECK_FALSE(world.pulse().ok());
    CHECK(world.ca.asked.size() == 1);
    CHECK(world.pulse().decisions.at(0).verdict == Verdict::braked);
    CHECK(world.ca.asked.empty());
}

TEST_CASE("an issued certificate is remembered with its life", "[pulse][B1]") {
    PulseWorld world;
    world.pulse();
    REQUIRE(world.memory.memory.issued.size() == 1);
    CHECK(world.memory.memory.issued[0].lifetime == 365 * kDay + std::chrono::minutes(5));
}

TEST_CASE("denials: no wait, then 8 hours, then 24; --force and an edit ask at once",
          "[pulse][back-off]") {
    PulseWorld world;
    world.ca.authorities[kCa1] = PulseWorld::answers(Disposition::denied, 0x80094012);
    const auto asked_at = [&](Time now) {
        world.options.now = now;
        world.pulse();
        return !world.ca.asked.empty();
    };
    CHECK(asked_at(kNow));
    CHECK(asked_at(kNow));  // no wait after the first
    CHECK_FALSE(asked_at(kNow + hours(8) - Seconds(1)));
    CHECK(asked_at(kNow + hours(8)));
    CHECK_FALSE(asked_at(kNow + hours(32) - Seconds(1)));
    CHECK(world.pulse().decisions.at(0).verdict == Verdict::waiting);
    CHECK(world.pulse().decisions.at(0).rule == "back-off");
    CHECK(world.pulse().ok());
    CHECK(world.pulse().notes.size() == 1);
    world.options.force = true;
    CHECK(asked_at(kNow + hours(32) - Seconds(1)));
    world.options.force = false;
    CHECK(asked_at(kNow + hours(33)));  // --force has cleared what counted: this is the second
    CHECK_FALSE(asked_at(kNow + hours(33)));
    world.replica().templates[0].minor_version = 7;
    CHECK(asked_at(kNow + hours(33)));
    REQUIRE(world.memory.memory.refusals.size() == 2);
    CHECK(world.memory.memory.refusals[0].count == 2);
    CHECK(world.memory.memory.refusals[0].code == hresult(0x80094012));
    CHECK(world.memory.memory.refusals[1].template_version == "100.7");
}

TEST_CASE("a transport error makes no wait", "[pulse][back-off][health]") {
    PulseWorld world;
    world.ca.authorities[kCa1] = PulseWorld::unreachable();
    for (int i = 0; i < 4; ++i) {
        CHECK_FALSE(world.pulse().ok());
        CHECK(world.ca.asked == Asked{kCa1});
    }
    CHECK(world.memory.memory.refusals.empty());
    CHECK(world.memory.memory.outages == std::vector<Outage>{{service(1, {}).ref(), kNow}});
}

TEST_CASE("a CA that was silent is asked last, until it answers", "[pulse][health]") {
    PulseWorld world;
    world.with_two_cas();
    world.replica().services[1].sites = {"Berlin"};
    world.memory.memory.outages = {{world.replica().services[0].ref(), kNow - hours(1)}};
    world.ca.authorities[kCa2] = PulseWorld::answers(Disposition::denied, 0x80094012);
    CHECK(world.pulse().enrolled.size() == 1);
    CHECK(world.ca.asked == Asked{kCa2, kCa1});
    CHECK(world.memory.memory.outages.empty());  // ca1 answered
}

TEST_CASE("one dead CA does not make a pulse long", "[pulse][health]") {
    PulseWorld world({autoenrolled("A"), autoenrolled("B"), autoenrolled("C")});
    world.ca.authorities[kCa1] = PulseWorld::unreachable();
    const PulseReport report = world.pulse();
    CHECK(world.ca.asked == Asked{kCa1});  // once, for the first template
    CHECK(report.failures.size() == 3);
    for (const Decision& one : report.decisions) {
        CHECK(one.verdict == Verdict::failed);
        CHECK_THAT(one.fact, Catch::Contains("0x800706BA"));
    }
    CHECK_THAT(report.failures[1].sentence(),
               Catch::Contains(kCa1 + " did not answer earlier in this pulse"));
    CHECK(world.keys.requests.size() == 1);
    CHECK(world.numbers() ==
          Numbers{"AE 2", "AE 4", "CE 17", "CE 13", "CE 13", "CE 13", "AE 5", "AE 3"});
    CHECK_THAT(world.sink.events[8].text, Catch::Contains("template B"));

    // The next pulse asks again.
    world.ca.authorities[kCa1] = world.issues(1);
    CHECK(world.pulse().enrolled.size() == 3);
}

TEST_CASE("a silent CA is skipped where another one answers", "[pulse][health]") {
    PulseWorld world({autoenrolled("A"), autoenrolled("B")});
    world.with_two_cas();
    world.ca.authorities[kCa1] = PulseWorld::unreachable();
    const PulseReport report = world.pulse();
    CHECK(report.ok());
    CHECK(world.ca.asked == Asked{kCa1, kCa2, kCa2});
}

TEST_CASE("our own trouble is no outage of the CA", "[pulse][health][next-ca]") {
    PulseWorld world({autoenrolled("A"), autoenrolled("B")});
    world.ca.authorities[kCa1] = PulseWorld::unreachable(0x8007052E);  // the logon failed
    CHECK_FALSE(world.pulse().ok());
    CHECK(world.ca.asked == Asked{kCa1, kCa1});
    CHECK(world.memory.memory.outages.empty());
}

TEST_CASE("a CA whose answer was lost is not asked for the next template", "[pulse][health][W7]") {
    PulseWorld world({autoenrolled("A"), autoenrolled("B")});
    world.ca.authorities[kCa1] = PulseWorld::unreachable(0x800706BE);
    CHECK_FALSE(world.pulse().ok());
    CHECK(world.ca.asked == Asked{kCa1});
    CHECK(world.memory.memory.outages.size() == 1);
}

TEST_CASE("memory is saved when something was learnt, and not otherwise", "[pulse][memory]") {
    PulseWorld world;
    world.pulse();
    CHECK(world.memory.saves == 1);
    world.pulse();
    CHECK(world.memory.saves == 1);
    // What no rule asks for any more goes with the next save.
    world.memory.memory.warned = {{"aa", kNow - hours(25)}};
    world.pulse();
    CHECK(world.memory.saves == 2);
    CHECK(world.memory.memory.warned.empty());
}

TEST_CASE("memory that cannot be saved is a note, no failure", "[pulse][memory]") {
    PulseWorld world;
    world.memory.save_error = Error{kDiskFull, "write state.json", {}};
    const PulseReport report = world.pulse();
    CHECK(report.ok());
    REQUIRE(report.notes.size() == 1);
    CHECK_THAT(report.notes[0],
               Catch::StartsWith("what this pulse learnt is not kept: write state.json"));
}

TEST_CASE("a pulse that could not begin leaves the memory alone", "[pulse][memory]") {
    PulseWorld world;
    world.memory.memory.warned = {{"aa", kNow - hours(25)}};
    world.directory.account = fail(kNoSuchDomain, "no controller");
    world.pulse();
    CHECK(world.memory.saves == 0);
}

TEST_CASE("a wrong name: asked for again after 8 hours, three times, events 35 and 36",
          "[pulse][Q7]") {
    PulseWorld world;
    world.subject = "old.corp.example.test";  // what the CA makes of it
    world.hold(changed(held(world.replica().templates[0]),
                       [](HeldCertificate& h) { h.facts.dns_names = {"old"}; }));
    const auto asked_after = [&](Seconds later) {
        world.options.now = kNow + later;
        world.pulse();
        return !world.ca.asked.empty();
    };
    CHECK(asked_after(Seconds(0)));
    CHECK_FALSE(asked_after(hours(8) - Seconds(1)));
    CHECK(world.numbers() == Numbers{"AE 2", "AE 4", "CE 35", "AE 5", "AE 3"});
    CHECK_THAT(world.event("CE 35"), Catch::Contains("asked again at 2026-11-21T20:00:00Z"));
    CHECK(asked_after(hours(8)));
    CHECK(asked_after(hours(16)));
    CHECK_FALSE(asked_after(hours(200)));
    CHECK(world.numbers() == Numbers{"AE 2", "AE 4", "CE 36", "AE 5", "AE 3"});
    CHECK_FALSE(world.pulse().ok());
}

}  // namespace
}  // namespace ae::engine
