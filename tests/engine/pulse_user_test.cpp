// Rules R-UI1, R-UI2, R-UI4, R-UI5: the user's part in a pulse.
#include "tests/support/pulse_world.h"

#include <catch2/catch.hpp>

namespace ae::engine {
namespace {

using namespace test;
using Numbers = std::vector<std::string>;
using Names = std::vector<std::string>;

Template for_users(const std::string& name, std::uint32_t more_flags) {
    return changed(autoenrolled(name), [&](Template& t) {
        t.general_flags = 0;
        t.enrollment_flags |= more_flags;
    });
}
Template prompting(const std::string& name) {
    return for_users(name, enrollment_flag::kUserInteractionRequired);
}

struct Desktop : PulseWorld {
    Desktop() : PulseWorld({prompting("Card"), for_users("Silent", 0), prompting("Mail")}) {
        options.scope = Scope::user;
        options.abilities.interaction = true;
    }
    [[nodiscard]] static Verdict of(const PulseReport& report, std::size_t place) {
        return report.decisions.at(place).verdict;
    }
};

TEST_CASE("silent templates first, the rest behind one question", "[pulse][R-UI1]") {
    Desktop world;
    world.user.to_begin = {Consent::given};
    world.user.per_template = {Consent::given, Consent::given};
    Names before_the_question;
    const auto issue = world.issues(1);
    world.ca.authorities[kCa1] = [&](const Bytes& key) {
        if (world.user.notices.empty()) {
            before_the_question.push_back(world.ca.wanted.at(key).name);
        }
        return issue(key);
    };
    const PulseReport report = world.pulse();
    CHECK(report.ok());
    CHECK(report.enrolled.size() == 3);
    CHECK(before_the_question == Names{"Silent"});
    CHECK(world.user.notices == std::vector<Names>{{"Card", "Mail"}});
    CHECK(world.user.asked == Names{"Card", "Mail"});
    CHECK(world.numbers() == Numbers{"AE 2", "AE 4", "CE 19", "CE 19", "CE 19", "AE 5", "AE 3"});
}

TEST_CASE("cancelling everything is event 27, and nobody is asked again in this pulse",
          "[pulse][R-UI4]") {
    Desktop world;
    world.user.to_begin = {Consent::cancelled};
    const PulseReport report = world.pulse();
    CHECK(report.ok());
    CHECK(report.enrolled.size() == 1);
    CHECK(world.user.asked.empty());
    CHECK(world.numbers() == Numbers{"AE 2", "AE 4", "CE 19", "CE 27", "AE 5", "AE 3"});
    for (const std::size_t place : {0U, 2U}) {
        const Decision& put_off = report.decisions.at(place);
        CHECK(put_off.verdict == Verdict::needs_user);
        CHECK(put_off.rule == "R-UI4");
        CHECK_THAT(put_off.fact, Catch::StartsWith("no certificate of it is in MY; ") &&
                                     Catch::EndsWith("the next pulse asks again"));
    }
    CHECK(Desktop::of(report, 1) == Verdict::issued);
}

TEST_CASE("declining everything is no event", "[pulse][R-UI4]") {
    Desktop world;
    world.user.to_begin = {Consent::declined};
    const PulseReport report = world.pulse();
    CHECK(report.ok());
    CHECK(world.numbers() == Numbers{"AE 2", "AE 4", "CE 19", "AE 5", "AE 3"});
    CHECK(Desktop::of(report, 0) == Verdict::needs_user);
    CHECK(Desktop::of(report, 2) == Verdict::needs_user);
    CHECK(world.user.notices.size() == 1);
}

TEST_CASE("cancelling one template is event 30, and the others go on", "[pulse][R-UI4]") {
    Desktop world;
    world.user.to_begin = {Consent::given};
    world.user.per_template = {Consent::cancelled, Consent::given};
    const PulseReport report = world.pulse();
    CHECK(report.enrolled.size() == 2);
    CHECK(world.numbers() == Numbers{"AE 2", "AE 4", "CE 19", "CE 30", "CE 19", "AE 5", "AE 3"});
    CHECK_THAT(world.event("CE 30"), Catch::Contains("Card"));
    CHECK(Desktop::of(report, 0) == Verdict::needs_user);
    CHECK(Desktop::of(report, 2) == Verdict::issued);
    CHECK_THAT(report.decisions[0].fact, Catch::Contains("this template"));

    Desktop declining;
    declining.user.to_begin = {Consent::given};
    declining.user.per_template = {Consent::declined, Consent::given};
    CHECK(Desktop::of(declining.pulse(), 0) == Verdict::needs_user);
    CHECK(declining.event("CE 30") == "no event CE 30");
}

TEST_CASE("REQUEST is looked at before anybody is asked", "[pulse][R-UI4]") {
    Desktop world;
    world.user.to_begin = {Consent::given};
    world.user.per_template = {Consent::given};
    world.wait_for(world.replica().templates[0], world.issued_meanwhile());
    bool asked_before = false;
    world.ca.pending[kCa1] = [&](const Bytes&) {
        asked_before = !world.user.notices.empty();
        world.ca.wanted[fake_public_key("pending-key")] = world.replica().templates[0];
        return world.issued_meanwhile()({});
    };
    world.pulse();
    CHECK_FALSE(asked_before);
    CHECK(world.user.notices == std::vector<Names>{{"Mail"}});  // Card came out of REQUEST
}

TEST_CASE("nobody can be asked: treated as declined, and the command is named", "[pulse][R-UI5]") {
    Desktop world;
    world.options.abilities.interaction = false;
    const PulseReport report = world.pulse();
    CHECK(report.ok());
    CHECK(report.enrolled.size() == 1);
    CHECK(Desktop::of(report, 0) == Verdict::needs_user);
    CHECK(world.user.notices.empty());
    REQUIRE(report.notes.size() == 2);
    CHECK_THAT(report.notes[0], Catch::StartsWith("template Card: ") &&
                                    Catch::Contains("aeclient enroll --interactive Card"));
}

TEST_CASE("a desktop that cannot ask after all: as if declined", "[pulse][R-UI5]") {
    Desktop world;
    const Ports ports{world.policy, world.directory, world.keys, world.store,  world.chains,
                      world.crypto, world.ca,        world.sink, world.memory, nullptr};
    const PulseReport report = run_pulse(ports, world.options);
    CHECK(report.enrolled.size() == 1);
    CHECK(Desktop::of(report, 0) == Verdict::needs_user);
}

TEST_CASE("a machine refuses a template with a prompt: event 38", "[pulse][R-UI2][E9]") {
    Template t = prompting("Card");
    t.general_flags = general_flag::kMachineType;
    PulseWorld world({t});
    world.options.abilities.interaction = true;
    CHECK(world.pulse().ok());
    CHECK(world.numbers() == Numbers{"AE 2", "AE 4", "CE 38", "AE 5", "AE 3"});
    CHECK(world.user.notices.empty());
}

}  // namespace
}  // namespace ae::engine
