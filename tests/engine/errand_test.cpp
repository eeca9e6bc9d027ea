// Rules M1-M7: one thing alone, by an administrator's own wish.
#include "engine/base/hresult_table.h"
#include "engine/base/text.h"
#include "engine/errand_plan.h"
#include "tests/support/builders.h"

#include <catch2/catch.hpp>

namespace ae::engine {
namespace {

using namespace test;
using Actions = std::vector<std::string>;

Errand enroll(std::string name, std::string ca = {}) {
    return {.kind = Errand::Kind::enroll, .template_name = std::move(name), .ca = std::move(ca)};
}
Errand renew(std::string thumbprint, std::string ca = {}) {
    return {.kind = Errand::Kind::renew, .ca = std::move(ca), .thumbprint = std::move(thumbprint)};
}
Errand retrieve(std::uint32_t id, std::string ca = {}) {
    return {.kind = Errand::Kind::retrieve, .ca = std::move(ca), .request_id = id};
}

Plan plan_of(const Snapshot& world, const Errand& errand) {
    const auto plan = plan_errand(world, errand);
    INFO((plan ? "" : plan.error().sentence()));
    REQUIRE(plan);
    REQUIRE_FALSE(plan->decisions.empty());
    return *plan;
}
Error error_of(const Snapshot& world, const Errand& errand, const Suggest& suggest = {}) {
    const auto plan = plan_errand(world, errand, suggest);
    REQUIRE_FALSE(plan);
    return plan.error();
}

Template by_hand_only(std::string name) {
    Template t = autoenrolled(std::move(name));
    t.enrollment_flags = 0;
    t.security_descriptor = SecurityBuilder()
                                .allow_object(kDomainComputers, kEnroll)
                                .allow(kAuthenticatedUsers, kReadRights)
                                .bytes();
    return t;
}

TEST_CASE("what keeps a pulse from asking does not keep an administrator from it", "[errand][M2]") {
    struct Row {
        const char* what;
        void (*change)(Snapshot&);
    };
    const std::vector<Row> rows = {
        {"the autoenroll flag", [](Snapshot& w) { w.templates[0].enrollment_flags = 0; }},
        {"schema version 1", [](Snapshot& w) { w.templates[0].schema_version = 1; }},
        {"the Autoenroll right", [](Snapshot& w) { w.templates[0] = by_hand_only("CorpMachine"); }},
        {"AEPolicy absent", [](Snapshot& w) { w.policy = {}; }},
        {"AEPolicy without 0x1", [](Snapshot& w) { w.policy = policy_of(6); }},
        {"AEPolicy disabled", [](Snapshot& w) { w.policy = policy_of(0x8007); }},
        {"policy servers", [](Snapshot& w) { w.policy.directory_policies.emplace(); }},
        {"another template that supersedes it",
         [](Snapshot& w) {
             w.templates.push_back(autoenrolled("Newer", {"CorpMachine"}));
             offer(w, {service(1, {"CorpMachine", "Newer"})});
         }},
        {"the brake",
         [](Snapshot& w) {
             for (int i = 1; i < 3; ++i) {
                 w.memory.issued.push_back({"CorpMachine", "Q1", kNow - Seconds(i), 365 * kDay});
             }
         }},
        {"back-off",
         [](Snapshot& w) {
             w.memory.refusals.push_back(
                 {"CorpMachine", "100.0", service(1, {}).ref(), hresult(0x80094012), 3, kNow});
         }},
        {"a value of userCertificate",
         [](Snapshot& w) {
             w.templates[0].enrollment_flags |= enrollment_flag::kCheckUserDsCertificate;
             w.published.push_back({held(w.templates[0]).facts, "p", {}});
         }},
    };
    for (const Row& row : rows) {
        INFO(row.what);
        Snapshot world = world_of({autoenrolled("CorpMachine")});
        row.change(world);
        CHECK(actions_of(make_plan(world)) != Actions{"enroll CorpMachine"});
        const Plan plan = plan_of(world, enroll("corpmachine"));
        CHECK(actions_of(plan) == Actions{"enroll CorpMachine"});
        CHECK(plan.decisions[0].verdict == Verdict::enroll);
        CHECK(plan.decisions[0].rule == "M3");
        CHECK_FALSE(plan.decisions[0].failure);
    }
}

TEST_CASE("what makes a certificate impossible is a failure with its rule", "[errand][M3]") {
    struct Row {
        const char* rule;
        Verdict verdict;
        std::uint32_t code;
        void (*change)(Snapshot&);
    };
    const std::vector<Row> rows = {
        {"S1", Verdict::not_readable, 0x80070005,
         [](Snapshot& w) { w.templates[0].security_descriptor.reset(); }},
        {"E3", Verdict::no_enroll_right, 0x80070005,
         [](Snapshot& w) {
             w.templates[0].security_descriptor =
                 SecurityBuilder().allow(kAuthenticatedUsers, kReadRights).bytes();
         }},
        {"E4", Verdict::wrong_context, 0x80070032,
         [](Snapshot& w) { w.templates[0].general_flags = 0; }},
        {"E5", Verdict::not_autoenrollable, 0x80070032,
         [](Snapshot& w) { w.templates[0].general_flags |= general_flag::kIsCa; }},
        {"E6", Verdict::not_autoenrollable, 0x80070032,
         [](Snapshot& w) { w.templates[0].ra_signatures = 2; }},
        {"E7", Verdict::not_autoenrollable, 0x80070032,
         [](Snapshot& w) { w.templates[0].name_flags = name_flag::kEnrolleeSuppliesSubject; }},
        {"E8", Verdict::not_supported, 0x80070032,
         [](Snapshot& w) { w.abilities.providers.clear(); }},
        {"E9", Verdict::not_autoenrollable, 0x80070032,
         [](Snapshot& w) {
             w.templates[0].enrollment_flags |= enrollment_flag::kUserInteractionRequired;
         }},
        {"E10", Verdict::not_offered, 0x80094800, [](Snapshot& w) { offer(w, {service(1, {})}); }},
        {"F1", Verdict::not_understood, 0x8007000D,
         [](Snapshot& w) { w.templates[0].fault = "its flags are no number"; }},
        {"choice 2", Verdict::not_trusted, 0x800B0109,
         [](Snapshot& w) { w.ca_trust[0].chain.state = ChainState::untrusted; }},
    };
    for (const Row& row : rows) {
        INFO(row.rule);
        Snapshot world = world_of({autoenrolled("CorpMachine")});
        row.change(world);
        world.force = true;  // no wish is strong enough for these
        const Plan plan = plan_of(world, enroll("CorpMachine"));
        CHECK(plan.actions.empty());
        REQUIRE(plan.decisions.size() == 1);
        CHECK(plan.decisions[0].verdict == row.verdict);
        CHECK(plan.decisions[0].rule == row.rule);
        CHECK(plan.decisions[0].failure == hresult(row.code));
    }
}

TEST_CASE("two templates with one identifier are not asked for by hand either",
          "[errand][M3][F1]") {
    Snapshot world = world_of({autoenrolled("CorpMachine"), autoenrolled("Twin")});
    world.templates[1].oid = world.templates[0].oid;
    CHECK(plan_of(world, enroll("Twin")).decisions[0].rule == "F1");
    CHECK(plan_of(world, enroll("CorpMachine")).actions.size() == 1);
}

TEST_CASE("a user who types the command has agreed", "[errand][M3][R-UI4]") {
    Snapshot world = world_of({autoenrolled("CorpUser")});
    world.account.scope = Scope::user;
    world.templates[0].general_flags = 0;
    world.templates[0].enrollment_flags |= enrollment_flag::kUserInteractionRequired;
    const Plan plan = plan_of(world, enroll("CorpUser"));
    REQUIRE(plan.actions.size() == 1);
    CHECK_FALSE(plan.actions[0].interactive);
}

TEST_CASE("the other context's template: the sentence names the way", "[errand][M3][E4]") {
    Snapshot world = world_of({autoenrolled("CorpUser")});
    world.templates[0].general_flags = 0;
    CHECK(plan_of(world, enroll("CorpUser")).decisions[0].remedy ==
          "as the user: aeclient enroll --user CorpUser");
}

TEST_CASE("a valid certificate is said and needs --force", "[errand][M4]") {
    Snapshot world = world_of({autoenrolled("CorpMachine")});
    world.my.push_back(held(world.templates[0]));
    const std::string name = world.my[0].thumbprint.substr(0, 8);

    const Plan plan = plan_of(world, enroll("CorpMachine"));
    CHECK(plan.actions.empty());
    CHECK(plan.decisions[0].verdict == Verdict::held);
    CHECK(plan.decisions[0].rule == "M4");
    CHECK_FALSE(plan.decisions[0].failure);
    CHECK_THAT(plan.decisions[0].remedy,
               Catch::Contains("aeclient renew " + name) && Catch::Contains("--force"));

    world.force = true;
    const Plan second = plan_of(world, enroll("CorpMachine"));
    CHECK(actions_of(second) == Actions{"enroll CorpMachine"});
    CHECK(second.actions[0].thumbprint.empty());
    CHECK(second.actions[0].afterwards.empty());
}

TEST_CASE("one that is due to be renewed is still valid: enroll leaves it to renew",
          "[errand][M4]") {
    Snapshot world = world_of({autoenrolled("CorpMachine")});
    world.my.push_back(held(world.templates[0]));
    world.my[0].facts.not_after = kNow + kDay;
    CHECK(plan_of(world, enroll("CorpMachine")).decisions[0].verdict == Verdict::held);
    // Expired, it is no reason not to.
    world.my[0].facts.not_after = kNow - Seconds(1);
    CHECK(plan_of(world, enroll("CorpMachine")).actions.size() == 1);
}

TEST_CASE("a request that waits is said and needs --force", "[errand][M5]") {
    Snapshot world = world_of({autoenrolled("CorpMachine")});
    world.pending.push_back(pending_since(world.templates[0], kNow - kDay));
    const Plan plan = plan_of(world, enroll("CorpMachine"));
    CHECK(plan.actions.empty());
    CHECK(plan.decisions[0].verdict == Verdict::pending);
    CHECK(plan.decisions[0].rule == "M5");
    CHECK_FALSE(plan.decisions[0].failure);
    CHECK_THAT(plan.decisions[0].remedy, Catch::Contains("aeclient retrieve 17"));
    world.force = true;
    CHECK(plan_of(world, enroll("CorpMachine")).actions.size() == 1);
}

TEST_CASE("--ca asks that one and no other", "[errand][M3]") {
    Snapshot world = world_of({autoenrolled("CorpMachine")});
    offer(world, {service(1, {"CorpMachine"}), service(2, {"CorpMachine"}), service(3, {})});
    for (const std::string& ca : {kCa1, kCa2}) {
        const Plan plan = plan_of(world, enroll("CorpMachine", to_lower(ca)));
        REQUIRE(plan.actions.size() == 1);
        REQUIRE(plan.actions[0].cas.size() == 1);
        CHECK(plan.actions[0].cas[0].config() == ca);
    }
    CHECK(plan_of(world, enroll("CorpMachine")).actions[0].cas.size() == 2);

    const Plan elsewhere =
        plan_of(world, enroll("CorpMachine", "ca3.corp.example.test\\Corp Issuing CA 3"));
    CHECK(elsewhere.actions.empty());
    CHECK(elsewhere.decisions[0].verdict == Verdict::not_offered);
    CHECK_THAT(elsewhere.decisions[0].fact, Catch::Contains("offered by " + kCa1));
    CHECK(elsewhere.decisions[0].failure == hresult(0x80094800));
}

TEST_CASE("what nobody knows is one sentence, with what may have been meant",
          "[errand][M3][M6][M7]") {
    Snapshot world = world_of({autoenrolled("CorpMachine")});
    const HeldCertificate old = held(world.templates[0]);
    struct Row {
        Errand errand;
        std::string says;
        std::string known;
    };
    const std::vector<Row> rows = {
        {enroll("CorpMashine"), "the directory has no template named CorpMashine", "CorpMachine"},
        {enroll("CorpMachine", "ca1\\x"), "the directory has no CA ca1\\x", kCa1},
        {renew("ffff"), "MY holds no certificate ffff", old.thumbprint},
        {retrieve(16), "no request 16 waits here", "17"},
        {retrieve(17, kCa2), "no request 17 at " + kCa2 + " waits here", "17"},
    };
    for (const Row& row : rows) {
        world.my.clear();
        world.pending.clear();
        if (row.errand.kind == Errand::Kind::renew) {
            world.my.push_back(old);
        } else if (row.errand.kind == Errand::Kind::retrieve) {
            world.pending.push_back(pending_since(world.templates[0], kNow));
        }
        std::string known;
        const Error error = error_of(
            world, row.errand, [&](const std::string&, const std::vector<std::string>& names) {
                known = names.at(0);
                return "; did you mean that?";
            });
        CHECK(error.code == hresult(0x80070490));
        CHECK(error.context == row.says + "; did you mean that?");
        CHECK(known == row.known);
        CHECK_FALSE(error.remedy.empty());
    }
}

TEST_CASE("a certificate is renewed though nothing is due, whatever AEPolicy says",
          "[errand][M2][M6]") {
    Snapshot world = world_of({autoenrolled("CorpMachine")});
    world.my.push_back(held(world.templates[0]));
    world.policy = policy_of(0x8000);
    world.templates[0].enrollment_flags = enrollment_flag::kSkipAutoRenewal;
    const std::string thumbprint = world.my[0].thumbprint;
    // As certificate viewers print it.
    const std::string spaced =
        thumbprint.substr(0, 2) + " " + thumbprint.substr(2, 4) + ":" + thumbprint.substr(6);
    for (const std::string& typed : {thumbprint, thumbprint.substr(0, 8), spaced}) {
        INFO(typed);
        const Plan plan = plan_of(world, renew(typed));
        REQUIRE(plan.actions.size() == 1);
        CHECK(plan.actions[0].kind == ActionKind::renew);
        CHECK(plan.actions[0].thumbprint == thumbprint);
        REQUIRE(plan.actions[0].afterwards.size() == 1);
        CHECK(plan.actions[0].afterwards[0].kind == ActionKind::archive);
        CHECK(plan.actions[0].afterwards[0].thumbprint == thumbprint);
        CHECK(plan.decisions[0].verdict == Verdict::renew);
        CHECK(plan.decisions[0].rule == "M6");
        CHECK(plan.decisions[1].subject == thumbprint);
    }
}

TEST_CASE("a beginning that two certificates share is not enough", "[errand][M6]") {
    Snapshot world = world_of({autoenrolled("CorpMachine")});
    world.my = {held(world.templates[0]), held(world.templates[0])};
    world.my[1].thumbprint.back() = '1';
    const Error error = error_of(world, renew(world.my[0].thumbprint.substr(0, 6)));
    CHECK(error.code == kInvalidArgument);
    CHECK(plan_of(world, renew(world.my[0].thumbprint)).actions.size() == 1);
    CHECK_THAT(error.context,
               Catch::Contains(world.my[0].thumbprint) && Catch::Contains(world.my[1].thumbprint));
    for (const char* none : {"", " : ", "03a", "CorpMachine"}) {
        CHECK(error_of(world, renew(none)).code == kInvalidArgument);
    }
}

TEST_CASE("what cannot vouch for its successor is not renewed", "[errand][M6]") {
    struct Row {
        const char* rule;
        Verdict verdict;
        void (*change)(Snapshot&);
    };
    const std::vector<Row> rows = {
        {"Q2", Verdict::left_alone, [](Snapshot& w) { w.my[0].facts.not_after = kNow - kDay; }},
        {"Q4", Verdict::left_alone,
         [](Snapshot& w) {
             w.my[0].chain = {ChainState::revoked, "it is", {}};
         }},
        {"Q5", Verdict::left_alone, [](Snapshot& w) { w.my[0].key = KeyState::gone; }},
        {"Q10", Verdict::left_alone, [](Snapshot& w) { w.my[0].facts.not_before = kNow + kDay; }},
        {"Q14", Verdict::left_alone,
         [](Snapshot& w) { w.my[0].chain.state = ChainState::untrusted; }},
        {"M6", Verdict::not_supported, [](Snapshot& w) { w.abilities.renewal = false; }},
        {"M6", Verdict::left_alone, [](Snapshot& w) { w.my[0].facts.template_reference.reset(); }},
        {"Q11", Verdict::no_enroll_right,
         [](Snapshot& w) {
             w.templates[0].security_descriptor =
                 SecurityBuilder().allow(kAuthenticatedUsers, kReadRights).bytes();
         }},
        {"E7", Verdict::not_autoenrollable,
         [](Snapshot& w) { w.templates[0].name_flags = name_flag::kEnrolleeSuppliesSubject; }},
        {"E10", Verdict::not_offered, [](Snapshot& w) { offer(w, {service(1, {})}); }},
    };
    for (const Row& row : rows) {
        INFO(row.rule);
        Snapshot world = world_of({autoenrolled("CorpMachine")});
        world.my.push_back(held(world.templates[0]));
        row.change(world);
        world.force = true;
        const Plan plan = plan_of(world, renew(world.my[0].thumbprint));
        CHECK(plan.actions.empty());
        CHECK(plan.decisions[0].rule == row.rule);
        CHECK(plan.decisions[0].verdict == row.verdict);
        CHECK(plan.decisions[0].failure);
    }
}

TEST_CASE("a renewal that waits already is not asked for again", "[errand][M5][M6]") {
    Snapshot world = world_of({autoenrolled("CorpMachine")});
    world.my.push_back(held(world.templates[0]));
    world.pending.push_back(pending_since(world.templates[0], kNow - kDay));
    // It is somebody else's: a request for a new certificate.
    CHECK(plan_of(world, renew(world.my[0].thumbprint)).actions.size() == 1);
    world.pending[0].predecessor = world.my[0].thumbprint;
    CHECK(plan_of(world, renew(world.my[0].thumbprint)).decisions[0].rule == "M5");
    world.force = true;
    CHECK(plan_of(world, renew(world.my[0].thumbprint)).actions.size() == 1);
}

TEST_CASE("a request is asked about, however old, whatever AEPolicy says", "[errand][M2][M7]") {
    Snapshot world = world_of({autoenrolled("CorpMachine")});
    world.pending.push_back(pending_since(world.templates[0], kNow - 61 * kDay));
    world.policy = policy_of(0x8000);
    const Plan plan = plan_of(world, retrieve(17));
    CHECK(actions_of(plan) == Actions{"retrieve pending-key"});
    CHECK(plan.actions[0].cas == std::vector{service(1, {}).ref()});
    CHECK(plan.decisions[0].rule == "M7");
}

TEST_CASE("one number at two CAs: --ca says which", "[errand][M7]") {
    Snapshot world = world_of({autoenrolled("CorpMachine")});
    world.pending = {pending_since(world.templates[0], kNow),
                     pending_since(world.templates[0], kNow)};
    world.pending[1].key_reference = "other-key";
    world.pending[1].ca = service(2, {}).ref();
    CHECK(error_of(world, retrieve(17)).code == kInvalidArgument);
    CHECK(actions_of(plan_of(world, retrieve(17, kCa2))) == Actions{"retrieve other-key"});
}

TEST_CASE("an answer that cannot be checked is not fetched", "[errand][M7][N6]") {
    Snapshot world = world_of({autoenrolled("CorpMachine")});
    world.pending.push_back(pending_since(world.templates[0], kNow));
    world.pending[0].template_name.clear();
    const Plan plan = plan_of(world, retrieve(17));
    CHECK(plan.actions.empty());
    CHECK(plan.decisions[0].rule == "N6");
    CHECK(plan.decisions[0].failure == kNotSupported);
}

}  // namespace
}  // namespace ae::engine
