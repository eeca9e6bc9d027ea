#include "engine/supersede.h"

#include "tests/support/builders.h"

#include <algorithm>
#include <functional>

#include <catch2/catch.hpp>

namespace ae::engine {
namespace {

using namespace test;

Template without_rights(Template t) {
    t.security_descriptor = SecurityBuilder().allow(kAuthenticatedUsers, kReadRights).bytes();
    return t;
}

// The names on the list, in the order of the snapshot.
std::vector<std::string> listed(const Snapshot& world) {
    std::vector<std::string> names;
    for (const Decision& one : make_plan(world).decisions) {
        if (one.verdict == Verdict::enroll) {
            names.push_back(one.template_name);
        }
    }
    return names;
}

using Names = std::vector<std::string>;

TEST_CASE("case 1: entitled to both, only the superseding one is needed",
          "[requirements][supersede:1][U1]") {
    const Snapshot world = world_of({autoenrolled("X", {"Y"}), autoenrolled("Y")});
    CHECK(listed(world) == Names{"X"});
    const Decision y = decision("Y", world);
    CHECK(y.verdict == Verdict::superseded);
    CHECK(y.rule == "U1");
    CHECK(y.fact == "superseded by X");
    CHECK(y.event == EventId::ce_superseded);
}

TEST_CASE("case 2: holding only the old one, the new one must still be obtained",
          "[requirements][supersede:2][U2]") {
    const Template y = autoenrolled("Y");
    Snapshot world = world_of({autoenrolled("X", {"y"}), y});
    world.my = {held(y)};
    CHECK(listed(world) == Names{"X"});
    CHECK(decision("Y", world).verdict == Verdict::held);
}

TEST_CASE("case 3: a superseding template without rights does not act",
          "[requirements][supersede:3]") {
    const Snapshot world = world_of({without_rights(autoenrolled("X", {"Y"})), autoenrolled("Y")});
    CHECK(listed(world) == Names{"Y"});
}

TEST_CASE("case 4: a held superseding certificate acts although its ACE is lost",
          "[requirements][supersede:4][D2]") {
    const Template x = without_rights(autoenrolled("X", {"Y"}));
    Snapshot world = world_of({x, autoenrolled("Y")});
    world.my = {held(x)};
    CHECK(listed(world).empty());
    CHECK(decision("Y", world).verdict == Verdict::superseded);

    world.my.front().facts.not_after = kNow - Seconds(1);
    CHECK(listed(world) == Names{"Y"});
}

TEST_CASE("case 5: superseding is transitive", "[requirements][supersede:5]") {
    const Template z = autoenrolled("Z");
    Snapshot world = world_of({autoenrolled("X", {"Y"}), autoenrolled("Y", {"Z"}), z});
    world.my = {held(z)};
    CHECK(listed(world) == Names{"X"});
    CHECK(decision("Z", world).verdict == Verdict::held);
}

TEST_CASE("case 6: the middle of a chain need not be accessible", "[requirements][supersede:6]") {
    const Snapshot world = world_of(
        {autoenrolled("X", {"Y"}), without_rights(autoenrolled("Y", {"Z"})), autoenrolled("Z")});
    CHECK(listed(world) == Names{"X"});
    CHECK(decision("Z", world).fact == "superseded by X");
}

TEST_CASE("case 7: members of a cycle do not supersede each other, and a warning names them",
          "[requirements][supersede:7]") {
    const Snapshot world = world_of({autoenrolled("A", {"B"}), autoenrolled("B", {"A"})});
    CHECK(listed(world) == Names{"A", "B"});
    CHECK_THAT(decision("A", world).fact,
               Catch::EndsWith("; warning: it supersedes B and is superseded in turn, which is "
                               "ignored"));
    CHECK_FALSE(decision("A", world).remedy.empty());
}

TEST_CASE("case 8: a superseding template that no CA offers does not act",
          "[requirements][supersede:8][E10]") {
    const Template y = autoenrolled("Y");
    Snapshot world = world_of({autoenrolled("X", {"Y"}), y});
    world.services = {service(1, {"Y"})};
    world.my = {held(y)};
    CHECK(listed(world).empty());
    CHECK(decision("X", world).verdict == Verdict::not_offered);
    CHECK(decision("Y", world).verdict == Verdict::held);
}

TEST_CASE("case 9: two templates that supersede the same one are both needed",
          "[requirements][supersede:9]") {
    const Snapshot world =
        world_of({autoenrolled("X", {"Y"}), autoenrolled("W", {"Y"}), autoenrolled("Y")});
    CHECK(listed(world) == Names{"X", "W"});
    CHECK(decision("Y", world).fact == "superseded by W, X");
}

TEST_CASE("case 10: an unknown name is dropped", "[requirements][supersede:10]") {
    CHECK(listed(world_of({autoenrolled("X", {"NoSuch", "X"})})) == Names{"X"});
}

TEST_CASE("a cycle still supersedes what is outside it, and is superseded from outside",
          "[requirements][supersede]") {
    const Snapshot world = world_of({autoenrolled("Top", {"A"}), autoenrolled("A", {"B"}),
                                     autoenrolled("B", {"A", "Low"}), autoenrolled("Low")});
    CHECK(listed(world) == Names{"Top"});
}

TEST_CASE("superseding does not depend on the order of the directory's answer",
          "[requirements][supersede]") {
    std::vector<Template> templates = {autoenrolled("A", {"B", "C"}), autoenrolled("B", {"D"}),
                                       autoenrolled("C", {"D", "B"}), autoenrolled("D", {"E"}),
                                       autoenrolled("E")};
    std::ranges::sort(templates, {}, &Template::name);
    do {
        const Snapshot world = world_of(templates);
        CHECK(listed(world) == Names{"A"});
        CHECK(decision("D", world).fact == "superseded by A, B, C");
    } while (std::next_permutation(
        templates.begin(), templates.end(),
        [](const Template& left, const Template& right) { return left.name < right.name; }));
}

TEST_CASE("an expiring certificate is not renewed while its successor acts", "[requirements][U4]") {
    const Template y = autoenrolled("Y");
    Snapshot world = world_of({autoenrolled("X", {"Y"}), y});
    world.my = {held(y)};
    world.my.front().facts.not_after = kNow + 1 * kDay;
    const Decision superseded = decision("Y", world);
    CHECK(superseded.verdict == Verdict::superseded);
    CHECK(superseded.rule == "U4");
    CHECK(superseded.fact == "superseded by X");
    const Plan plan = quiet_plan(world);
    CHECK(actions_of(plan) == Names{"enroll X"});
    // And after X is installed, Y's goes (U3).
    REQUIRE(plan.actions[0].afterwards.size() == 1);
    CHECK(plan.actions[0].afterwards[0].thumbprint == world.my[0].thumbprint);
    CHECK(plan.actions[0].afterwards[0].why == "superseded by X");

    world.services = {service(1, {"Y"})};  // X fails E10: Y is renewed as ever
    CHECK(decision("Y", world).verdict == Verdict::renew);
}

// A held certificate yields only to a template of which something came or will come [P]: what a
// pulse may never request must not take it away for good.
TEST_CASE("every candidate keeps the old template off the list, and a productive one its renewal",
          "[requirements][U1][U4][D2]") {
    struct Row {
        Verdict of_x;
        std::function<void(Snapshot&)> change;
        bool on_missing;  // nothing is held of the old one
        bool on_held;     // its certificate is to be renewed
    };
    using enum Verdict;
    const Row row = GENERATE(values<Row>({
        {enroll, [](Snapshot&) {}, true, true},
        {renew,
         [](Snapshot& w) {
             w.my = {test::held(w.templates[0])};
             w.my[0].facts.not_after = kNow + kDay;
         },
         true, true},
        {Verdict::held, [](Snapshot& w) { w.my = {test::held(w.templates[0])}; }, true, true},
        {pending, [](Snapshot& w) { w.pending = {pending_since(w.templates[0], kNow)}; }, true,
         true},
        {waiting, [](Snapshot& w) { w.account.user_certificates_problem = "no"; }, true, true},
        {published,
         [](Snapshot& w) {
             w.published = {{test::held(w.templates[0]).facts, "aa", {}}};
         },
         true, true},
        {braked,
         [](Snapshot& w) {
             w.memory.issued.assign(2, {"X", "Q1", kNow, 365 * kDay});
         },
         true, false},
        {not_trusted, [](Snapshot& w) { w.ca_trust.erase(w.ca_trust.begin() + 1); }, true, false},
        {not_offered, [](Snapshot& w) { w.services[1].templates.clear(); }, false, false},
        {not_supported, [](Snapshot& w) { w.templates[0].private_key_flags = 0x0F000000; }, false,
         false},
        {not_understood, [](Snapshot& w) { w.templates[0].fault = "odd"; }, false, false},
        {needs_user,
         [](Snapshot& w) {
             w.account.scope = Scope::user;
             w.templates[0].general_flags = w.templates[1].general_flags = 0;
             w.templates[0].enrollment_flags |= enrollment_flag::kUserInteractionRequired;
         },
         true, false},
    }));
    INFO(to_string(row.of_x));
    Template x = autoenrolled("X", {"Y"});
    x.enrollment_flags |= enrollment_flag::kCheckUserDsCertificate;
    Snapshot world = world_of({x, autoenrolled("Y")});
    offer(world, {service(1, {"Y"}), service(2, {"X"})});
    row.change(world);
    CHECK(to_string(decision("X", world).verdict) == to_string(row.of_x));
    CHECK((decision("Y", world).verdict == superseded) == row.on_missing);
    world.my.push_back(test::held(world.templates[1]));
    world.my.back().facts.not_after = kNow + kDay;
    const Decision y = decision("Y", world);
    CHECK(to_string(y.verdict) == to_string(row.on_held ? superseded : renew));
    CHECK(y.rule == (row.on_held ? "U4" : "Q3"));
}

TEST_CASE("what is on the list leaves it, what is not keeps its own reason", "[requirements][U1]") {
    struct Row {
        Verdict of_y;
        std::function<void(Snapshot&)> change;
        bool replaced;
    };
    using enum Verdict;
    const Row row = GENERATE(values<Row>({
        {waiting,
         [](Snapshot& w) {
             w.memory.refusals = {
                 {"Y", "100.0", w.services[0].ref(), hresult(0x80094012), 2, kNow}};
         },
         true},
        {braked,
         [](Snapshot& w) {
             w.memory.issued.assign(2, {"Y", "Q1", kNow, 365 * kDay});
         },
         true},
        {not_trusted, [](Snapshot& w) { w.ca_trust.erase(w.ca_trust.begin()); }, true},
        {needs_user,
         [](Snapshot& w) {
             w.account.scope = Scope::user;
             w.templates[0].general_flags = w.templates[1].general_flags = 0;
             w.templates[1].enrollment_flags |= enrollment_flag::kUserInteractionRequired;
         },
         true},
        {pending, [](Snapshot& w) { w.pending = {pending_since(w.templates[1], kNow)}; }, false},
        {not_autoenrollable, [](Snapshot& w) { w.templates[1].enrollment_flags = 0; }, false},
    }));
    INFO(to_string(row.of_y));
    Snapshot world = world_of({autoenrolled("X"), autoenrolled("Y")});
    offer(world, {service(1, {"Y"}), service(2, {"X"})});
    row.change(world);
    CHECK(to_string(decision("Y", world).verdict) == to_string(row.of_y));
    world.templates[0].supersedes = {"Y"};
    const Decision y = decision("Y", world);
    CHECK((y.verdict == superseded) == row.replaced);
    CHECK((y.rule == "U1") == row.replaced);
    if (row.replaced) {
        CHECK_FALSE(y.failure);
    }
}

TEST_CASE("what AEPolicy keeps from being requested takes no held certificate away",
          "[requirements][U4][A2]") {
    const Template y = autoenrolled("Y");
    Snapshot world = world_of({autoenrolled("X", {"Y"}), y});
    world.policy = policy_of(2);
    world.my = {held(y)};
    world.my[0].facts.not_after = kNow + kDay;
    CHECK(decision("X", world).verdict == Verdict::policy_off);
    CHECK(decision("Y", world).verdict == Verdict::renew);
}

TEST_CASE("a chain of 2,000 templates is followed to its end", "[requirements][supersede]") {
    std::vector<Template> templates;
    for (int i = 0; i < 2000; ++i) {
        templates.push_back(autoenrolled("T" + std::to_string(i), {"T" + std::to_string(i + 1)}));
    }
    const SupersedeGraph graph(templates);
    CHECK(graph.replaced_by(0).size() == 1999);
    CHECK(graph.replaced_by(1999).empty());
    std::vector<bool> acting(2000);
    acting[0] = true;
    const auto superseders = graph.superseders(acting);
    CHECK(superseders[0].first.empty());
    CHECK(superseders[1999].first == std::vector<std::size_t>{0});
    CHECK_FALSE(superseders[1999].more);
    CHECK(listed(world_of(templates)) == Names{"T0"});
}

TEST_CASE("a sentence names three and says that there are more", "[requirements][supersede]") {
    const auto fact_with = [](std::vector<std::string> names) {
        std::vector<Template> templates;
        for (const std::string& name : names) {
            templates.push_back(autoenrolled(name, {"Old"}));
        }
        templates.push_back(autoenrolled("Old"));
        return decision("Old", world_of(templates)).fact;
    };
    CHECK(fact_with({"C", "A", "B"}) == "superseded by A, B, C");
    CHECK(fact_with({"Z", "Y", "X"}) == "superseded by X, Y, Z");
    CHECK(fact_with({"X", "Y", "Z", "W"}) == "superseded by W, X, Y and others");
    CHECK(fact_with({"D", "C", "A", "B"}) == "superseded by A, B, C and others");
    CHECK(fact_with({"B"}) == "superseded by B");
}

TEST_CASE("more than three stay more than three down the chain", "[requirements][supersede]") {
    std::vector<Template> templates;
    for (const char* name : {"A", "B", "C", "D"}) {
        templates.push_back(autoenrolled(name, {"Middle"}));
    }
    templates.push_back(without_rights(autoenrolled("Middle", {"Low"})));
    templates.push_back(autoenrolled("Low"));
    CHECK(decision("Low", world_of(templates)).fact == "superseded by A, B, C and others");
}

TEST_CASE("all members of a long cycle are named to each other, three at most",
          "[requirements][supersede:7]") {
    const Snapshot world =
        world_of({autoenrolled("A", {"B"}), autoenrolled("B", {"C"}), autoenrolled("C", {"D"}),
                  autoenrolled("D", {"E"}), autoenrolled("E", {"A", "Out"}), autoenrolled("Out")});
    CHECK(listed(world) == Names{"A", "B", "C", "D", "E"});
    CHECK_THAT(decision("D", world).fact,
               Catch::Contains("; warning: it supersedes A, B, C and others and is superseded"));
    CHECK(decision("D", world).remedy == "break the cycle in msPKI-Supersede-Templates");
    CHECK(decision("Out", world).fact == "superseded by A, B, C and others");
    CHECK_THAT(decision("Out", world).fact, !Catch::Contains("warning"));
    const SupersedeGraph graph(world.templates);
    CHECK(graph.replaced_by(0) == std::vector<std::size_t>{5});
}

TEST_CASE("two ways to the same template count once", "[requirements][supersede]") {
    const std::vector<Template> templates = {autoenrolled("A", {"B", "C", "B"}),
                                             autoenrolled("B", {"D"}), autoenrolled("C", {"D"}),
                                             autoenrolled("D")};
    const SupersedeGraph graph(templates);
    CHECK(graph.replaced_by(0) == std::vector<std::size_t>{1, 2, 3});
    CHECK(graph.cycle_of(0).first.empty());
    CHECK(decision("D", world_of(templates)).fact == "superseded by A, B, C");
}

TEST_CASE("an old certificate goes only after the new one is installed",
          "[requirements][U3][supersede:5]") {
    const Template y = autoenrolled("Y");
    const Template z = autoenrolled("Z");
    Snapshot world = world_of({autoenrolled("X", {"Y"}), autoenrolled("Y", {"Z"}), z});
    world.my = {held(y), held(z)};
    // Y is held, so Z goes without waiting; Y waits for X.
    const Plan plan = quiet_plan(world);
    CHECK(actions_of(plan) == Names{"enroll X", "archive " + world.my[1].thumbprint.substr(0, 8)});
    REQUIRE(plan.actions[0].afterwards.size() == 1);
    CHECK(plan.actions[0].afterwards[0].thumbprint == world.my[0].thumbprint);
    // A revoked one goes for its own reason, and not twice.
    world.my[0].chain.state = ChainState::revoked;
    CHECK(quiet_plan(world).actions[0].afterwards.size() == 1);  // Z, which waits now
    CHECK(quiet_plan(world).actions[0].afterwards[0].thumbprint == world.my[1].thumbprint);
    world.policy = policy_of(1);
    CHECK(quiet_plan(world).actions[0].afterwards.size() == 2);
}

}  // namespace
}  // namespace ae::engine
