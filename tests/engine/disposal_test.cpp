#include "engine/disposal.h"

#include "tests/support/builders.h"

#include <functional>

#include <catch2/catch.hpp>

namespace ae::engine {
namespace {

using namespace test;

constexpr Seconds kSecond{1};
const Bytes kSigns{0x80};           // digitalSignature
const Bytes kEnciphers{0xA0};       // digitalSignature, keyEncipherment
const Bytes kEnciphersData{0x90};   // digitalSignature, dataEncipherment
const Bytes kAgrees{0x88};          // digitalSignature, keyAgreement
const Bytes kSignsAll{0xC7, 0x80};  // all that is no encryption, decipherOnly in octet two

Template deleting() {
    return changed(autoenrolled("T"), [](Template& t) {
        t.enrollment_flags |= enrollment_flag::kRemoveInvalidCertificate;
    });
}

CertificateFacts with_usage(const Bytes& usage) {
    CertificateFacts facts;
    facts.key_usage = usage;
    return facts;
}

HeldCertificate expired(const Template& of) {
    return changed(held(of), [](HeldCertificate& h) {
        h.facts.not_before = kNow - 500 * kDay;
        h.facts.not_after = kNow - kSecond;
        h.thumbprint = "e0e0e0e0e0";
    });
}
HeldCertificate revoked(const Template& of) {
    return changed(held(of), [](HeldCertificate& h) {
        h.chain = {ChainState::revoked, "key compromise", {}};
        h.thumbprint = "aeaeaeaeae";
    });
}

TEST_CASE("deleted only where the template asks for it and the key only signs", "[disposal][X1]") {
    for (const Bytes& usage : {kSigns, kEnciphers, kEnciphersData, kAgrees, kSignsAll, Bytes{}}) {
        CHECK(disposal_kind(autoenrolled("T"), with_usage(usage)) == ActionKind::archive);
    }
    CHECK(disposal_kind(deleting(), with_usage(kSigns)) == ActionKind::remove);
    CHECK(disposal_kind(deleting(), with_usage(kSignsAll)) == ActionKind::remove);
    for (const Bytes& usage : {kEnciphers, kEnciphersData, kAgrees, Bytes{}}) {
        CHECK(disposal_kind(deleting(), with_usage(usage)) == ActionKind::archive);
    }
}

// One cell of the table of section 11: what becomes of `old`.
struct Cell {
    const char* what;
    Template of;
    Bytes usage;
    ActionKind kind;
};
std::vector<Cell> cells() {
    return {{"0x400 clear", autoenrolled("T"), kSigns, ActionKind::archive},
            {"0x400 clear, encipherment", autoenrolled("T"), kEnciphers, ActionKind::archive},
            {"0x400 set, signature only", deleting(), kSigns, ActionKind::remove},
            {"0x400 set, encipherment", deleting(), kEnciphers, ActionKind::archive}};
}

TEST_CASE("row 1: renewed or enrolled anew, once the new one is installed", "[disposal][X1]") {
    for (const Cell& cell : cells()) {
        for (const bool renews : {true, false}) {
            INFO(cell.what);
            Snapshot world = world_of({cell.of});
            world.my = {held(cell.of)};
            world.my[0].facts.key_usage = cell.usage;
            if (renews) {
                world.my[0].facts.not_after = kNow + kDay;
            } else {
                world.my[0].key = KeyState::gone;
            }
            const Plan plan = quiet_plan(world);
            REQUIRE(plan.actions.size() == 1);
            CHECK(plan.actions[0].kind == (renews ? ActionKind::renew : ActionKind::enroll));
            REQUIRE(plan.actions[0].afterwards.size() == 1);
            CHECK(plan.actions[0].afterwards[0].kind == cell.kind);
            CHECK(plan.actions[0].afterwards[0].thumbprint == world.my[0].thumbprint);
            CHECK(plan.actions[0].afterwards[0].why == "renewed or enrolled anew");
        }
    }
}

TEST_CASE("row 2: revoked goes at once, the new request after it", "[disposal][X1][Q4]") {
    for (const Cell& cell : cells()) {
        INFO(cell.what);
        Snapshot world = world_of({cell.of});
        world.my = {revoked(cell.of)};
        world.my[0].facts.key_usage = cell.usage;
        const Plan plan = quiet_plan(world);
        const std::string verb(to_string(cell.kind));
        CHECK(actions_of(plan) == std::vector<std::string>{"enroll T", verb + " aeaeaeae"});
        CHECK(plan.actions[0].afterwards.empty());
        CHECK(plan.actions[1].decision == 1);
        CHECK(plan.actions[1].template_name == "T");
        CHECK(plan.actions[1].reason == "it is revoked: key compromise");
        CHECK(plan.decisions[1].verdict ==
              (cell.kind == ActionKind::archive ? Verdict::archive : Verdict::remove));
        CHECK(plan.decisions[1].rule == "Q4");
    }
}

TEST_CASE("row 2: expired goes when a valid one replaces it", "[disposal][X1]") {
    for (const Cell& cell : cells()) {
        INFO(cell.what);
        Snapshot world = world_of({cell.of});
        world.my = {expired(cell.of), held(cell.of)};
        world.my[0].facts.key_usage = cell.usage;
        const std::string verb(to_string(cell.kind));
        CHECK(actions_of(quiet_plan(world)) == std::vector<std::string>{verb + " e0e0e0e0"});
        const Decision gone = about_certificate(world.my[0], world);
        CHECK(gone.rule == "X1");
        CHECK_THAT(gone.fact, Catch::StartsWith("it expired at 2026-11-21T11:59:59Z, and ") &&
                                  Catch::EndsWith(" replaces it"));
        CHECK(about_certificate(world.my[1], world).verdict == Verdict::held);
    }
}

TEST_CASE("row 2: superseded by an installed one", "[disposal][X1][U3]") {
    for (const Cell& cell : cells()) {
        INFO(cell.what);
        const Template x = autoenrolled("X", {"T"});
        Snapshot world = world_of({x, cell.of});
        world.my = {held(x), held(cell.of)};
        world.my[1].facts.key_usage = cell.usage;
        const std::string verb(to_string(cell.kind));
        CHECK(actions_of(quiet_plan(world)) ==
              std::vector<std::string>{verb + ' ' + world.my[1].thumbprint.substr(0, 8)});
        const Decision gone = about_certificate(world.my[1], world);
        CHECK(gone.rule == "U3");
        CHECK(gone.fact == "a valid certificate of X is held, which supersedes T");
    }
}

// The pulse that installed the successor was killed, or its disk refused, before it came to that.
TEST_CASE("a predecessor that was renewed and not put away goes with the next pulse",
          "[disposal][X1][Q15]") {
    for (const Cell& cell : cells()) {
        for (const KeyState key : {KeyState::usable, KeyState::gone}) {
            INFO(cell.what);
            Snapshot world = world_of({cell.of});
            world.my = {held(cell.of), held(cell.of)};
            HeldCertificate& old = world.my[0];
            old.thumbprint = "0101010101";
            old.facts.not_before -= kDay;
            old.facts.key_usage = cell.usage;
            old.key = key;
            const std::string verb(to_string(cell.kind));
            CHECK(quiet_plan(world).actions.empty());  // a sibling

            old.successor = world.my[1].thumbprint;
            CHECK(actions_of(quiet_plan(world)) == std::vector<std::string>{verb + " 01010101"});
            CHECK(about_certificate(old, world).rule == "X1");
            CHECK(about_certificate(old, world).fact == named(world.my[1]) + " renewed it");

            // Only a successor that does its work; AEPolicy has its say.
            world.my[1].key = KeyState::unknown;
            CHECK(quiet_plan(world).actions.empty());
            world.my[1].key = KeyState::usable;
            world.policy = policy_of(policy_bit::kPending);
            CHECK(quiet_plan(world).actions.empty());
        }
    }
}

TEST_CASE("a predecessor that decides for its template, or is not valid yet, is left alone",
          "[disposal][X1][Q10]") {
    const Template t = autoenrolled("T");
    Snapshot world = world_of({t});
    world.my = {held(t), held(t)};
    HeldCertificate& old = world.my[0];
    old.thumbprint = "0101010101";
    old.successor = world.my[1].thumbprint;
    old.facts.not_before += kDay;  // it is the newer one
    CHECK(quiet_plan(world).actions.empty());
    old.facts.not_before = kNow + kDay;
    CHECK(quiet_plan(world).actions.empty());
}

TEST_CASE("row 3: expired, and nothing replaces it", "[disposal][X1]") {
    for (const Cell& cell : cells()) {
        INFO(cell.what);
        Snapshot world = world_of({cell.of});
        offer(world, {});
        world.my = {expired(cell.of)};
        world.my[0].facts.key_usage = cell.usage;
        CHECK(quiet_plan(world).actions.empty());
        const Decision kept = about_certificate(world.my[0], world);
        CHECK(kept.verdict == Verdict::left_alone);
        CHECK(kept.rule == "X1");
        CHECK_THAT(kept.fact, Catch::EndsWith("and nothing replaces it yet"));
    }
}

TEST_CASE("an expired predecessor waits for its successor's installation", "[disposal][X1][Q2]") {
    const Template t = autoenrolled("T");
    Snapshot world = world_of({t});
    const HeldCertificate older = changed(expired(t), [](HeldCertificate& h) {
        h.thumbprint = "0101010101";
        h.facts.not_before -= kDay;
    });
    world.my = {older, expired(t)};
    Plan plan = quiet_plan(world);
    CHECK(actions_of(plan) == std::vector<std::string>{"enroll T"});
    REQUIRE(plan.actions[0].afterwards.size() == 2);
    CHECK(plan.actions[0].thumbprint == "e0e0e0e0e0");
    CHECK(plan.actions[0].afterwards[0].why == "renewed or enrolled anew");
    CHECK(plan.actions[0].afterwards[1].thumbprint == "0101010101");
    CHECK(plan.actions[0].afterwards[1].why == "expired");
    // Without MANAGE only the predecessor itself.
    world.policy = policy_of(1);
    plan = quiet_plan(world);
    REQUIRE(plan.actions[0].afterwards.size() == 1);
    CHECK(plan.actions[0].afterwards[0].thumbprint == "e0e0e0e0e0");
}

TEST_CASE("a certificate whose time is still to come is replaced by nothing",
          "[disposal][X1][Q10]") {
    const Template t = autoenrolled("T");
    Snapshot world = world_of({t});
    world.my = {changed(held(t), [](HeldCertificate& h) { h.facts.not_before = kNow + kDay; })};
    const Plan plan = quiet_plan(world);
    CHECK(actions_of(plan) == std::vector<std::string>{"enroll T"});
    CHECK(plan.decisions[0].rule == "Q10");
    CHECK(plan.actions[0].afterwards.empty());
}

TEST_CASE("a revoked predecessor under ENROLL alone is archived with its successor",
          "[disposal][X1][Q4]") {
    const Template t = autoenrolled("T");
    Snapshot world = world_of({t});
    world.my = {revoked(t)};
    world.policy = policy_of(1);
    const Plan plan = quiet_plan(world);
    CHECK(actions_of(plan) == std::vector<std::string>{"enroll T"});
    REQUIRE(plan.actions[0].afterwards.size() == 1);
    const Decision off = about_certificate(world.my[0], world);
    CHECK(off.verdict == Verdict::policy_off);
    CHECK(off.rule == "Q4");
    CHECK(off.fact == "it is revoked: key compromise; AEPolicy is 0x1");
    CHECK(off.remedy == "set AEPolicy to 7, which comes from test");
}

TEST_CASE("which gate disposes of what", "[disposal][X1][Q4][U3][gates]") {
    struct Row {
        std::uint32_t bits;
        bool revoked;
        bool expired;
        bool superseded;
    };
    const Row row = GENERATE(values<Row>({{0x0, false, false, false},
                                          {0x1, false, false, true},
                                          {0x2, true, true, true},
                                          {0x4, false, false, false},
                                          {0x7, true, true, true}}));
    const Template t = autoenrolled("T");
    const Template x = autoenrolled("X", {"Y"});
    const Template y = autoenrolled("Y");
    Snapshot world = world_of({t, x, y});
    world.my = {revoked(t), expired(t), held(t), held(x), held(y)};
    world.policy = policy_of(row.bits);
    const auto goes = [&](std::size_t i) {
        return about_certificate(world.my[i], world).verdict == Verdict::archive;
    };
    CHECK(goes(0) == row.revoked);
    CHECK(goes(1) == row.expired);
    CHECK(goes(4) == row.superseded);
    CHECK_FALSE(goes(2));
    CHECK_FALSE(goes(3));
}

TEST_CASE("what is not usable and not at its end is left alone, and why",
          "[disposal][Q5][Q10][Q14]") {
    const Template t = autoenrolled("T");
    struct Row {
        std::function<void(HeldCertificate&)> change;
        const char* rule;
        const char* fact;
    };
    const Row row = GENERATE(values<Row>({
        {[](HeldCertificate& h) { h.facts.not_before = kNow + kDay; }, "Q10",
         "it is not valid before 2026-11-22T12:00:00Z"},
        {[](HeldCertificate& h) {
             h.key = KeyState::gone;
             h.key_detail = "no file";
         },
         "Q5", "its key is gone: no file"},
        {[](HeldCertificate& h) {
             h.chain = {ChainState::untrusted, "no root", {}};
         },
         "Q14", "it does not chain to a trusted root: no root"},
    }));
    Snapshot world = world_of({t});
    world.my = {changed(held(t), row.change)};
    const Decision kept = about_certificate(world.my[0], world);
    CHECK(kept.verdict == Verdict::left_alone);
    CHECK(kept.rule == row.rule);
    CHECK(kept.fact == row.fact);
    CHECK(kept.template_name == "T");
}

TEST_CASE("a foreign certificate has no decision and no action", "[disposal][managed]") {
    Snapshot world = world_of({autoenrolled("T")});
    world.my = {revoked(autoenrolled("Foreign")), expired(autoenrolled("Foreign"))};
    world.my[0].facts.template_reference.reset();
    const Plan plan = quiet_plan(world);
    CHECK(plan.decisions.size() == 1);
    CHECK(actions_of(plan).at(0) == "enroll T");
    for (const Action& one : plan.actions) {
        CHECK((one.kind == ActionKind::enroll || one.kind == ActionKind::warn));
    }
}

TEST_CASE("a certificate whose two template extensions disagree: 21.7 decides, and it is said",
          "[disposal][managed]") {
    const Template t = autoenrolled("T");
    Snapshot world = world_of({t});
    const auto fact = [&](const std::string& name) {
        world.my = {held(t)};
        world.my[0].facts.template_reference->name = name;
        return about_certificate(world.my[0], world).fact;
    };
    CHECK_THAT(fact("Machine"),
               Catch::EndsWith("; its other template extension names Machine, which is ignored"));
    CHECK_THAT(fact("t"), !Catch::Contains("ignored"));
    CHECK_THAT(fact(""), !Catch::Contains("ignored"));
    CHECK_THAT(fact(t.oid), !Catch::Contains("ignored"));
}

TEST_CASE("a renewal that does not come: the certificate says what keeps it",
          "[disposal][U4][A2]") {
    const Template t = autoenrolled("T");
    Snapshot world = world_of({autoenrolled("X", {"T"}), t});
    world.my = {held(t)};
    world.my[0].facts.not_after = kNow + kDay;
    const Decision superseded = about_certificate(world.my[0], world);
    CHECK(superseded.verdict == Verdict::left_alone);
    CHECK(superseded.rule == "U4");
    CHECK_THAT(superseded.fact, Catch::Contains("; superseded: superseded by X"));

    world = world_of({t});
    world.my = {held(t)};
    world.my[0].facts.not_after = kNow + kDay;
    world.policy = policy_of(1);
    const Decision off = about_certificate(world.my[0], world);
    CHECK(off.verdict == Verdict::policy_off);
    CHECK(off.rule == "A2");
    CHECK(off.remedy == "set AEPolicy to 7, which comes from test");

    // A name that differs asks for a new one; this one is held meanwhile.
    world.policy = policy_of(7);
    world.my = {held(t)};
    world.my[0].facts.dns_names.clear();
    CHECK(about_certificate(world.my[0], world).verdict == Verdict::held);
    CHECK(about_certificate(world.my[0], world).rule == "Q7");
}

}  // namespace
}  // namespace ae::engine
