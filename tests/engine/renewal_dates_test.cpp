#include "engine/renewal_dates.h"

#include "tests/support/builders.h"

#include <catch2/catch.hpp>

namespace ae::engine {
namespace {

using namespace test;

Snapshot world_with(const Template& wanted, std::vector<HeldCertificate> my) {
    Snapshot world = world_of({wanted});
    world.my = std::move(my);
    return world;
}

TEST_CASE("the newest valid certificate of a template has a date of renewal",
          "[renewal_dates][Q12]") {
    const Template wanted = autoenrolled("A");
    HeldCertificate older = held(wanted);
    older.thumbprint = "01der";
    older.facts.not_before -= 10 * kDay;
    older.facts.not_after = kNow + kDay;
    const HeldCertificate newer = held(wanted);
    const auto dates = renewal_dates(world_with(wanted, {older, newer}));
    REQUIRE(dates.size() == 1);
    CHECK(dates[0] == renewal_date(newer.thumbprint, newer.facts, wanted));
    CHECK(dates[0].expires == newer.facts.not_after);

    SECTION("an invalid one has none, and the older one stands in") {
        HeldCertificate revoked = newer;
        revoked.chain = {ChainState::revoked, "revoked", {}};
        const auto left = renewal_dates(world_with(wanted, {older, revoked}));
        REQUIRE(left.size() == 1);
        CHECK(left[0].thumbprint == "01der");
    }
    SECTION("a foreign one has none") {
        CHECK(renewal_dates(world_with(autoenrolled("B"), {newer})).empty());
    }
}

TEST_CASE("nothing is to be renewed where AEPolicy or the template forbids it",
          "[renewal_dates][Q13][A2]") {
    Template wanted = autoenrolled("A");
    Snapshot world = world_with(wanted, {held(wanted)});
    for (const std::uint32_t bits : {0U, 1U, 4U, 5U, 0x8007U}) {
        world.policy = policy_of(bits);
        CHECK(renewal_dates(world).empty());
    }
    world.policy = policy_of(2);
    CHECK(renewal_dates(world).size() == 1);
    world.templates[0].enrollment_flags |= enrollment_flag::kSkipAutoRenewal;
    CHECK(renewal_dates(world).empty());
}

TEST_CASE("certificates whose names are carried over have a date each", "[renewal_dates][Q15]") {
    Template wanted = autoenrolled("Web");
    wanted.name_flags =
        name_flag::kEnrolleeSuppliesSubject | name_flag::kOldCertificateSuppliesNames;
    HeldCertificate first = held(wanted);
    first.facts.subject_der = {1};
    HeldCertificate second = held(wanted);
    second.thumbprint = "02";
    second.facts.subject_der = {2};
    CHECK(renewal_dates(world_with(wanted, {first, second})).size() == 2);
}

}  // namespace
}  // namespace ae::engine
