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
}

}  // namespace
}  // namespace ae::engine
