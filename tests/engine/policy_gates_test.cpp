#include "engine/policy_gates.h"

#include "tests/support/builders.h"

#include <catch2/catch.hpp>

namespace ae::engine {
namespace {

using namespace test;

Review review_of(const std::string& rule) {
    const bool renews = rule == "Q3" || rule == "Q6";
    return {renews ? Need::renew : Need::enroll, rule, "it is so", rule, nullptr};
}

AutoenrollPolicy policy(std::optional<std::uint32_t> bits) { return {.bits = bits, .source = {}}; }

TEST_CASE("what each value of AEPolicy allows", "[policy][gates][A1][A2]") {
    struct Row {
        std::optional<std::uint32_t> bits;
        bool enrolls;
        bool renews;
        bool for_expired;  // rule Q2: gate 0x1 or 0x2
        bool fetches;
    };
    const Row row = GENERATE(values<Row>({
        {std::nullopt, false, false, false, false},
        {0x0, false, false, false, false},
        {0x1, true, false, true, false},
        {0x2, false, true, true, false},
        {0x4, false, false, false, true},
        {0x6, false, true, true, true},
        {0x7, true, true, true, true},
        {0x8000, false, false, false, false},
        {0x8001, false, false, false, false},
        {0x8007, false, false, false, false},
        {0xFFFF7FF8, false, false, false, false},
        {0xFFFF7FFF, true, true, true, true},
    }));
    const AutoenrollPolicy value = policy(row.bits);
    INFO(gate_text(value));
    CHECK(value.enroll() == row.enrolls);
    CHECK(value.manage() == row.renews);
    CHECK(value.pending() == row.fetches);
    CHECK(value.disabled() == ((row.bits.value_or(0) & 0x8000U) != 0));
    for (const char* rule : {"Q1", "Q4", "Q5", "Q6", "Q7", "Q10", "Q14"}) {
        INFO(rule);
        CHECK(gate_open(value, review_of(rule)) == row.enrolls);
    }
    CHECK(gate_open(value, review_of("Q3")) == row.renews);
    CHECK(gate_open(value, review_of("Q2")) == row.for_expired);
}

TEST_CASE("a closed gate names the bit that is missing, and what would open it",
          "[policy][gates][A2][A4]") {
    const Template t = autoenrolled("T");
    AutoenrollPolicy value = policy(0x1);
    value.source = "/etc/aeclient/policy.d/10.reg";
    CHECK_FALSE(closed_gate(t, value, review_of("Q1")));
    const auto renewal = closed_gate(t, value, review_of("Q3"));
    REQUIRE(renewal);
    CHECK(renewal->template_name == "T");
    CHECK(renewal->verdict == Verdict::policy_off);
    CHECK(renewal->rule == "A2");
    CHECK(renewal->fact == "it is so; AEPolicy is 0x1, which lacks 0x2 (renew)");
    CHECK(renewal->remedy == "set AEPolicy to 7, which comes from /etc/aeclient/policy.d/10.reg");

    value = policy(0x4);
    const auto missing = closed_gate(t, value, review_of("Q4"));
    REQUIRE(missing);
    CHECK(missing->rule == "Q4");
    CHECK(missing->fact == "it is so; AEPolicy is 0x4, which lacks 0x1 (enroll)");
    CHECK(missing->remedy == "set AEPolicy to 7");
    CHECK_FALSE(missing->failure);
    CHECK_FALSE(missing->event);
}

TEST_CASE("AEPolicy in words", "[policy][gates]") {
    CHECK(gate_text(policy(std::nullopt)) == "AEPolicy is absent");
    CHECK(gate_text(policy(0)) == "AEPolicy is 0x0");
    CHECK(gate_text(policy(0x8007)) == "AEPolicy is 0x8007");
    CHECK(gate_text(policy(0xFFFFFFFF)) == "AEPolicy is 0xffffffff");
    CHECK(origin_text(policy(7)).empty());
}

TEST_CASE("disabled by policy: every decision says so and nothing is planned",
          "[policy][gates][A1]") {
    const Template t = autoenrolled("T");
    Snapshot world = world_of({t, autoenrolled("Missing")});
    const bool force = GENERATE(false, true);  // A5: a manual pulse obeys just the same
    world.force = force;
    world.policy = policy_of(0x8007);
    world.policy.warn_percent = 100;
    world.my = {changed(held(t), [](HeldCertificate& h) { h.facts.not_after = kNow; })};
    world.pending = {pending_since(t, kNow - 61 * kDay)};
    world.published = {{world.my[0].facts, "aa", {ChainState::revoked, {}, {}}}};
    const Plan plan = make_plan(world);
    CHECK(plan.actions.empty());
    REQUIRE(plan.decisions.size() == 4);
    for (const Decision& one : plan.decisions) {
        CHECK(one.rule == "A1");
        CHECK(one.fact == "AEPolicy is 0x8007: disabled");
    }
    CHECK(plan.decisions[0].verdict == Verdict::policy_off);
    CHECK(plan.decisions[0].remedy == "clear 0x8000 of AEPolicy, which comes from test");
    CHECK(plan.decisions[2].verdict == Verdict::left_alone);
    CHECK(plan.decisions[3].verdict == Verdict::left_alone);
}

TEST_CASE("a held certificate is held whatever the policy says", "[policy][gates]") {
    const Template t = autoenrolled("T");
    Snapshot world = world_of({t});
    world.my = {held(t)};
    world.policy = policy(std::nullopt);
    CHECK(decision("T", world).verdict == Verdict::held);
    CHECK(about_certificate(world.my[0], world).verdict == Verdict::held);
}

TEST_CASE("the gates reach the list", "[policy][gates][A1][A2]") {
    const Template t = autoenrolled("T");
    struct Row {
        std::optional<std::uint32_t> bits;
        Verdict missing;
        Verdict expired;
        Verdict in_window;
    };
    constexpr auto policy_off = Verdict::policy_off;
    constexpr auto enroll = Verdict::enroll;
    constexpr auto renew = Verdict::renew;
    const Row row = GENERATE(values<Row>({
        {std::nullopt, policy_off, policy_off, policy_off},
        {0x0, policy_off, policy_off, policy_off},
        {0x1, enroll, enroll, policy_off},
        {0x2, policy_off, enroll, renew},
        {0x6, policy_off, enroll, renew},
        {0x7, enroll, enroll, renew},
    }));
    Snapshot world = world_of({t});
    world.policy = policy(row.bits);
    INFO(gate_text(world.policy));
    CHECK(decision("T", world).verdict == row.missing);
    world.my = {
        changed(held(t), [](HeldCertificate& h) { h.facts.not_after = kNow - Seconds(1); })};
    CHECK(decision("T", world).verdict == row.expired);
    world.my[0].facts.not_after = kNow + kDay;
    CHECK(decision("T", world).verdict == row.in_window);
    CHECK(about_certificate(world.my[0], world).verdict ==
          (row.in_window == renew ? renew : policy_off));
}

constexpr const char* kForest = "0e10c968-78fb-11d2-90d4-00c04f79dc55";
constexpr const char* kOther = "a05b8cc2-17bc-4802-a710-e7c15ab866a2";

TEST_CASE("policy servers that group policy names: one of them must be this forest's directory",
          "[policy][A6]") {
    struct Row {
        const char* what;
        std::optional<std::vector<std::string>> policies;
        std::string forest;
        bool allowed;
    };
    using Ids = std::vector<std::string>;
    const Row row = GENERATE(values<Row>({
        {"none is named", std::nullopt, kForest, true},
        {"none is named, and the forest is unknown", std::nullopt, "", true},
        {"this forest", Ids{kForest}, kForest, true},
        {"in braces and capitals", Ids{"{0E10C968-78FB-11D2-90D4-00C04F79DC55}"}, kForest, true},
        {"among others", Ids{"nonsense", kOther, kForest}, kForest, true},
        {"another forest", Ids{kOther}, kForest, false},
        {"HTTPS end points only", Ids{}, kForest, false},
        {"an id that is none", Ids{"nonsense"}, kForest, false},
        {"a forest that is not known", Ids{kForest}, "", false},
        {"neither is known", Ids{""}, "", false},
    }));
    INFO(row.what);
    const Template t = autoenrolled("T");
    Snapshot world = world_of({t});
    world.policy.directory_policies = row.policies;
    world.forest_id = row.forest;
    const Decision missing = decision("T", world);
    CHECK(missing.verdict == (row.allowed ? Verdict::enroll : Verdict::policy_off));
    CHECK(missing.rule == (row.allowed ? "Q1" : "A6"));
    world.my = {changed(held(t), [](HeldCertificate& h) { h.facts.not_after = kNow + kDay; })};
    CHECK(decision("T", world).rule == (row.allowed ? "Q3" : "A6"));
    if (!row.allowed) {
        CHECK_THAT(missing.fact, Catch::StartsWith("no certificate of it is in MY; group policy") &&
                                     Catch::Contains("LDAP:"));
        CHECK_FALSE(missing.remedy.empty());
        CHECK(quiet_plan(world).actions.empty());
    }
}

TEST_CASE("what is not needed, waits or is off needs no policy server", "[policy][A6]") {
    const Template t = autoenrolled("T");
    Snapshot world = world_of({t});
    world.policy.directory_policies.emplace();
    world.policy.bits = 4;
    CHECK(decision("T", world).rule == "Q1");
    world.pending = {pending_since(t, kNow)};
    CHECK(decision("T", world).rule == "D3");
    world.my = {held(t)};
    CHECK(decision("T", world).rule == "D1");
}

}  // namespace
}  // namespace ae::engine
