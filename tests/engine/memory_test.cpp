#include "engine/memory.h"

#include "tests/support/builders.h"

#include <catch2/catch.hpp>

namespace ae::engine {
namespace {

using namespace test;
using std::chrono::hours;

constexpr Seconds kSecond{1};
const CaRef kOne{"ca1.corp.example.test", "Corp Issuing CA 1"};
const CaRef kTwo{"ca2.corp.example.test", "Corp Issuing CA 2"};
const Hresult kDenied = hresult(0x80094012);
const Hresult kAnother = hresult(0x80094800);

Issuance issued(Seconds ago, Seconds lifetime = 365 * kDay) {
    return {"CorpMachine", "Q1", kNow - ago, lifetime};
}

bool brakes(const Memory& memory, const std::string& reason = "Q1") {
    return repeated_issues(memory, "corpMACHINE", reason).size() == 2;
}

Refusal refusal(unsigned count, Seconds ago = Seconds(0)) {
    return {.template_name = "CorpMachine",
            .template_version = "100.4",
            .ca = kOne,
            .code = kDenied,
            .count = count,
            .last = kNow - ago};
}

std::optional<Time> until(const Memory& memory, const std::string& version = "100.4",
                          const CaRef& ca = kOne, const std::string& name = "corpmachine") {
    return refused_until(memory, name, version, ca);
}

TEST_CASE("two certificates within a day brake, to the second, however long ago", "[memory][B1]") {
    CHECK_FALSE(brakes({.issued = {issued(Seconds(0))}}));
    CHECK(brakes({.issued = {issued(hours(24) - kSecond), issued(Seconds(0))}}));
    CHECK_FALSE(brakes({.issued = {issued(hours(24)), issued(Seconds(0))}}));
    CHECK(brakes({.issued = {issued(hours(1000)), issued(hours(990))}}));
    // The latest two count, in whatever order they stand.
    CHECK(brakes({.issued = {issued(hours(1)), issued(hours(80)), issued(Seconds(0))}}));
    CHECK_FALSE(brakes({.issued = {issued(hours(90)), issued(hours(80)), issued(Seconds(0))}}));
}

TEST_CASE("half the life of a short-lived certificate shortens the brake's day", "[memory][B1]") {
    CHECK(brakes({.issued = {issued(hours(8) - kSecond, hours(16)), issued(Seconds(0))}}));
    CHECK_FALSE(brakes({.issued = {issued(hours(8), hours(16)), issued(Seconds(0))}}));
    CHECK(brakes({.issued = {issued(hours(24) - kSecond, hours(48)), issued(Seconds(0))}}));
    CHECK_FALSE(brakes({.issued = {issued(hours(24), hours(49)), issued(Seconds(0))}}));
}

TEST_CASE("the brake counts one template and one reason", "[memory][B1]") {
    Memory memory{.issued = {issued(hours(1)), issued(hours(2))}};
    CHECK(brakes(memory));
    CHECK_FALSE(brakes(memory, "Q6 100"));
    CHECK(repeated_issues(memory, "Other", "Q1").empty());
    CHECK(repeated_issues(memory, "CorpMachine", "Q1").front() == issued(hours(2)));
    forget_issues(memory, "Other", "");
    forget_issues(memory, "corpMachine", "Q1");
    CHECK(brakes(memory));
    forget_issues(memory, "corpMachine", "Q3");
    CHECK(memory.issued.empty());
}

TEST_CASE("of one template the last eight certificates are remembered", "[memory][B1]") {
    Memory memory{.issued = {{"Other", "Q1", kNow, kDay}}};
    for (int i = 0; i < 9; ++i) {
        note_issue(memory, issued(hours(100 - i)));
    }
    CHECK(memory.issued.size() == 9);
    CHECK(memory.issued[1] == issued(hours(99)));
}

TEST_CASE("a clock that was set back leaves nothing in the future", "[memory]") {
    const Time later = kNow + hours(1);
    Memory memory{.issued = {issued(hours(-1))},
                  .refusals = {refusal(2, hours(-1))},
                  .outages = {{kOne, later}},
                  .empty_reads = {{TrustStore::root, later}},
                  .warned = {{"aa", later}}};
    forget_the_future(memory, kNow);
    CHECK(memory.issued.front().when == kNow);
    CHECK(memory.refusals.front().last == kNow);
    CHECK(memory.outages.front().when == kNow);
    CHECK(memory.empty_reads.front().first == kNow);
    CHECK(memory.warned.front().when == kNow);
    const Memory before = memory;
    forget_the_future(memory, later);
    CHECK(memory == before);
}

TEST_CASE("waits after denials: none, 8 hours, 24 hours for ever", "[memory][back-off]") {
    CHECK(until({.refusals = {refusal(1)}}) == kNow);
    CHECK(until({.refusals = {refusal(2)}}) == kNow + hours(8));
    CHECK(until({.refusals = {refusal(3)}}) == kNow + hours(24));
    CHECK(until({.refusals = {refusal(4)}}) == kNow + hours(24));
    CHECK(until({.refusals = {refusal(1000)}}) == kNow + hours(24));
    CHECK(until({.refusals = {refusal(2, hours(3))}}) == kNow + hours(5));
}

TEST_CASE("a denial holds for one template, one version of it and one CA", "[memory][back-off]") {
    const Memory memory{.refusals = {refusal(3)}};
    CHECK(until(memory));
    CHECK_FALSE(until(memory, "100.5"));
    CHECK_FALSE(until(memory, "100.4", kTwo));
    CHECK_FALSE(until(memory, "100.4", kOne, "Other"));
    CHECK_FALSE(until({.refusals = {refusal(0)}}));  // of a file that somebody wrote by hand
    CHECK_FALSE(until({}));
}

TEST_CASE("of several codes the longest wait counts", "[memory][back-off]") {
    Refusal other = refusal(2);
    other.code = kAnother;
    CHECK(until({.refusals = {refusal(3), other}}) == kNow + hours(24));
    CHECK(until({.refusals = {other, refusal(3)}}) == kNow + hours(24));
    CHECK(until({.refusals = {refusal(1), other}}) == kNow + hours(8));
}

TEST_CASE("denials are counted per template, version, CA and code", "[memory][back-off]") {
    Memory memory;
    Refusal again = refusal(77, hours(2));  // the count is the memory's to keep
    note_refusal(memory, again);
    again.template_name = "CORPMACHINE";
    again.last = kNow;
    note_refusal(memory, again);
    REQUIRE(memory.refusals.size() == 1);
    CHECK(memory.refusals[0].count == 2);
    CHECK(memory.refusals[0].last == kNow);

    const auto note = [&](auto change) {
        Refusal one = refusal(1);
        change(one);
        note_refusal(memory, one);
    };
    note([](Refusal& one) { one.ca = kTwo; });
    note([](Refusal& one) { one.code = kAnother; });
    note([](Refusal& one) { one.template_version = "100.5"; });
    note([](Refusal& one) { one.template_name = "Other"; });
    CHECK(memory.refusals.size() == 5);
    CHECK(memory.refusals[0].count == 2);
    for (std::size_t i = 1; i < 5; ++i) {
        CHECK(memory.refusals[i].count == 1);
    }
}

TEST_CASE("what is issued is refused no longer", "[memory][back-off]") {
    Refusal other = refusal(2);
    other.template_name = "Other";
    Memory memory{.refusals = {refusal(3), other}};
    note_issue(memory, {"corpmachine", "Q1", kNow, hours(9)});
    CHECK(memory.refusals == std::vector<Refusal>{other});
    CHECK(memory.issued == std::vector<Issuance>{{"corpmachine", "Q1", kNow, hours(9)}});
}

TEST_CASE("a CA that did not answer is remembered for 8 hours", "[memory][health]") {
    const auto silent = [](Seconds ago) {
        return was_unreachable({.outages = {{kOne, kNow - ago}}}, kOne, kNow);
    };
    CHECK(silent(Seconds(0)));
    CHECK(silent(hours(8) - kSecond));
    CHECK_FALSE(silent(hours(8)));
    CHECK_FALSE(was_unreachable({.outages = {{kOne, kNow}}}, kTwo, kNow));
}

TEST_CASE("an outage is noted once per CA, and an answer ends it", "[memory][health]") {
    Memory memory;
    note_outage(memory, kOne, kNow - hours(2));
    note_outage(memory, kTwo, kNow - hours(1));
    note_outage(memory, kOne, kNow);
    CHECK(memory.outages == std::vector<Outage>{{kTwo, kNow - hours(1)}, {kOne, kNow}});
    note_answer(memory, kTwo);
    CHECK(memory.outages == std::vector<Outage>{{kOne, kNow}});
}

TEST_CASE("a certificate's end is said once a day", "[memory][X3]") {
    const auto warned = [](Seconds ago) {
        return warned_lately({.warned = {{"aa", kNow - ago}}}, kNow).count("aa") == 1;
    };
    CHECK(warned(hours(24) - kSecond));
    CHECK_FALSE(warned(hours(24)));

    Memory memory;
    note_warning(memory, "aa", kNow);
    CHECK(memory.warned == std::vector<Warning>{{"aa", kNow}});
}

TEST_CASE("what no rule asks for is forgotten, and not a second earlier",
          "[memory][B1][back-off][health][X3][K3]") {
    Memory memory{
        .issued = {issued(90 * kDay), issued(90 * kDay + kSecond)},
        .refusals = {refusal(2, 90 * kDay), refusal(3, 90 * kDay + kSecond)},
        .outages = {{kOne, kNow - hours(8) + kSecond}, {kTwo, kNow - hours(8)}},
        .empty_reads = {{TrustStore::root, kNow - 400 * kDay}},
        .warned = {{"aa", kNow - hours(24) + kSecond}, {"bb", kNow - hours(24)}},
    };
    forget_old(memory, kNow);
    CHECK(memory == Memory{.issued = {issued(90 * kDay), issued(90 * kDay + kSecond)},
                           .refusals = {refusal(2, 90 * kDay)},
                           .outages = {{kOne, kNow - hours(8) + kSecond}},
                           .empty_reads = {{TrustStore::root, kNow - 400 * kDay}},
                           .warned = {{"aa", kNow - hours(24) + kSecond}}});
}

}  // namespace
}  // namespace ae::engine
