#include "engine/requirements.h"

#include "tests/support/builders.h"

#include <catch2/catch.hpp>

namespace ae::engine {
namespace {

using namespace test;
using std::chrono::hours;

constexpr Seconds kSecond{1};

Template checking_directory() {
    return changed(autoenrolled("T"), [](Template& t) {
        t.enrollment_flags |= enrollment_flag::kCheckUserDsCertificate;
    });
}

PublishedCertificate published(const Template& of) { return {held(of).facts, "ab12cd34ef", {}}; }

Snapshot user_world(Template t) {
    t.general_flags = 0;
    Snapshot world = world_of({std::move(t)});
    world.account.scope = Scope::user;
    return world;
}

TEST_CASE("another computer that enrolls for the user is waited for", "[requirements][D5]") {
    Snapshot world = user_world(autoenrolled("T"));
    world.account.enrolling_elsewhere = "WS2";
    const Decision waits = decision("T", world);
    CHECK(waits.verdict == Verdict::waiting);
    CHECK(waits.rule == "D5");
    CHECK(waits.fact == "WS2 enrolls for this user now");
    CHECK(waits.event == EventId::ce_enrolls_elsewhere);
    CHECK(make_plan(world).actions.empty());
    // It comes first of all that keeps a requirement off the list.
    world.pending = {pending_since(world.templates[0], kNow)};
    CHECK(decision("T", world).rule == "D5");
}

TEST_CASE("a certificate in userCertificate is enough where the template says so",
          "[requirements][D4]") {
    const Template t = checking_directory();
    Snapshot world = world_of({t});
    CHECK(decision("T", world).verdict == Verdict::enroll);
    world.published = {published(t)};
    const Decision elsewhere = decision("T", world);
    CHECK(elsewhere.verdict == Verdict::published);
    CHECK(elsewhere.rule == "D4");
    CHECK(elsewhere.fact ==
          "userCertificate holds certificate ab12cd34, valid until 2027-08-13T12:00:00Z");
    CHECK_THAT(elsewhere.remedy, Catch::Contains("Do not automatically reenroll"));
    CHECK(make_plan(world).actions.empty());
    // Without flag 0x10 nobody looks there.
    world.templates[0].enrollment_flags = enrollment_flag::kAutoEnrollment;
    CHECK(decision("T", world).verdict == Verdict::enroll);
}

TEST_CASE("only a valid value of the same template counts", "[requirements][D4]") {
    const Template t = checking_directory();
    Snapshot world = world_of({t, autoenrolled("Other")});
    const auto verdict = [&](auto change) {
        world.published = {changed(published(t), change)};
        return decision("T", world).verdict;
    };
    using Value = PublishedCertificate;
    CHECK(verdict([](Value& one) { one.facts.not_after = kNow; }) == Verdict::published);
    CHECK(verdict([](Value& one) { one.facts.not_after = kNow - kSecond; }) == Verdict::enroll);
    CHECK(verdict([](Value& one) { one.facts.not_before = kNow + kClockSkew; }) ==
          Verdict::published);
    CHECK(verdict([](Value& one) { one.facts.not_before = kNow + kClockSkew + kSecond; }) ==
          Verdict::enroll);
    for (const ChainState state : {ChainState::revoked, ChainState::untrusted}) {
        CHECK(verdict([&](Value& one) { one.chain.state = state; }) == Verdict::enroll);
    }
    CHECK(verdict([](Value& one) { one.facts.template_reference->oid = oid_of("Other"); }) ==
          Verdict::enroll);
    CHECK(verdict([](Value& one) { one.facts.template_reference.reset(); }) == Verdict::enroll);
    // One good value among bad ones is enough.
    world.published.push_back(published(t));
    CHECK(decision("T", world).verdict == Verdict::published);
}

TEST_CASE("userCertificate that cannot be read keeps the requirement off the list",
          "[requirements][D4]") {
    Snapshot world = world_of({checking_directory(), autoenrolled("Plain")});
    world.account.user_certificates_problem = "access denied";
    const Decision waits = decision("T", world);
    CHECK(waits.verdict == Verdict::waiting);
    CHECK(waits.rule == "D4");
    CHECK_THAT(waits.fact, Catch::StartsWith("no certificate of it is in MY; userCertificate") &&
                               Catch::EndsWith("cannot be read: access denied"));
    CHECK_FALSE(waits.remedy.empty());
    CHECK(decision("Plain", world).verdict == Verdict::enroll);
}

TEST_CASE("a renewal does not ask userCertificate", "[requirements][D4]") {
    const Template t = checking_directory();
    Snapshot world = world_of({t});
    world.my = {held(t)};
    world.my[0].facts.not_after = kNow + kDay;
    world.published = {published(t)};
    CHECK(decision("T", world).verdict == Verdict::renew);
    world.account.user_certificates_problem = "access denied";
    CHECK(decision("T", world).verdict == Verdict::renew);
}

TEST_CASE("the brake: issued twice in a day for a reason that still stands", "[requirements][B1]") {
    const Template t = autoenrolled("T");
    Snapshot world = world_of({t});
    const Issuance earlier{"t", "Q1", kNow - hours(25) + kSecond, 365 * kDay};
    const Issuance later{"T", "Q1", kNow - hours(1), 365 * kDay};
    world.memory.issued = {later};
    CHECK(decision("T", world).verdict == Verdict::enroll);
    world.memory.issued = {earlier, later};
    const Decision braked = decision("T", world);
    CHECK(braked.verdict == Verdict::braked);
    CHECK(braked.rule == "B1");
    CHECK_THAT(braked.fact,
               Catch::StartsWith("no certificate of it is in MY; but for this reason (Q1)") &&
                   Catch::Contains("and 2026-11-21T11:00:00Z, and the reason still stands"));
    CHECK_THAT(braked.remedy,
               Catch::Contains("rule Q1") && Catch::Contains("aeclient pulse --force"));
    CHECK(braked.failure == hresult(0x8007000D));
    CHECK(make_plan(world).actions.empty());

    world.memory.issued[0].when = kNow - hours(25);
    CHECK(decision("T", world).verdict == Verdict::enroll);
}

TEST_CASE("the brake lets go when the reason changes, and for --force", "[requirements][B1]") {
    const Template t = autoenrolled("T");
    Snapshot world = world_of({t});
    const auto issued_for = [](const std::string& reason) {
        return std::vector<Issuance>(2, {"T", reason, kNow - hours(1), 365 * kDay});
    };
    world.memory.issued = issued_for("Q2");
    CHECK(decision("T", world).verdict == Verdict::enroll);

    world.my = {changed(
        held(t), [](HeldCertificate& h) { h.facts.template_reference->major_version = 99; })};
    world.memory.issued = issued_for("Q6 100");
    CHECK(decision("T", world).verdict == Verdict::braked);
    world.templates[0].major_version = 101;  // the template was edited
    CHECK(decision("T", world).verdict == Verdict::renew);
    world.templates[0].major_version = 100;
    world.force = true;
    CHECK(decision("T", world).verdict == Verdict::renew);
    CHECK(decision("T", world).rule == "Q6");
}

TEST_CASE("a CA that repeats a wrong name: at once, after 8 hours, three times, then given up",
          "[requirements][Q7]") {
    const Template t = autoenrolled("T");
    Snapshot world = world_of({t});
    world.my = {changed(held(t), [](HeldCertificate& h) { h.facts.dns_names = {"old"}; })};
    const auto after = [&](std::vector<Seconds> ago) {
        world.memory.issued.clear();
        for (const Seconds one : ago) {
            world.memory.issued.push_back(
                {"t", "Q7 ws1.corp.example.test", kNow - one, 365 * kDay});
        }
        return decision("T", world);
    };
    CHECK(after({}).verdict == Verdict::enroll);
    const Decision waits = after({hours(8) - kSecond});
    CHECK(waits.verdict == Verdict::waiting);
    CHECK(waits.rule == "Q7");
    CHECK(waits.event == EventId::ce_name_mismatch);
    CHECK_THAT(waits.fact, Catch::Contains("does not name ws1") &&
                               Catch::EndsWith("asked again at 2026-11-21T12:00:01Z"));
    CHECK(after({hours(8)}).verdict == Verdict::enroll);
    // The last attempt counts, wherever it stands in the list.
    CHECK(after({hours(1), hours(20)}).verdict == Verdict::waiting);
    CHECK(after({hours(8), hours(16)}).verdict == Verdict::enroll);

    const Decision given_up = after({hours(8), hours(16), hours(24)});
    CHECK(given_up.verdict == Verdict::braked);
    CHECK(given_up.rule == "Q7");
    CHECK(given_up.event == EventId::ce_name_mismatch_given_up);
    CHECK(given_up.failure == hresult(0x8007000D));
    CHECK_THAT(given_up.fact, Catch::Contains("3 times the CA issued another name"));
    CHECK_THAT(given_up.remedy, Catch::Contains("dNSHostName"));

    world.force = true;
    CHECK(after({hours(1), hours(2), hours(3)}).verdict == Verdict::enroll);
}

TEST_CASE("a given-up name stands only for that name, and until the certificate ends",
          "[requirements][Q7]") {
    const Template t = autoenrolled("T");
    Snapshot world = world_of({t, autoenrolled("Other")});
    world.my = {changed(held(t), [](HeldCertificate& h) { h.facts.dns_names = {"old"}; })};
    const auto three = [](const std::string& name, const std::string& reason) {
        return std::vector<Issuance>(3, {name, reason, kNow - hours(30), 365 * kDay});
    };
    world.memory.issued = three("T", "Q7 ws9.corp.example.test");
    CHECK(decision("T", world).verdict == Verdict::enroll);
    world.memory.issued = three("Other", "Q7 ws1.corp.example.test");
    CHECK(decision("T", world).verdict == Verdict::enroll);
    world.memory.issued = three("T", "Q7 ws1.corp.example.test");
    CHECK(decision("T", world).verdict == Verdict::braked);
    world.my[0].facts.not_after = kNow - kSecond;
    CHECK(decision("T", world).rule == "Q2");
    CHECK(decision("T", world).verdict == Verdict::enroll);
    world.my[0].facts.not_after = kNow + 200 * kDay;
    world.my[0].chain.state = ChainState::revoked;
    CHECK(decision("T", world).rule == "Q4");
}

TEST_CASE("a template for which nobody can be asked waits for somebody", "[requirements][R-UI5]") {
    Snapshot world = user_world(changed(autoenrolled("T"), [](Template& t) {
        t.enrollment_flags |= enrollment_flag::kUserInteractionRequired;
    }));
    const Decision declined = decision("T", world);
    CHECK(declined.verdict == Verdict::needs_user);
    CHECK(declined.rule == "R-UI5");
    CHECK_THAT(declined.fact, Catch::StartsWith("no certificate of it is in MY; ") &&
                                  Catch::Contains("nobody can be asked"));
    CHECK(declined.remedy == "enroll for it by hand: aeclient enroll --interactive T");
    CHECK(make_plan(world).actions.empty());
    world.abilities.interaction = true;
    CHECK(decision("T", world).verdict == Verdict::enroll);
}

TEST_CASE("what keeps a requirement off the list, in this order",
          "[requirements][D3][D4][D5][B1][R-UI5][back-off]") {
    Template t = checking_directory();
    t.enrollment_flags |= enrollment_flag::kUserInteractionRequired;
    Snapshot world = user_world(t);
    world.account.enrolling_elsewhere = "WS2";
    world.pending = {pending_since(t, kNow)};
    world.policy = policy_of(4);
    world.published = {published(t)};
    world.memory.issued.assign(2, {"T", "Q1", kNow, 365 * kDay});
    world.memory.refusals = {{.template_name = "T",
                              .template_version = "100.0",
                              .ca = world.services[0].ref(),
                              .code = hresult(0x80094012),
                              .count = 2,
                              .last = kNow}};
    const auto rule_then = [&](auto repair) {
        const std::string rule = decision("T", world).rule;
        repair();
        return rule;
    };
    CHECK(rule_then([&] { world.account.enrolling_elsewhere.clear(); }) == "D5");
    CHECK(rule_then([&] { world.pending.clear(); }) == "D3");
    CHECK(rule_then([&] { world.policy = policy_of(7); }) == "Q1");  // the gate's
    CHECK(rule_then([&] { world.published.clear(); }) == "D4");
    CHECK(rule_then([&] { world.abilities.interaction = true; }) == "R-UI5");
    CHECK(rule_then([&] { world.memory.issued.clear(); }) == "B1");
    CHECK(rule_then([&] { world.memory.refusals.clear(); }) == "back-off");
    CHECK(decision("T", world).verdict == Verdict::enroll);
}

}  // namespace
}  // namespace ae::engine
