#include "engine/supersede.h"

#include "tests/support/builders.h"

#include <algorithm>

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
    for (const Decision& one : build_requirements(world)) {
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
    CHECK(decision("Y", world).verdict == Verdict::superseded);
}

TEST_CASE("an unrelated template changes nobody else's decision", "[requirements][property]") {
    Snapshot world = world_of({autoenrolled("X", {"Y"}), autoenrolled("Y")});
    const auto before = build_requirements(world);
    world.templates.push_back(autoenrolled("Unrelated"));
    const auto after = build_requirements(world);
    REQUIRE(after.size() == before.size() + 1);
    for (std::size_t i = 0; i < before.size(); ++i) {
        CHECK(after[i].verdict == before[i].verdict);
        CHECK(after[i].fact == before[i].fact);
    }
}

}  // namespace
}  // namespace ae::engine
