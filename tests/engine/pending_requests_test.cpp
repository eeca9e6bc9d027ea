#include "engine/pending_requests.h"

#include "tests/support/builders.h"

#include <catch2/catch.hpp>

namespace ae::engine {
namespace {

using namespace test;

constexpr Seconds kSecond{1};

TEST_CASE("a pending request keeps its template off the list", "[pending][D3]") {
    const Template t = autoenrolled("T");
    Snapshot world = world_of({t});
    world.pending = {pending_since(t, kNow - kDay)};
    const Decision found = decision("T", world);
    CHECK(found.verdict == Verdict::pending);
    CHECK(found.rule == "D3");
    CHECK(found.fact ==
          "request 17 waits at ca1.corp.example.test\\Corp Issuing CA 1 since "
          "2026-11-20T12:00:00Z");
}

TEST_CASE("the template's name compares without case", "[pending][D3]") {
    const Template t = autoenrolled("CorpMachine");
    Snapshot world = world_of({t});
    world.pending = {pending_since(t, kNow)};
    world.pending.front().template_name = "corpmachine";
    CHECK(decision("CorpMachine", world).verdict == Verdict::pending);
    world.pending.front().template_name = "Other";
    CHECK(decision("CorpMachine", world).verdict == Verdict::enroll);
}

TEST_CASE("a request counts for 60 days exactly and not one second more", "[pending][N5]") {
    const Template t = autoenrolled("T");
    Snapshot world = world_of({t});

    world.pending = {pending_since(t, kNow - 60 * kDay)};
    CHECK(decision("T", world).verdict == Verdict::pending);
    CHECK_FALSE(is_overdue(world.pending.front(), kNow));

    world.pending = {pending_since(t, kNow - 60 * kDay - kSecond)};
    CHECK(decision("T", world).verdict == Verdict::enroll);
    CHECK(is_overdue(world.pending.front(), kNow));
}

TEST_CASE("an entry without template or without request id neither counts nor expires",
          "[pending][N6]") {
    const Template t = autoenrolled("T");
    PendingRequest nameless = pending_since(t, kNow - 90 * kDay);
    nameless.template_name.clear();
    PendingRequest offline = pending_since(t, kNow - 90 * kDay);
    offline.request_id.reset();
    CHECK_FALSE(is_overdue(nameless, kNow));
    CHECK_FALSE(is_overdue(offline, kNow));

    nameless.submitted = offline.submitted = kNow - kDay;
    Snapshot world = world_of({t});
    world.pending = {nameless, offline};
    CHECK(decision("T", world).verdict == Verdict::enroll);
}

TEST_CASE("the entry of a lost answer is found for the next attempt", "[pending][W7]") {
    const Template t = autoenrolled("T");
    PendingRequest lost = pending_since(t, kNow - kDay);
    lost.request_id.reset();
    lost.key_reference = "lost";
    const std::vector<PendingRequest> requests = {pending_since(t, kNow), lost};
    REQUIRE(find_unanswered(requests, "t") != nullptr);
    CHECK(find_unanswered(requests, "t")->key_reference == "lost");
    CHECK(find_unanswered(requests, "Other") == nullptr);
}

TEST_CASE("a pending request keeps its template off the list whatever the policy says",
          "[pending][N9]") {
    const Template t = autoenrolled("T");
    Snapshot world = world_of({t});
    world.policy = policy_of(1);
    world.pending = {pending_since(t, kNow - kDay)};
    CHECK(decision("T", world).verdict == Verdict::pending);
}

}  // namespace
}  // namespace ae::engine
