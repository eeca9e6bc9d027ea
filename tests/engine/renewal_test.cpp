// Rules A3, E6, E7, Q11: who may renew what, and who signs.
#include "engine/candidate.h"
#include "tests/support/builders.h"

#include <catch2/catch.hpp>

namespace ae::engine {
namespace {

using namespace test;

constexpr std::uint32_t kOwnNames =
    name_flag::kEnrolleeSuppliesSubject | name_flag::kOldCertificateSuppliesNames;
constexpr const char* kAdmin = "1.3.6.1.4.1.311.20.2.1";
constexpr const char* kPolicy = "1.2.3.4";

HeldCertificate due(const Template& of) {
    return changed(held(of), [](HeldCertificate& h) { h.facts.not_after = kNow + kDay; });
}

// `t` with one certificate of it that is to be renewed.
Snapshot renewing(const Template& t) {
    Snapshot world = world_of({t});
    world.my = {due(t)};
    return world;
}

template <class Change>
Template changed_template(Change change) {
    return changed(autoenrolled("T"), change);
}

TEST_CASE("a certificate is renewed by a request that it signs itself", "[requirements][Q3]") {
    const Template t = autoenrolled("T");
    const Plan plan = quiet_plan(renewing(t));
    REQUIRE(plan.actions.size() == 1);
    CHECK(plan.actions[0].kind == ActionKind::renew);
    CHECK(plan.actions[0].thumbprint == due(t).thumbprint);
    CHECK(plan.actions[0].signer.empty());
    CHECK(plan.decisions[0].verdict == Verdict::renew);
    CHECK(plan.decisions[1].verdict == Verdict::renew);
}

TEST_CASE("a client that cannot renew asks for a new certificate", "[requirements][Q3]") {
    Snapshot world = renewing(autoenrolled("T"));
    world.abilities.renewal = false;
    const Plan plan = quiet_plan(world);
    CHECK(plan.decisions[0].verdict == Verdict::renew);
    REQUIRE(plan.actions.size() == 1);
    CHECK(plan.actions[0].kind == ActionKind::enroll);
    CHECK(plan.actions[0].thumbprint == world.my[0].thumbprint);
}

TEST_CASE("MANAGE renews what is not autoenrollable", "[requirements][A3]") {
    struct Row {
        const char* what;
        Template wanted;
    };
    const Row row = GENERATE(values<Row>({
        {"no autoenroll flag", changed_template([](Template& t) { t.enrollment_flags = 0; })},
        {"version 1", changed_template([](Template& t) { t.schema_version = 1; })},
        {"no Autoenroll right", changed_template([](Template& t) {
             t.security_descriptor = SecurityBuilder()
                                         .allow(kAuthenticatedUsers, kReadRights)
                                         .allow_object(kDomainComputers, kEnroll)
                                         .bytes();
         })},
        {"two signatures, and the certificate counts as approval",
         changed_template([](Template& t) {
             t.ra_signatures = 2;
             t.enrollment_flags |= enrollment_flag::kPreviousApproval;
         })},
        {"one signature, nobody to sign", changed_template([](Template& t) {
             t.ra_signatures = 1;
             t.enrollment_flags |= enrollment_flag::kPreviousApproval;
         })},
    }));
    INFO(row.what);
    Snapshot world = renewing(row.wanted);
    const Decision decided = decision("T", world);
    CHECK(decided.verdict == Verdict::renew);
    CHECK(decided.rule == "A3");
    CHECK_THAT(decided.fact, Catch::Contains("is to be renewed since") &&
                                 Catch::Contains("grants Enroll; offered by " + kCa1));
    CHECK(actions_of(quiet_plan(world)) ==
          std::vector<std::string>{"renew " + world.my[0].thumbprint.substr(0, 8)});

    world.policy = policy_of(1);
    const Decision off = decision("T", world);
    CHECK(off.verdict != Verdict::renew);
    CHECK_THAT(off.fact, Catch::EndsWith("is valid until 2026-11-22T12:00:00Z"));
    world.policy = policy_of(7);
    world.abilities.renewal = false;
    CHECK(quiet_plan(world).actions.empty());
}

TEST_CASE("nothing else is asked for such a template", "[requirements][A3]") {
    const Template t = changed_template([](Template& x) { x.enrollment_flags = 0; });
    Snapshot world = world_of({t});
    CHECK(decision("T", world).verdict == Verdict::not_autoenrollable);
    world.my = {held(t)};
    CHECK(decision("T", world).rule == "E2");
    CHECK_THAT(decision("T", world).fact,
               Catch::Contains("; its certificate ") &&
                   Catch::EndsWith(" is valid until 2027-08-13T12:00:00Z"));
    world.my[0].facts.not_after = kNow - Seconds(1);
    CHECK(quiet_plan(world).actions.empty());
}

TEST_CASE("what a renewal cannot do without asking is not tried", "[requirements][A3]") {
    struct Row {
        const char* what;
        Template wanted;
        const char* rule;
    };
    const Row row = GENERATE(values<Row>({
        {"names to be supplied again",
         changed_template([](Template& t) { t.name_flags = name_flag::kEnrolleeSuppliesSubject; }),
         "E7"},
        {"two signatures anew", changed_template([](Template& t) { t.ra_signatures = 2; }), "E6"},
        {"one signature anew", changed_template([](Template& t) { t.ra_signatures = 1; }), "E6"},
        {"of a user", changed_template([](Template& t) { t.general_flags = 0; }), "E4"},
        {"a CA", changed_template([](Template& t) { t.general_flags |= general_flag::kIsCa; }),
         "E5"},
        {"a newer client", changed_template([](Template& t) { t.private_key_flags = 0x07000000; }),
         "E8"},
        {"a prompt", changed_template([](Template& t) {
             t.enrollment_flags |= enrollment_flag::kUserInteractionRequired;
         }),
         "E9"},
        {"a fault", changed_template([](Template& t) { t.fault = "odd"; }), "F1"},
        {"no Read", changed_template([](Template& t) {
             t.security_descriptor =
                 SecurityBuilder().allow_object(kDomainComputers, kEnroll).bytes();
         }),
         "E3"},
    }));
    INFO(row.what);
    const Snapshot world = renewing(row.wanted);
    const Decision decided = decision("T", world);
    CHECK(decided.verdict != Verdict::renew);
    CHECK(decided.rule == row.rule);
    CHECK_THAT(decided.fact, Catch::Contains("is to be renewed since"));
    CHECK(quiet_plan(world).actions.empty());
    const Decision certificate = about_certificate(world.my[0], world);
    CHECK(certificate.verdict == Verdict::left_alone);
    CHECK(certificate.rule == row.rule);
}

TEST_CASE("the fact that refuses a renewal is the renewal's own", "[requirements][A3][E10]") {
    Snapshot world = renewing(changed_template([](Template& t) { t.name_flags = kOwnNames; }));
    offer(world, {service(1, {"Other"})});
    const Decision decided = decision("T", world);
    CHECK(decided.verdict == Verdict::not_offered);
    CHECK(decided.rule == "E10");
    CHECK_THAT(decided.fact, Catch::Contains("no enrollment service lists it"));
}

TEST_CASE("a certificate whose Enroll right is lost stays in view", "[requirements][Q11]") {
    const Template t = changed_template([](Template& x) {
        x.security_descriptor = SecurityBuilder().allow(kAuthenticatedUsers, kReadRights).bytes();
    });
    Snapshot world = renewing(t);
    const Decision lost = decision("T", world);
    CHECK(lost.verdict == Verdict::no_enroll_right);
    CHECK(lost.rule == "Q11");
    CHECK(lost.event == EventId::ce_not_updated);
    CHECK_THAT(lost.fact, Catch::Contains("is to be renewed since") &&
                              Catch::EndsWith("grants the account Enroll"));
    CHECK(lost.remedy == "grant Enroll on the template to a group of this account");
    CHECK(quiet_plan(world).actions.empty());

    world.my[0].facts.not_after = kNow - Seconds(1);
    const Decision expired = decision("T", world);
    CHECK(expired.verdict == Verdict::no_enroll_right);
    CHECK(expired.rule == "Q11");
    CHECK(expired.event == EventId::ce_not_updated);
    CHECK_THAT(expired.fact, Catch::Contains("expired at"));

    // So it does without Autoenroll, which a new certificate takes; another refusal is none of Q11.
    world.templates[0].security_descriptor = SecurityBuilder()
                                                 .allow(kAuthenticatedUsers, kReadRights)
                                                 .allow_object(kDomainComputers, kEnroll)
                                                 .bytes();
    CHECK(decision("T", world).verdict == Verdict::no_autoenroll_right);
    CHECK(decision("T", world).rule == "Q11");
    CHECK(decision("T", world).event == EventId::ce_not_updated);
    world.templates[0].enrollment_flags = 0;
    CHECK(decision("T", world).rule == "E2");
    CHECK_FALSE(decision("T", world).event);
    world.templates[0] = t;
    world.policy = policy_of(0);  // the gate is closed: nothing would be asked anyway
    CHECK(decision("T", world).rule == "E3");
    world.policy = policy_of(7);

    // Nothing is held: nothing stays in view.
    world.my.clear();
    CHECK(decision("T", world).rule == "E3");
    CHECK_FALSE(decision("T", world).event);
}

TEST_CASE("names that come out of the old certificate renew without anybody",
          "[requirements][E7][A3]") {
    for (const std::uint32_t supplied :
         {name_flag::kEnrolleeSuppliesSubject, name_flag::kEnrolleeSuppliesAltName}) {
        const Template t = changed_template([&](Template& x) {
            x.name_flags = supplied | name_flag::kOldCertificateSuppliesNames;
        });
        CHECK(carries_names_over(t));
        CHECK(decide(t).rule == "E7");
        CHECK(actions_of(quiet_plan(renewing(t))) ==
              std::vector<std::string>{"renew " + due(t).thumbprint.substr(0, 8)});
    }
    // Flag 0x8 alone means nothing.
    CHECK_FALSE(carries_names_over(changed_template(
        [](Template& x) { x.name_flags = name_flag::kOldCertificateSuppliesNames; })));
}

// A certificate of another template with what a signature needs.
HeldCertificate agent() {
    return changed(held(autoenrolled("Agent")), [](HeldCertificate& h) {
        h.facts.extended_key_usages = {"1.3.6.1.5.5.7.3.2", kAdmin};
        h.facts.certificate_policies = {kPolicy};
    });
}

Template signed_by_agent() {
    return changed_template([](Template& t) {
        t.ra_signatures = 1;
        t.ra_application_policies = {kAdmin};
        t.ra_policies = {kPolicy};
    });
}

TEST_CASE("one authorized signature by a suitable own certificate", "[requirements][E6]") {
    Snapshot world = world_of({signed_by_agent()});
    world.my = {held(autoenrolled("Plain")), agent()};
    world.abilities.signing = true;
    const Plan plan = quiet_plan(world);
    CHECK(plan.decisions[0].verdict == Verdict::enroll);
    REQUIRE(plan.actions.size() == 1);
    CHECK(plan.actions[0].signer == agent().thumbprint);

    world.abilities.signing = false;
    const Decision unable = decision("T", world);
    CHECK(unable.verdict == Verdict::not_supported);
    CHECK(unable.rule == "E6");
    CHECK(unable.event == EventId::ce_signature_requirement);
    CHECK_THAT(unable.fact, Catch::Contains("cannot sign a request"));
}

TEST_CASE("a certificate that does not fit signs nothing", "[requirements][E6]") {
    const auto rule_with = [](auto change) {
        Snapshot world = world_of({signed_by_agent()});
        world.my = {changed(agent(), change)};
        world.abilities.signing = true;
        return decision("T", world).rule;
    };
    using Held = HeldCertificate;
    CHECK(rule_with([](Held&) {}) == "Q1");
    CHECK(rule_with([](Held& h) { h.facts.extended_key_usages.pop_back(); }) == "E6");
    CHECK(rule_with([](Held& h) { h.facts.certificate_policies.clear(); }) == "E6");
    CHECK(rule_with([](Held& h) { h.key = KeyState::unknown; }) == "E6");
    CHECK(rule_with([](Held& h) { h.key = KeyState::gone; }) == "E6");
    CHECK(rule_with([](Held& h) { h.chain.state = ChainState::untrusted; }) == "E6");
    CHECK(rule_with([](Held& h) { h.facts.not_after = kNow - Seconds(1); }) == "E6");
}

TEST_CASE("a request that an authority signs is never a renewal", "[requirements][E6][Q3]") {
    Snapshot world = world_of({signed_by_agent()});
    world.my = {due(world.templates[0]), agent()};
    world.abilities.signing = true;
    Plan plan = quiet_plan(world);
    REQUIRE(plan.actions.size() == 1);
    CHECK(plan.actions[0].kind == ActionKind::enroll);
    CHECK(plan.actions[0].thumbprint == world.my[0].thumbprint);
    CHECK(plan.actions[0].signer == agent().thumbprint);
    // Where the old certificate counts as approval, it signs alone.
    world.templates[0].enrollment_flags |= enrollment_flag::kPreviousApproval;
    plan = quiet_plan(world);
    REQUIRE(plan.actions.size() == 1);
    CHECK(plan.actions[0].kind == ActionKind::renew);
    CHECK(plan.actions[0].signer.empty());
}

}  // namespace
}  // namespace ae::engine
