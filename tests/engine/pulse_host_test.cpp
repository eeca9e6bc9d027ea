// What a host sees of a pulse: the frame of events, the steps, the outcome, and its end on request.
#include "tests/support/pulse_world.h"

#include <catch2/catch.hpp>

namespace ae::engine {
namespace {

using namespace test;
using Numbers = std::vector<std::string>;

// A stop that comes while the CA works on the first request.
class StopsDuringRequest : public PulseWorld {
  public:
    explicit StopsDuringRequest(std::vector<Template> templates)
        : PulseWorld(std::move(templates)) {
        options.stop = source.get_token();
        ca.authorities[kCa1] = [this, issue = issues(1)](const Bytes& key) {
            source.request_stop();
            return issue(key);
        };
    }
    std::stop_source source{};
};

TEST_CASE("the events stand in the order in which Windows writes them", "[pulse][events]") {
    PulseWorld world;
    world.options.trigger = Trigger::policy_refresh;
    REQUIRE(world.pulse().ok());
    CHECK(world.sink.all_numbers() == Numbers{"AE 2", "AE 4", "CSC 1", "CSC 3", "CE 65", "CE 64",
                                              "CE 19", "AE 5", "AE 3", "CSC 2"});
    CHECK(world.sink.events.front().parameters == Numbers{"machine", "policy refresh"});
    CHECK_THAT(world.event("CSC 3"), Catch::Contains("dc1.corp.example.test"));
    const Event& enrolled = world.sink.events[6];
    CHECK(enrolled.template_name == "CorpMachine");
    CHECK(enrolled.ca == kCa1);
}

TEST_CASE("a pulse says what it is at", "[pulse]") {
    PulseWorld world;
    REQUIRE(world.pulse().ok());
    CHECK(world.sink.steps == std::vector<Step>{{StepKind::policy, {}, {}},
                                                {StepKind::directory, {}, {}},
                                                {StepKind::stores, {}, {}},
                                                {StepKind::enroll, "CorpMachine", kCa1},
                                                {StepKind::clean, {}, {}}});
}

TEST_CASE("a pulse that is asked to stop finishes the request under way and begins no other",
          "[pulse][stop]") {
    StopsDuringRequest world({autoenrolled("A"), autoenrolled("B")});
    const PulseReport report = world.pulse();
    CHECK(report.outcome == Outcome::stopped);
    CHECK(report.enrolled.size() == 1);
    CHECK(world.store.installed.size() == 1);
    CHECK(world.keys.requests.size() == 1);
    REQUIRE(report.failures.size() == 1);
    CHECK(report.failures[0].code == kOperationAborted);
    CHECK(world.sink.numbers() == Numbers{"AE 2", "AE 4", "CE 19", "AE 5", "AE 3"});

    world.options.stop = {};
    CHECK(world.pulse().enrolled.size() == 1);
    CHECK(world.store.installed.size() == 2);
}

TEST_CASE("a stop between two CAs leaves the second one alone", "[pulse][stop]") {
    StopsDuringRequest world({autoenrolled("A")});
    world.with_two_cas();
    world.ca.authorities[kCa1] = [&](const Bytes&) -> Result<CaReply> {
        world.source.request_stop();
        return fail(kServerUnavailable, "nobody answers");
    };
    const PulseReport report = world.pulse();
    CHECK(report.outcome == Outcome::stopped);
    CHECK(report.enrolled.empty());
    CHECK(world.ca.asked == Numbers{kCa1});
    CHECK(world.keys.keys.empty());
}

TEST_CASE("a stop before anything was begun changes nothing but the trust stores",
          "[pulse][stop]") {
    PulseWorld world;
    world.wait_for(autoenrolled("CorpMachine"), world.issued_meanwhile());
    std::stop_source source;
    source.request_stop();
    world.options.stop = source.get_token();
    const PulseReport report = world.pulse();
    CHECK(report.outcome == Outcome::stopped);
    CHECK(world.ca.asked.empty());
    CHECK(world.store.requests.size() == 1);
    CHECK(report.failures.size() == 1);
}

TEST_CASE("the outcome tells the host when to run again", "[pulse][J2]") {
    PulseWorld world;
    SECTION("done") { CHECK(world.pulse().outcome == Outcome::done); }
    SECTION("failed") {
        world.ca.authorities.clear();
        world.ca.authorities[kCa1] = [](const Bytes&) -> Result<CaReply> {
            return fail(kServerUnavailable, "nobody answers");
        };
        CHECK(world.pulse().outcome == Outcome::failed);
    }
    SECTION("disabled") {
        world.policy.answer = policy_of(0x8007);
        CHECK(world.pulse().outcome == Outcome::disabled);
    }
    SECTION("unreachable") {
        world.directory.account = fail(kNoSuchDomain, "no controller");
        CHECK(world.pulse().outcome == Outcome::unreachable);
    }
    SECTION("another failure of the directory") {
        world.directory.account = fail(kAccessDenied, "no such account");
        CHECK(world.pulse().outcome == Outcome::failed);
    }
}

TEST_CASE("the report names the account and what will be renewed when", "[pulse][Q12]") {
    PulseWorld world({autoenrolled("A"), autoenrolled("B")});
    const HeldCertificate old = world.hold(held(autoenrolled("A")));
    const PulseReport report = world.pulse();
    CHECK(report.account_sid == kMachine);
    REQUIRE(report.renewals.size() == 2);
    CHECK(report.renewals[0] == renewal_date(old.thumbprint, old.facts, autoenrolled("A")));
    CHECK(report.renewals[1].template_name == "B");
    CHECK(report.renewals[1].thumbprint == report.enrolled[0].where.thumbprint);

    world.directory.account = fail(kNoSuchDomain, "no controller");
    CHECK(world.pulse().account_sid.empty());
}

TEST_CASE("a renewed certificate is no longer among those to be renewed", "[pulse][Q12]") {
    PulseWorld world({autoenrolled("A")});
    HeldCertificate old = held(autoenrolled("A"));
    old.facts.not_after = kNow + kDay;
    old = world.hold(old);
    const PulseReport report = world.pulse();
    REQUIRE(report.enrolled.size() == 1);
    REQUIRE(report.renewals.size() == 1);
    CHECK(report.renewals[0].thumbprint == report.enrolled[0].where.thumbprint);
    CHECK(report.renewals[0].begins > kNow);
}

}  // namespace
}  // namespace ae::engine
