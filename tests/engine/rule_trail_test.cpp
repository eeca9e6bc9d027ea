// The trail says what the decision says, because the same checks write both.
#include "engine/requirements.h"
#include "tests/support/builders.h"

#include <algorithm>

#include <catch2/catch.hpp>

namespace ae::engine {
namespace {

using namespace test;

RuleTrail trail_of(const Snapshot& world) { return explain_template(world, 0); }

std::vector<std::string> rules_of(const RuleTrail& trail, RuleOutcome outcome) {
    std::vector<std::string> rules;
    for (const RuleStep& step : trail) {
        if (step.outcome == outcome) {
            rules.push_back(step.rule);
        }
    }
    return rules;
}

const RuleStep& step_of(const RuleTrail& trail, const std::string& question) {
    const auto at = std::ranges::find(trail, question, &RuleStep::question);
    REQUIRE(at != trail.end());
    return *at;
}

TEST_CASE("a template that is wanted passes every rule, in the order of the rules",
          "[trail][E1-E10]") {
    const RuleTrail trail = trail_of(world_of({autoenrolled("T")}));
    CHECK(rules_of(trail, RuleOutcome::passed) ==
          std::vector<std::string>{"A1", "F1", "S1", "E3", "E1",    "E2",  "E3",       "E3", "E4",
                                   "E5", "E6", "E7", "E8", "E9",    "E10", "F1",       "Q1", "D5",
                                   "D3", "A2", "A6", "D4", "R-UI5", "B1",  "choice 4", "U1"});
    CHECK(rules_of(trail, RuleOutcome::failed).empty());
    CHECK(rules_of(trail, RuleOutcome::not_reached).empty());
    CHECK(step_of(trail, "Autoenroll on the template").fact ==
          "allow object ACE 2 for S-1-5-21-1-2-3-515 grants Autoenroll");
    CHECK(step_of(trail, "a CA offers it to this account").fact == "offered by " + kCa1);
    CHECK(step_of(trail, "a CA that offers it is trusted and may be asked now").fact ==
          "asked in this order: " + kCa1);
}

TEST_CASE("the rule that objects has the decision's words, and none after it is asked",
          "[trail][E3]") {
    Template wanted = autoenrolled("T");
    wanted.security_descriptor = SecurityBuilder().allow(kAuthenticatedUsers, kReadRights).bytes();
    const Snapshot world = world_of({wanted});
    const RuleTrail trail = trail_of(world);
    const Decision decided = decision("T", world);
    const RuleStep& step = step_of(trail, "Enroll on the template");
    CHECK(step.outcome == RuleOutcome::failed);
    CHECK(step.rule == decided.rule);
    CHECK(step.fact == decided.fact);
    CHECK(step.remedy == decided.remedy);
    CHECK(rules_of(trail, RuleOutcome::not_reached) ==
          std::vector<std::string>{"E3", "E4", "E5", "E6", "E7", "E8", "E9", "E10", "Q1", "D3",
                                   "choice 4", "U1"});
}

TEST_CASE("a valid certificate settles it", "[trail][D1]") {
    const Template wanted = autoenrolled("T");
    Snapshot world = world_of({wanted});
    world.my = {held(wanted)};
    const RuleTrail trail = trail_of(world);
    CHECK(rules_of(trail, RuleOutcome::settled) == std::vector<std::string>{"D1"});
    CHECK(rules_of(trail, RuleOutcome::not_reached) ==
          std::vector<std::string>{"D3", "choice 4", "U1"});
}

TEST_CASE("a request under submission settles it", "[trail][D3]") {
    const Template wanted = autoenrolled("T");
    Snapshot world = world_of({wanted});
    world.pending = {pending_since(wanted, kNow - kDay)};
    const RuleTrail trail = trail_of(world);
    CHECK(rules_of(trail, RuleOutcome::settled) == std::vector<std::string>{"D3"});
}

TEST_CASE("AEPolicy that lacks a bit is the rule that fails", "[trail][A2]") {
    Snapshot world = world_of({autoenrolled("T")});
    world.policy = policy_of(6);
    const RuleTrail trail = trail_of(world);
    const RuleStep& step = step_of(trail, "AEPolicy allows what is needed");
    CHECK(step.outcome == RuleOutcome::failed);
    CHECK(step.fact == "no certificate of it is in MY; AEPolicy is 0x6, which lacks 0x1 (enroll)");
}

TEST_CASE("a superseding template settles it last", "[trail][U1]") {
    const RuleTrail trail = trail_of(world_of({autoenrolled("Old"), autoenrolled("New", {"Old"})}));
    CHECK(trail.back().rule == "U1");
    CHECK(trail.back().outcome == RuleOutcome::settled);
    CHECK(trail.back().fact == "superseded by New");
}

TEST_CASE("disabled autoenrollment reaches nothing else", "[trail][A1]") {
    Snapshot world = world_of({autoenrolled("T")});
    world.policy = policy_of(0x8007);
    const RuleTrail trail = trail_of(world);
    CHECK(rules_of(trail, RuleOutcome::failed) == std::vector<std::string>{"A1"});
    CHECK(rules_of(trail, RuleOutcome::passed).empty());
}

TEST_CASE("what is held may be renewed although no new one could be had", "[trail][A3]") {
    Template wanted = autoenrolled("T");
    wanted.enrollment_flags = 0;  // E2
    Snapshot world = world_of({wanted});
    world.my = {held(wanted)};
    world.my[0].facts.not_after = kNow + kDay;
    const RuleTrail trail = trail_of(world);
    CHECK(rules_of(trail, RuleOutcome::failed) == std::vector<std::string>{"E2"});
    const auto renewal = [](const RuleStep& step) { return step.part == RulePart::renewal; };
    CHECK(std::ranges::count_if(trail, renewal) == 11);
    CHECK(decision("T", world).verdict == Verdict::renew);
}

// Rule Q15: such a template is judged subject by subject.
TEST_CASE("what is held subject by subject shows the rule that decided, too", "[trail][Q15]") {
    Template wanted = autoenrolled("T");
    wanted.name_flags =
        name_flag::kEnrolleeSuppliesSubject | name_flag::kOldCertificateSuppliesNames;
    Snapshot world = world_of({wanted});
    world.my = {held(wanted), held(wanted)};
    world.my[1].facts.subject_der = {0x30, 0x00};
    const auto failed_rules = [&] { return rules_of(trail_of(world), RuleOutcome::failed); };
    SECTION("rule E7, which no such template passes") {
        CHECK(failed_rules() == std::vector<std::string>{"E7"});
    }
    SECTION("the rule before it") {
        world.templates[0].enrollment_flags = 0;
        CHECK(failed_rules() == std::vector<std::string>{"E2"});
    }
    CHECK(failed_rules().back() == decision("T", world).rule);
    CHECK(rules_of(trail_of(world), RuleOutcome::not_reached).back() == "U1");
}

TEST_CASE("all templates are explained at once as each by itself is decided", "[trail]") {
    Snapshot world = world_of({autoenrolled("Old"), autoenrolled("New", {"Old"}),
                               autoenrolled("Unmarked"), autoenrolled("Held")});
    world.templates[2].enrollment_flags = 0;  // E2
    world.my = {held(world.templates[3])};
    const std::vector<RuleTrail> trails = explain_templates(world);
    REQUIRE(trails.size() == world.templates.size());
    const auto ends = [](const RuleTrail& trail) {
        const auto at = std::ranges::find_if(trail, [](const RuleStep& step) {
            return step.outcome == RuleOutcome::failed || step.outcome == RuleOutcome::settled;
        });
        return at == trail.end() ? std::string() : at->rule;
    };
    CHECK(ends(trails[0]) == "U1");
    CHECK(ends(trails[1]).empty());
    CHECK(ends(trails[2]) == "E2");
    CHECK(ends(trails[3]) == "D1");
}

TEST_CASE("what is not understood is said besides the rule that objects", "[trail][F1]") {
    Template wanted = autoenrolled("T");
    wanted.enrollment_flags = 0;
    wanted.fault = "an attribute has the unknown value 9";
    const RuleTrail trail = trail_of(world_of({wanted}));
    CHECK(rules_of(trail, RuleOutcome::failed) == std::vector<std::string>{"E2", "F1"});
    CHECK(step_of(trail, "every attribute of it is understood").fact == wanted.fault);
}

}  // namespace
}  // namespace ae::engine
