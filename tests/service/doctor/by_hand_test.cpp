#include "tests/service/doctor/examined.h"

#include <catch2/catch.hpp>

namespace ae::service {

TEST_CASE("what a user is told to run is of the user's context", "[doctor][by-hand][INS2]") {
    engine::Snapshot world = test::world_of({test::autoenrolled("Corp User 2")});
    world.memory.refusals = {{"Corp User 2", "100.0", world.services.front().ref(),
                              hresult(0x8009400E), 1, test::kNow - test::kDay}};
    Examination seen = test::examined(world);
    CHECK(test::the(diagnose(seen), "INS2").remedy == "Enroll anew: aeclient enroll 'Corp User 2'");
    seen.scope = engine::Scope::user;
    CHECK(test::the(diagnose(seen), "INS2").remedy ==
          "Enroll anew: aeclient enroll --user 'Corp User 2'");
}

}  // namespace ae::service
