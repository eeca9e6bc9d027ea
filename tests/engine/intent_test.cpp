#include "engine/intent.h"

#include "tests/support/builders.h"

#include <catch2/catch.hpp>

namespace ae::engine {
namespace {

using namespace test;

// Is the one template of this world, which its CA offers, meant for the machine?
bool meant(const Template& wanted) {
    const Snapshot world = world_of({wanted});
    const SidSet sids(world.account.sids);
    return is_meant_for(wanted, world.account, sids, CaOffers(world.services, sids));
}

Template with(Bytes security) {
    return changed(autoenrolled("CorpMachine"),
                   [&](Template& t) { t.security_descriptor = std::move(security); });
}

Bytes without_autoenroll() {
    return SecurityBuilder()
        .allow_object(kDomainComputers, kEnroll)
        .allow(kAuthenticatedUsers, kReadRights)
        .bytes();
}

}  // namespace

TEST_CASE("a template with the Autoenroll right is meant, whether or not it can be enrolled",
          "[intent]") {
    CHECK(meant(autoenrolled("CorpMachine")));
    CHECK(meant(changed(autoenrolled("CorpMachine"), [](Template& t) { t.enrollment_flags = 0; })));
    CHECK(meant(changed(autoenrolled("CorpMachine"), [](Template& t) { t.ra_signatures = 2; })));
}

TEST_CASE(
    "Enroll alone means it only where the template asks for autoenrollment and a CA offers it",
    "[intent]") {
    const Template wanted = with(without_autoenroll());
    CHECK(meant(wanted));
    CHECK_FALSE(meant(changed(wanted, [](Template& t) { t.enrollment_flags = 0; })));
    Snapshot world = world_of({wanted});
    offer(world, {service(1, {"Another"})});
    const SidSet sids(world.account.sids);
    CHECK_FALSE(is_meant_for(wanted, world.account, sids, CaOffers(world.services, sids)));
}

TEST_CASE("what every forest has for others is not meant", "[intent]") {
    CHECK_FALSE(meant(changed(autoenrolled("User"), [](Template& t) { t.general_flags = 0; })));
    CHECK_FALSE(meant(
        changed(autoenrolled("Sub"), [](Template& t) { t.general_flags |= general_flag::kIsCa; })));
    CHECK_FALSE(meant(changed(autoenrolled("Cross"),
                              [](Template& t) { t.general_flags |= general_flag::kIsCrossCa; })));
    CHECK_FALSE(meant(changed(autoenrolled("Machine"), [](Template& t) { t.schema_version = 1; })));
    CHECK_FALSE(
        meant(changed(autoenrolled("Hidden"), [](Template& t) { t.security_descriptor.reset(); })));
    CHECK_FALSE(meant(with(Bytes{1, 2, 3})));
    CHECK_FALSE(meant(with(SecurityBuilder()
                               .allow_object(kDomainComputers, kEnroll)
                               .allow_object(kDomainComputers, kAutoenroll)
                               .bytes())));  // without Read
    CHECK_FALSE(meant(with(SecurityBuilder()
                               .allow_object(kStranger, kAutoenroll)
                               .allow(kAuthenticatedUsers, kReadRights)
                               .bytes())));
}

}  // namespace ae::engine
