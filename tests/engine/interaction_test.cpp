#include "engine/interaction.h"

#include <catch2/catch.hpp>

namespace ae::engine {
namespace {

TEST_CASE("the notice: nothing for 60 s, a balloon for 15 s, an icon for 7 h, then given up",
          "[interaction][R-UI3]") {
    CHECK(notice_delay(NoticePace::usual) == Seconds(60));
    CHECK(kBalloonTime == Seconds(15));
    CHECK(kNoticeLife == Seconds(7 * 3600));
}

TEST_CASE("AEExpress shows the notice at once", "[interaction][R-UI3]") {
    CHECK(notice_delay(NoticePace::express) == Seconds(0));
}

}  // namespace
}  // namespace ae::engine
