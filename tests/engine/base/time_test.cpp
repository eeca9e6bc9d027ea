#include "engine/base/time.h"

#include <catch2/catch.hpp>

namespace ae {
namespace {

Bytes wire(std::int64_t ticks) {
    Bytes octets;
    for (unsigned shift = 0; shift < 64; shift += 8) {
        octets.push_back(static_cast<std::uint8_t>(static_cast<std::uint64_t>(ticks) >> shift));
    }
    return octets;
}

}  // namespace

TEST_CASE("a period is a negative count of 100 ns", "[time][MS-CRTD:2.9][MS-CRTD:2.10]") {
    using namespace std::chrono_literals;
    // As default templates carry it: one year, six weeks.
    CHECK(period_from_wire(from_hex("004039872ee1feff").value()) == 365 * 24h);
    CHECK(period_from_wire(from_hex("0080a60affdeffff").value()) == 42 * 24h);
    CHECK(period_from_wire(wire(-10'000'000)) == 1s);
    CHECK(period_from_wire(wire(-9'999'999)) == 0s);
    CHECK(period_from_wire(wire(0)) == 0s);
    CHECK(period_from_wire(wire(std::numeric_limits<std::int64_t>::min())) == 922337203685s);
    CHECK_FALSE(period_from_wire(wire(1)));
    CHECK_FALSE(period_from_wire(Bytes(7)));
    CHECK_FALSE(period_from_wire(Bytes(9)));
    CHECK_FALSE(period_from_wire({}));
}

TEST_CASE("a time is written in UTC and read back", "[time]") {
    for (const char* text :
         {"1970-01-01T00:00:00Z", "2026-11-21T04:32:01Z", "2024-02-29T23:59:59Z",
          "1950-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "0001-01-01T00:00:00Z"}) {
        const auto time = time_from_string(text);
        REQUIRE(time);
        CHECK(to_string(*time) == text);
    }
    CHECK(time_from_string("1970-01-02T00:00:01Z") == Time(Seconds(86401)));
}

TEST_CASE("text that is no time is refused", "[time]") {
    for (const char* bad :
         {"", "2026-11-21", "2026-11-21T04:32:01", "2026-11-21 04:32:01Z", "2026-11-21T04:32:01+",
          "2026-02-29T00:00:00Z", "2026-13-01T00:00:00Z", "2026-00-01T00:00:00Z",
          "2026-01-00T00:00:00Z", "2026-01-01T24:00:00Z", "2026-01-01T00:60:00Z",
          "2026-01-01T00:00:60Z", "2026-1 -01T00:00:00Z", "-026-01-01T00:00:00Z",
          "2026-01-01T00:00:-1Z", "2026-01-01T00:00:00ZZ"}) {
        CAPTURE(bad);
        CHECK_FALSE(time_from_string(bad));
    }
}

TEST_CASE("broken-down time knows the calendar", "[time]") {
    const CivilTime parts = civil(time_from_string("2024-02-29T12:34:56Z").value());
    CHECK(parts.year == 2024);
    CHECK(parts.month == 2);
    CHECK(parts.day == 29);
    CHECK(parts.hour == 12);
    CHECK(parts.minute == 34);
    CHECK(parts.second == 56);
    CHECK_FALSE(from_civil({2023, 2, 29, 0, 0, 0}));
    CHECK_FALSE(from_civil({2023, 2, 30, 0, 0, 0}));
    CHECK(civil(Time(Seconds(-1))).year == 1969);
}

TEST_CASE("a period is told in days and hours", "[time]") {
    using namespace std::chrono_literals;
    CHECK(period_text(365 * 24h) == "365 d");
    CHECK(period_text(44 * 24h + 19h) == "44 d 19 h");
    CHECK(period_text(24h) == "1 d");
    CHECK(period_text(24h - 1s) == "23 h");
    CHECK(period_text(20h) == "20 h");
    CHECK(period_text(1h) == "1 h");
    CHECK(period_text(1h - 1s) == "3599 s");
    CHECK(period_text(90s) == "90 s");
    CHECK(period_text(0s) == "0 s");
}

}  // namespace ae
