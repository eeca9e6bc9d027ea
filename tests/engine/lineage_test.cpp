// Rule Q15: several certificates of one template.
#include "engine/held_review.h"
#include "tests/support/builders.h"

#include <catch2/catch.hpp>

namespace ae::engine {
namespace {

using namespace test;
using std::chrono::hours;

// The subject and the alternative name come out of the old certificate.
Template web_server() {
    return changed(autoenrolled("WebServer"), [](Template& t) {
        t.name_flags =
            name_flag::kEnrolleeSuppliesSubject | name_flag::kOldCertificateSuppliesNames;
    });
}

// Ends `left` from now; of a life of 365 days, so the last 42 days are its window.
HeldCertificate site(const std::string& name, Seconds left, const std::string& alt_name = {}) {
    return changed(held(web_server()), [&](HeldCertificate& h) {
        h.facts.not_after = kNow + left;
        h.facts.not_before = h.facts.not_after - 365 * kDay;
        h.facts.subject = "CN=" + name;
        h.facts.dns_names = {alt_name};
        h.facts.subject_der = Bytes(as_bytes(name).begin(), as_bytes(name).end());
        h.facts.subject_alt_name = Bytes(as_bytes(alt_name).begin(), as_bytes(alt_name).end());
        h.thumbprint = name + alt_name + std::to_string(left.count()) + "-thumbprint";
    });
}

Snapshot with(std::vector<HeldCertificate> my) {
    Snapshot world = world_of({web_server()});
    world.my = std::move(my);
    return world;
}

std::vector<std::string> renewed(const Snapshot& world) {
    std::vector<std::string> list;
    for (const Action& one : quiet_plan(world).actions) {
        if (one.kind == ActionKind::renew) {
            list.push_back(one.thumbprint.substr(0, one.thumbprint.find('-')));
        }
    }
    return list;
}
using Names = std::vector<std::string>;

TEST_CASE("each subject of a template with names of its own is renewed by itself",
          "[requirements][Q15]") {
    const Snapshot world =
        with({site("a", 10 * kDay), site("b", 20 * kDay), site("c", 300 * kDay)});
    CHECK(renewed(world).size() == 2);
    const Decision sum = decision("WebServer", world);
    CHECK(sum.verdict == Verdict::renew);
    CHECK(sum.rule == "Q15");
    CHECK(sum.fact == "2 of 3 subjects are to be renewed, each by itself");
    CHECK(about_certificate(world.my[0], world).verdict == Verdict::renew);
    CHECK(about_certificate(world.my[0], world).rule == "Q3");
    CHECK(about_certificate(world.my[1], world).verdict == Verdict::renew);
    CHECK(about_certificate(world.my[2], world).verdict == Verdict::held);
    CHECK(about_certificate(world.my[2], world).rule == "D1");
}

TEST_CASE("subject and alternative name together make a lineage", "[requirements][Q15]") {
    CHECK(renewed(with({site("a", kDay), site("a", 2 * kDay, "x"), site("a", 3 * kDay, "y")}))
              .size() == 3);
    // One lineage: the newest decides, and it is good.
    const Snapshot one = with({site("a", kDay), site("a", 300 * kDay)});
    CHECK(renewed(one).empty());
    const Decision sibling = about_certificate(one.my[0], one);
    CHECK(sibling.verdict == Verdict::left_alone);
    CHECK(sibling.rule == "Q15");
    CHECK_THAT(sibling.fact, Catch::Contains("decides for the template"));
}

TEST_CASE("the newest of a lineage is renewed, its siblings are left alone",
          "[requirements][Q15]") {
    const Snapshot world = with({site("a", kDay), site("a", 30 * kDay), site("a", 2 * kDay)});
    CHECK(renewed(world) == Names{"a" + std::to_string(30 * 86400)});
    CHECK(decision("WebServer", world).fact == "1 of 1 subjects are to be renewed, each by itself");
    const Plan plan = quiet_plan(world);
    REQUIRE(plan.actions[0].afterwards.size() == 1);
    CHECK(plan.actions[0].afterwards[0].thumbprint == world.my[1].thumbprint);
}

TEST_CASE("no lineage is due, or none can be", "[requirements][Q15][E7]") {
    const Snapshot good = with({site("a", 300 * kDay), site("b", 200 * kDay)});
    const Decision quiet = decision("WebServer", good);
    CHECK(quiet.verdict == Verdict::not_autoenrollable);
    CHECK(quiet.rule == "E7");
    CHECK_THAT(quiet.fact,
               Catch::EndsWith("its certificates of 2 subjects are renewed one by one"));
    // Expired: a new one would need names from somebody.
    const Snapshot expired = with({site("a", -kDay)});
    CHECK(quiet_plan(expired).actions.empty());
    CHECK(decision("WebServer", expired).rule == "E7");
    // Nothing is held.
    CHECK(decision("WebServer", with({})).rule == "E7");
}

TEST_CASE("a lineage that waits holds back no other", "[requirements][Q15][D3]") {
    Snapshot world = with({site("a", kDay), site("b", 2 * kDay)});
    PendingRequest request = pending_since(world.templates[0], kNow - kDay);
    request.predecessor = world.my[0].thumbprint;
    world.pending = {request};
    CHECK(renewed(world) == Names{"b" + std::to_string(2 * 86400)});
    const Decision own = about_certificate(world.my[0], world);
    CHECK(own.verdict == Verdict::left_alone);
    CHECK(own.rule == "D3");
    CHECK_THAT(own.fact, Catch::Contains("request 17 waits"));
    world.my.pop_back();
    CHECK(renewed(world).empty());
    CHECK(decision("WebServer", world).verdict == Verdict::pending);
    CHECK(decision("WebServer", world).rule == "D3");
    const Decision certificate = about_certificate(world.my[0], world);
    CHECK(certificate.verdict == Verdict::left_alone);
    CHECK_THAT(certificate.fact, Catch::Contains("; pending: request 17 waits"));
}

TEST_CASE("what keeps one lineage back is said with the others, and fails the pulse",
          "[requirements][Q15][B1]") {
    Snapshot world = with({site("a", kDay), site("b", 2 * kDay)});
    const std::string reason = quiet_plan(world).actions[0].reason;
    world.memory.issued.assign(2, {"WebServer", reason, kNow - hours(1), 365 * kDay});
    const Plan plan = quiet_plan(world);
    CHECK(plan.actions.size() == 1);
    CHECK(plan.decisions[0].verdict == Verdict::renew);
    CHECK_THAT(
        plan.decisions[0].fact,
        Catch::StartsWith("1 of 2 subjects are to be renewed, each by itself; certificate ") &&
            Catch::Contains(" is not: ") && Catch::Contains("a CA issued certificates at"));
    CHECK(plan.decisions[0].failure == hresult(0x8007000D));
    int braked = 0;
    for (const Decision& one : plan.decisions) {
        braked += one.about == About::certificate && one.rule == "B1" ? 1 : 0;
    }
    CHECK(braked == 1);

    // Both: the first obstacle is the template's decision.
    world.account.enrolling_elsewhere = "WS2";
    CHECK(decision("WebServer", world).rule == "D5");
    CHECK(decision("WebServer", world).event == EventId::ce_enrolls_elsewhere);
}

TEST_CASE("lineages that were renewed brake no other", "[requirements][Q15][B1]") {
    Snapshot world = with({site("a", kDay), site("b", 2 * kDay), site("c", 300 * kDay)});
    const Plan plan = quiet_plan(world);
    REQUIRE(plan.actions.size() == 2);
    CHECK(plan.actions[0].reason != plan.actions[1].reason);
    for (const Action& one : plan.actions) {
        world.memory.issued.push_back({"WebServer", one.reason, kNow, 365 * kDay});
    }
    // An hour later the third one's window opens.
    world.my = {site("d", 42 * kDay)};
    CHECK(renewed(world).size() == 1);
}

TEST_CASE("where the CA builds the name, the newest decides and the siblings are left alone",
          "[requirements][Q15]") {
    const Template t = autoenrolled("T");
    Snapshot world = world_of({t});
    const auto ending = [&](Seconds left, const std::string& thumbprint) {
        return changed(held(t), [&](HeldCertificate& h) {
            h.facts.not_after = kNow + left;
            h.facts.not_before = h.facts.not_after - 365 * kDay;
            h.thumbprint = thumbprint;
        });
    };
    world.my = {ending(kDay, "older"), ending(20 * kDay, "newer")};
    CHECK(actions_of(quiet_plan(world)) == Names{"renew newer"});
    CHECK(about_certificate(world.my[0], world).rule == "Q15");
    CHECK(about_certificate(world.my[0], world).verdict == Verdict::left_alone);
    const Plan plan = quiet_plan(world);
    REQUIRE(plan.actions[0].afterwards.size() == 1);
    CHECK(plan.actions[0].afterwards[0].thumbprint == "newer");
}

TEST_CASE("newest first: by begin, then by end, then by thumbprint", "[requirements][Q15]") {
    const Template t = autoenrolled("T");
    const auto of = [&](const std::string& name, Seconds age, Seconds left) {
        return changed(held(t), [&](HeldCertificate& h) {
            h.thumbprint = name;
            h.facts.not_before = kNow - age;
            h.facts.not_after = kNow + left;
        });
    };
    const std::vector<HeldCertificate> my = {of("a", 3 * kDay, kDay), of("b", 2 * kDay, kDay),
                                             of("c", 2 * kDay, 2 * kDay), of("d", 3 * kDay, kDay),
                                             held(autoenrolled("Foreign"))};
    const std::vector<Template> templates = {autoenrolled("Empty"), t};
    const auto groups = managed_certificates(TemplateIndex(templates), 2, my);
    REQUIRE(groups.size() == 2);
    CHECK(groups[0].empty());
    Names order;
    for (const HeldCertificate* one : groups[1]) {
        order.push_back(one->thumbprint);
    }
    CHECK(order == Names{"c", "b", "d", "a"});
}

}  // namespace
}  // namespace ae::engine
