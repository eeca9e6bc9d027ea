#include "engine/interaction.h"

#include "tests/support/builders.h"

#include <catch2/catch.hpp>

namespace ae::engine {
namespace {

using namespace test;

TEST_CASE("the notice: nothing for 60 s, a balloon for 15 s, an icon for 7 h, then given up",
          "[interaction][R-UI3]") {
    struct Row {
        Seconds after_logon;
        Notice notice;
    };
    const Row row = GENERATE(values<Row>({
        {Seconds(0), Notice::not_yet},
        {Seconds(59), Notice::not_yet},
        {Seconds(60), Notice::balloon},
        {Seconds(74), Notice::balloon},
        {Seconds(75), Notice::icon},
        {Seconds(60 + 7 * 3600 - 1), Notice::icon},
        {Seconds(60 + 7 * 3600), Notice::given_up},
    }));
    INFO(row.after_logon.count());
    CHECK(notice_at(kNow, kNow + row.after_logon) == row.notice);
    // AEExpress: the same, and no 60 s.
    CHECK(notice_at(kNow + Seconds(60), kNow + row.after_logon, NoticePace::express) == row.notice);
}

TEST_CASE("AEExpress shows the notice at once", "[interaction][R-UI3]") {
    CHECK(notice_at(kNow, kNow, NoticePace::express) == Notice::balloon);
    CHECK(notice_delay(NoticePace::express) == Seconds(0));
    CHECK(notice_delay(NoticePace::usual) == Seconds(60));
}

}  // namespace
}  // namespace ae::engine
