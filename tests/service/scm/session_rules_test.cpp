#include "service/scm/session_rules.h"

#include <catch2/catch.hpp>

namespace ae::service {

using namespace std::chrono_literals;

TEST_CASE("a full logon starts a user's host, its end ends it, and nothing else does either",
          "[scm][sessions][T1][T6]") {
    struct Row {
        std::uint32_t event;
        const char* name;
        SessionStep step;
    };
    // [WM_WTSSESSION_CHANGE]: all there are, and what might come.
    const auto row = GENERATE(values<Row>({
        {0x0, "none", SessionStep::nothing},
        {0x1, "console connect", SessionStep::nothing},
        {0x2, "console disconnect", SessionStep::nothing},
        {0x3, "remote connect", SessionStep::nothing},
        {0x4, "remote disconnect", SessionStep::nothing},
        {0x5, "logon", SessionStep::start_host},
        {0x6, "logoff", SessionStep::end_host},
        {0x7, "lock", SessionStep::nothing},
        {0x8, "unlock", SessionStep::nothing},
        {0x9, "remote control", SessionStep::nothing},
        {0xA, "create", SessionStep::nothing},
        {0xB, "terminate", SessionStep::end_host},
        {0xC, "unknown", SessionStep::nothing},
    }));
    INFO(row.name);
    CHECK(step_on(row.event, 1) == row.step);
    CHECK(step_on(row.event, kServicesSession) == SessionStep::nothing);
}

TEST_CASE("a user's host that fails is started again ever later, and three times at most",
          "[scm][sessions]") {
    CHECK(pause_before_restart({.code = 1, .lived = 0s, .ends_before = 0}) == 1min);
    CHECK(pause_before_restart({.code = 1, .lived = 0s, .ends_before = 1}) == 4min);
    CHECK(pause_before_restart({.code = 1, .lived = 0s, .ends_before = 2}) == 16min);
    CHECK(pause_before_restart({.code = 1, .lived = 0s, .ends_before = 3}) == std::nullopt);
}

TEST_CASE("a user's host that lived for an hour may fail anew", "[scm][sessions]") {
    CHECK(pause_before_restart({.code = 1, .lived = 1h - 1s, .ends_before = 3}) == std::nullopt);
    CHECK(pause_before_restart({.code = 1, .lived = 1h, .ends_before = 3}) == 1min);
    CHECK_FALSE(counts_as_first({.code = 1, .lived = 1h - 1s, .ends_before = 1}));
    CHECK(counts_as_first({.code = 1, .lived = 1h, .ends_before = 1}));
    CHECK(counts_as_first({.code = 1, .lived = 0s, .ends_before = 0}));
}

TEST_CASE("a user's host that was told to end stays away", "[scm][sessions]") {
    CHECK(pause_before_restart({.code = 0, .lived = 0s, .ends_before = 0}) == std::nullopt);
    CHECK(pause_before_restart({.code = 0, .lived = 2h, .ends_before = 0}) == std::nullopt);
}

}  // namespace ae::service
