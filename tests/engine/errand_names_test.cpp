// Rules M3, M4, M6, M7: how things are named, in what is typed and in what is answered.
#include "engine/base/hresult_table.h"
#include "engine/errand_plan.h"
#include "tests/support/builders.h"

#include <catch2/catch.hpp>

namespace ae::engine {
namespace {

using namespace test;

Errand enroll(std::string name, std::string ca = {}) {
    return {.kind = Errand::Kind::enroll, .template_name = std::move(name), .ca = std::move(ca)};
}
Errand renew(std::string thumbprint) {
    return {.kind = Errand::Kind::renew, .thumbprint = std::move(thumbprint)};
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
Error error_of(const Snapshot& world, const Errand& errand) {
    const auto plan = plan_errand(world, errand);
    REQUIRE_FALSE(plan);
    return plan.error();
}

TEST_CASE("what a remedy names can be pasted: quotes, and the context", "[errand][M3][M4][M6]") {
    Snapshot world = world_of({autoenrolled("Corp User")});
    world.templates[0].general_flags = 0;
    CHECK(plan_of(world, enroll("Corp User")).decisions[0].remedy ==
          "as the user: aeclient enroll --user 'Corp User'");

    world.account.scope = Scope::user;
    world.my.push_back(held(world.templates[0]));
    const std::string name = world.my[0].thumbprint.substr(0, 8);
    CHECK(plan_of(world, enroll("Corp User")).decisions[0].remedy ==
          "to renew it now: aeclient renew --user " + name +
              "; for a second one: aeclient enroll --force --user 'Corp User'");
    world.my[0].facts.not_after = kNow - kDay;
    CHECK(plan_of(world, renew(name)).decisions[0].remedy ==
          "ask for a new one: aeclient enroll --user 'Corp User'");
    world.pending.push_back(pending_since(world.templates[0], kNow - kDay));
    CHECK_THAT(plan_of(world, enroll("Corp User")).decisions[0].remedy,
               Catch::Contains("aeclient retrieve --user 17"));
    CHECK(error_of(world, retrieve(16)).remedy ==
          "See what waits: aeclient certs --store request --user");
}

TEST_CASE("a template is named by its identifier, a CA by its name alone", "[errand][M3][M7]") {
    Snapshot world = world_of({autoenrolled("CorpMachine")});
    offer(world, {service(1, {"CorpMachine"}), service(2, {"CorpMachine"})});
    const Plan plan = plan_of(world, enroll(world.templates[0].oid, "corp issuing ca 2"));
    REQUIRE(plan.actions.size() == 1);
    CHECK(plan.actions[0].template_name == "CorpMachine");
    REQUIRE(plan.actions[0].cas.size() == 1);
    CHECK(plan.actions[0].cas[0].config() == kCa2);

    world.pending.push_back(pending_since(world.templates[0], kNow));
    CHECK(plan_of(world, retrieve(17, "Corp Issuing CA 1")).actions.size() == 1);

    world.pending.clear();
    world.services[1].name = world.services[0].name;
    const Error error = error_of(world, enroll("CorpMachine", "Corp Issuing CA 1"));
    CHECK(error.code == kInvalidArgument);
    CHECK_THAT(error.context, Catch::Contains(kCa1) && Catch::Contains("ca2"));
    CHECK(plan_of(world, enroll("CorpMachine", kCa1)).actions.size() == 1);
}

}  // namespace
}  // namespace ae::engine
