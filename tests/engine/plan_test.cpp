#include "engine/plan.h"

#include "tests/support/builders.h"

#include <algorithm>
#include <set>

#include <catch2/catch.hpp>

namespace ae::engine {
namespace {

using namespace test;

constexpr Seconds kSecond{1};
using Names = std::vector<std::string>;

Template prompting(const std::string& name) {
    return changed(autoenrolled(name), [](Template& t) {
        t.general_flags = 0;
        t.enrollment_flags |= enrollment_flag::kUserInteractionRequired;
    });
}

PublishedCertificate value_of_template(const Template& of, const std::string& thumbprint) {
    return {changed(held(of),
                    [&](HeldCertificate& h) {
                        h.facts.der =
                            Bytes(as_bytes(thumbprint).begin(), as_bytes(thumbprint).end());
                    })
                .facts,
            thumbprint,
            {}};
}

TEST_CASE("the order of a pulse: REQUEST, requests, certificates, userCertificate, warnings",
          "[plan]") {
    const Template t = autoenrolled("T");
    const Template other = autoenrolled("Other");
    Snapshot world = world_of({t, other});
    world.pending = {pending_since(autoenrolled("Gone"), kNow - 70 * kDay)};
    world.my = {changed(held(t), [](HeldCertificate& h) {
        h.facts.not_after = kNow - kSecond;
        h.thumbprint = "e0e0e0e0e0";
    })};
    world.my.push_back(changed(held(other), [](HeldCertificate& h) {
        h.chain.state = ChainState::revoked;
        h.thumbprint = "aeaeaeaeae";
    }));
    world.published = {value_of_template(other, "0202020202")};
    world.published[0].chain.state = ChainState::revoked;
    const Plan plan = make_plan(world);
    CHECK(actions_of(plan) == Names{"forget pending-key", "enroll T", "enroll Other",
                                    "archive aeaeaeae", "unpublish 02020202", "warn e0e0e0e0"});
    REQUIRE(plan.decisions.size() == 5);
    // Templates, certificates, requests; each action points at its decision.
    CHECK(plan.decisions[plan.actions[0].decision].subject == "pending-key");
    CHECK(plan.decisions[plan.actions[1].decision].template_name == "T");
    CHECK(plan.decisions[plan.actions[2].decision].template_name == "Other");
    CHECK(plan.decisions[plan.actions[3].decision].subject == "aeaeaeaeae");
    CHECK(plan.decisions[0].about == About::template_type);
    CHECK(plan.decisions[2].about == About::certificate);
    CHECK(plan.decisions[4].about == About::request);
}

TEST_CASE("the parts of a plan add up to the whole", "[plan]") {
    const Template t = autoenrolled("T");
    Snapshot world = world_of({t});
    world.pending = {pending_since(autoenrolled("Gone"), kNow - 70 * kDay)};
    CHECK(actions_of(plan_requests(world)) == Names{"forget pending-key"});
    CHECK(actions_of(plan_requirements(world)) == Names{"enroll T"});
    CHECK(plan_requests(world).decisions.size() == 1);
    CHECK(plan_requirements(world).decisions.size() == 1);
    CHECK(make_plan(world).decisions.size() == 2);
}

TEST_CASE("an enrollment says all that the pulse needs", "[plan]") {
    const Template t = autoenrolled("T");
    const Plan plan = make_plan(world_of({t}));
    REQUIRE(plan.actions.size() == 1);
    const Action& enroll = plan.actions[0];
    CHECK(enroll.kind == ActionKind::enroll);
    CHECK(enroll.template_name == "T");
    CHECK(enroll.thumbprint.empty());
    CHECK(enroll.key_reference.empty());
    CHECK(enroll.reason == "Q1");
    CHECK(enroll.signer.empty());
    CHECK_FALSE(enroll.interactive);
    CHECK(enroll.afterwards.empty());
    REQUIRE(enroll.cas.size() == 1);
    CHECK(enroll.cas[0].config() == kCa1);
}

TEST_CASE("what needs the user comes after the silent rest", "[plan][R-UI1]") {
    Template silent = prompting("Silent");
    silent.enrollment_flags = enrollment_flag::kAutoEnrollment;
    Template last = silent;
    last.name = "Last";
    last.oid = oid_of("Last");
    Snapshot world = world_of({prompting("First"), silent, prompting("Second"), last});
    world.account.scope = Scope::user;
    world.abilities.interaction = true;
    const Plan plan = make_plan(world);
    CHECK(actions_of(plan) ==
          Names{"enroll Silent", "enroll Last", "enroll First", "enroll Second"});
    CHECK_FALSE(plan.actions[0].interactive);
    CHECK(plan.actions[2].interactive);
    for (const Action& one : plan.actions) {
        CHECK(plan.decisions[one.decision].template_name == one.template_name);
    }
}

TEST_CASE("userCertificate: revoked and superseded values of managed templates go", "[plan][X2]") {
    const Template x = autoenrolled("X", {"Y"});
    const Template y = autoenrolled("Y");
    const Template t = autoenrolled("T");
    Snapshot world = world_of({x, y, t});
    world.my = {held(x), held(t)};
    world.published = {value_of_template(x, "0101010101"), value_of_template(y, "0202020202"),
                       value_of_template(t, "0303030303"), value_of_template(t, "0404040404"),
                       value_of_template(autoenrolled("Foreign"), "0505050505")};
    world.published[2].chain.state = ChainState::revoked;
    world.published[3].facts.not_after = kNow - kSecond;
    world.published[4].chain.state = ChainState::revoked;
    const Plan plan = make_plan(world);
    CHECK(actions_of(plan) == Names{"unpublish 02020202", "unpublish 03030303"});
    CHECK(plan.actions[0].reason == "it is superseded");
    CHECK(plan.actions[0].template_name == "Y");
    CHECK(plan.actions[1].reason == "it is revoked");
    CHECK(plan.actions[1].template_name == "T");
    // The clean-up is MANAGE's.
    for (const std::uint32_t bits : {0U, 1U, 4U, 5U}) {
        world.policy = policy_of(bits);
        CHECK(make_plan(world).actions.empty());
    }
    world.policy = policy_of(2);
    CHECK(make_plan(world).actions.size() == 2);
}

TEST_CASE("userCertificate: an expired value goes only with a new certificate of the same run",
          "[plan][X2]") {
    const Template t = autoenrolled("T");
    const Template other = autoenrolled("Other");
    Snapshot world = world_of({t, other});
    world.published = {value_of_template(t, "0101010101"), value_of_template(t, "0202020202"),
                       value_of_template(other, "0303030303"), value_of_template(t, "0404040404")};
    world.published[0].facts.not_after = kNow;
    world.published[1].facts.not_after = kNow - kSecond;
    world.published[2].facts.not_after = kNow - kSecond;
    world.published[3].facts.not_after = kNow - kSecond;
    world.published[3].chain.state = ChainState::revoked;  // goes at once
    const Plan plan = make_plan(world);
    CHECK(actions_of(plan) == Names{"enroll T", "enroll Other", "unpublish 04040404"});
    REQUIRE(plan.actions[0].afterwards.size() == 1);
    CHECK(plan.actions[0].afterwards[0].kind == ActionKind::unpublish);
    CHECK(plan.actions[0].afterwards[0].thumbprint == "0202020202");
    CHECK(plan.actions[0].afterwards[0].why == "expired");
    REQUIRE(plan.actions[1].afterwards.size() == 1);
    CHECK(plan.actions[1].afterwards[0].thumbprint == "0303030303");

    world.policy = policy_of(1);
    CHECK(make_plan(world).actions[0].afterwards.empty());
    world.policy = policy_of(7);
    world.my = {held(t), held(other)};  // nothing new: it stays
    CHECK(actions_of(make_plan(world)) == Names{"unpublish 04040404"});
}

// A certificate of 1,000 seconds with `left` of them to go.
HeldCertificate ending(const Template& of, Seconds left) {
    return changed(held(of), [&](HeldCertificate& h) {
        h.facts.not_after = kNow + left;
        h.facts.not_before = h.facts.not_after - Seconds(1000);
        h.facts.subject = "CN=ws1";
    });
}

TEST_CASE("the end of a certificate is said when a share of its life is left", "[plan][X3]") {
    const auto warns = [](std::uint32_t percent, Seconds left) {
        const Template t = autoenrolled("T");
        Snapshot world = world_of({t});
        world.policy = policy_of(0);
        world.policy.warn_percent = percent;
        world.my = {ending(t, left)};
        return make_plan(world).actions.size();
    };
    CHECK(warns(10, Seconds(101)) == 0);
    CHECK(warns(10, Seconds(100)) == 1);
    CHECK(warns(0, Seconds(1)) == 0);
    CHECK(warns(0, Seconds(0)) == 1);
    CHECK(warns(100, Seconds(1000)) == 1);
    CHECK(warns(50, Seconds(501)) == 0);
    CHECK(warns(50, Seconds(500)) == 1);
}

TEST_CASE("a warning says where, what and when", "[plan][X3]") {
    const Template t = autoenrolled("T");
    Snapshot world = world_of({t});
    world.policy = policy_of(0);
    world.my = {ending(t, Seconds(10))};
    const Action warning = make_plan(world).actions.at(0);
    CHECK(warning.kind == ActionKind::warn);
    CHECK(warning.thumbprint == world.my[0].thumbprint);
    CHECK(warning.template_name == "T");
    CHECK(warning.reason == "in MY (CN=ws1) expires at 2026-11-21T12:00:10Z");
    world.my = {ending(t, Seconds(0))};
    CHECK_THAT(make_plan(world).actions.at(0).reason, Catch::Contains("expires at"));
    world.my = {ending(t, -kSecond)};
    CHECK(make_plan(world).actions.at(0).reason ==
          "in MY (CN=ws1) expired at 2026-11-21T11:59:59Z");
}

TEST_CASE("what the plan itself takes out of sight needs no warning", "[plan][X3]") {
    const Template t = autoenrolled("T");
    Snapshot world = world_of({t});
    world.my = {changed(ending(t, -kSecond), [](HeldCertificate& h) { h.thumbprint = "0ld"; }),
                held(t)};
    CHECK(actions_of(make_plan(world)) == Names{"archive 0ld"});
    world.templates[0].enrollment_flags |= enrollment_flag::kRemoveInvalidCertificate;
    world.my[0].facts.key_usage = {0x80};
    CHECK(actions_of(make_plan(world)) == Names{"remove 0ld"});
    // It stays: it is warned of.
    world.policy = policy_of(1);
    CHECK(actions_of(make_plan(world)) == Names{"warn 0ld"});
}

TEST_CASE("foreign certificates and other watched stores are warned of too, once a day",
          "[plan][X3]") {
    Snapshot world = world_of({});
    world.policy = policy_of(0);
    world.my = {ending(autoenrolled("Foreign"), Seconds(10))};
    world.watched = {{"CA", "cacacacaca", world.my[0].facts}};
    const Plan plan = make_plan(world);
    CHECK(actions_of(plan) ==
          Names{"warn " + world.my[0].thumbprint.substr(0, 8), "warn cacacaca"});
    CHECK(plan.actions[0].template_name.empty());
    CHECK_THAT(plan.actions[1].reason, Catch::StartsWith("in CA (CN=ws1) "));
    world.memory.warned = {{"cacacacaca", kNow - std::chrono::hours(24) + kSecond}};
    CHECK(make_plan(world).actions.size() == 1);
    world.memory.warned[0].when -= kSecond;
    CHECK(make_plan(world).actions.size() == 2);
}

TEST_CASE("verdicts, subjects and actions have names of their own", "[plan]") {
    std::set<std::string_view> verdicts;
    for (int i = 0; i <= static_cast<int>(Verdict::forgotten); ++i) {
        verdicts.insert(to_string(static_cast<Verdict>(i)));
    }
    CHECK(verdicts.size() == static_cast<std::size_t>(Verdict::forgotten) + 1);
    CHECK_FALSE(verdicts.contains("unknown"));
    CHECK(to_string(Verdict::enroll) == "wanted");
    CHECK(to_string(Verdict::no_autoenroll_right) == "no Autoenroll right");
    CHECK(to_string(Verdict::not_trusted) == "no trusted CA");
    CHECK(to_string(Verdict::forgotten) == "dropped");
    CHECK(to_string(static_cast<Verdict>(99)) == "unknown");
    CHECK(to_string(About::template_type) == "template");
    CHECK(to_string(About::certificate) == "certificate");
    CHECK(to_string(About::request) == "request");
    Names actions;
    for (int i = 0; i <= static_cast<int>(ActionKind::warn) + 1; ++i) {
        actions.emplace_back(to_string(static_cast<ActionKind>(i)));
    }
    CHECK(actions == Names{"retrieve", "forget", "enroll", "renew", "archive", "remove",
                           "unpublish", "warn", "unknown"});
}

TEST_CASE("the first of several checks that objects is the decision", "[plan]") {
    int calls = 0;
    const auto silent = [&]() -> std::optional<Decision> {
        ++calls;
        return {};
    };
    const auto objects = [&]() -> std::optional<Decision> {
        ++calls;
        return Decision{.rule = "E2"};
    };
    CHECK_FALSE(first_objection(silent, silent));
    calls = 0;
    const auto found = first_objection(silent, objects, silent, objects);
    REQUIRE(found);
    CHECK(found->rule == "E2");
    CHECK(calls == 2);
}

}  // namespace
}  // namespace ae::engine
