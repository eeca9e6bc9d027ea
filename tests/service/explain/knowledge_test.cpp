// Nothing that a person can meet is unexplained.
#include "service/explain/knowledge.h"

#include "engine/base/hresult_table.h"

#include <algorithm>
#include <set>
#include <string>

#include <catch2/catch.hpp>

namespace ae::service {
namespace {

TEST_CASE("every code of the table of errors has a meaning, causes and a symbol",
          "[explain][wcce-client:10]") {
    // The rows of the reference's table; W8 prints them with name and number.
    constexpr std::uint32_t kCodes[] = {
        0x800706BA, 0x800706BB, 0x800706BF, 0x800706BE, 0x80070005, 0x8007052E, 0x80040154,
        0x80080005, 0x80070057, 0x8007054B, 0x80070002, 0x8007000D, 0x80091004, 0x8009200E,
        0x80094001, 0x80094003, 0x80094004, 0x80094005, 0x80094006, 0x8009400A, 0x8009400B,
        0x8009400C, 0x8009400E, 0x8009400F, 0x80094011, 0x80094012, 0x80094013, 0x80094014,
        0x80094800, 0x80094801, 0x80094802, 0x80094804, 0x80094810, 0x80094806, 0x80094807,
        0x80094809, 0x8009480A, 0x8009480B, 0x8009480C, 0x80094815, 0x8009480D, 0x8009480E,
        0x8009480F, 0x80094812, 0x80094811, 0x80094813, 0x80094814, 0x80094816, 0x80094817,
        0x8009481A, 0x80095002, 0x80095003, 0x80095004, 0x80090003, 0x80090016, 0x8009000D,
        0x8009000F, 0x80090023, 0x80090010, 0x8009001D, 0x8009001E, 0x80090030, 0x80090022,
        0x80090029, 0x80090027, 0x80092004, 0x80092010, 0x80092012, 0x80092013, 0x800B0101,
        0x800B0109, 0x800B010A, 0x800B010C, 0x800B0112, 0x8010002E, 0x8010006E};
    for (const std::uint32_t code : kCodes) {
        INFO(to_hex(hresult(code)));
        const HresultRow* row = find_hresult(hresult(code));
        REQUIRE(row != nullptr);
        CHECK_FALSE(row->symbol.empty());
        CHECK_FALSE(row->meaning.empty());
        const CodeKnowledge* more = knowledge_of(hresult(code));
        REQUIRE(more != nullptr);
        CHECK_FALSE(more->causes.empty());
    }
    // And nothing is known of a code that the table of codes lacks.
    for (const CodeKnowledge& one : code_knowledge()) {
        INFO(to_hex(hresult(one.code)));
        CHECK(find_hresult(hresult(one.code)) != nullptr);
    }
}

bool is_known(EventOrigin origin, std::uint32_t number, WrittenBy by) {
    return std::ranges::any_of(event_knowledge(), [&](const EventKnowledge& one) {
        return one.origin == origin && one.number == number && one.written_by == by;
    });
}

TEST_CASE("every event that this client records is explained, and no other is called its own",
          "[explain][events]") {
    std::size_t own = 0;
    for (const engine::EventId id : engine::all_events()) {
        const engine::Event event = engine::make_event(id, {});
        INFO(to_string(event.source) << ' ' << event.number);
        CHECK(is_known(origin_of(event.source), event.number, WrittenBy::us));
        ++own;
    }
    CHECK(static_cast<std::size_t>(std::ranges::count(event_knowledge(), WrittenBy::us,
                                                      &EventKnowledge::written_by)) == own);
}

TEST_CASE("every event of the troubleshooting index is explained, each once",
          "[explain][troubleshooting-map:7]") {
    using enum EventOrigin;
    for (const std::uint32_t number : {1U, 6U, 15U, 64U}) {
        CHECK(is_known(autoenrollment, number, WrittenBy::us));
    }
    const auto explained = [](EventOrigin origin, std::uint32_t number) {
        return std::ranges::count_if(event_knowledge(), [&](const EventKnowledge& one) {
            return one.origin == origin && one.number == number;
        });
    };
    for (const std::uint32_t number :
         {4U,  5U,  6U,  9U,  10U, 11U, 13U, 14U, 15U, 16U, 17U, 18U, 19U, 20U, 21U,
          22U, 23U, 24U, 25U, 26U, 27U, 30U, 32U, 33U, 35U, 36U, 38U, 41U, 42U, 43U,
          44U, 45U, 46U, 47U, 48U, 50U, 51U, 52U, 53U, 54U, 55U, 56U, 57U, 58U, 59U,
          60U, 61U, 62U, 63U, 64U, 65U, 66U, 67U, 68U, 70U, 71U, 72U, 73U, 74U, 75U,
          76U, 77U, 78U, 79U, 80U, 81U, 82U, 83U, 84U, 85U, 86U, 87U, 88U}) {
        INFO(number);
        CHECK(explained(cert_enroll, number) == 1);
    }
    CHECK(explained(certification_authority, 53) == 1);
    CHECK(explained(group_policy, 1503) == 1);
    for (const EventKnowledge& one : event_knowledge()) {
        INFO(to_string(one.origin) << ' ' << one.number);
        CHECK_FALSE(one.meaning.empty());
        CHECK_FALSE(one.causes.empty());
        CHECK_FALSE(one.remedy.empty());
    }
}

}  // namespace
}  // namespace ae::service
