#include "engine/pending_requests.h"

#include "tests/support/builders.h"

#include <functional>

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

TEST_CASE("an entry without template, or one that was never sent, neither counts nor expires",
          "[pending][N6]") {
    const Template t = autoenrolled("T");
    PendingRequest nameless = pending_since(t, kNow - 90 * kDay);
    nameless.template_name.clear();
    PendingRequest offline = pending_since(t, kNow - 90 * kDay);
    offline.request_id.reset();
    offline.ca = {};
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
    REQUIRE(find_unanswered(requests, "t", "") != nullptr);
    CHECK(find_unanswered(requests, "t", "")->key_reference == "lost");
    CHECK(find_unanswered(requests, "Other", "") == nullptr);
    CHECK(find_unanswered(requests, "t", "aa") == nullptr);  // a renewal's answer is its own
    lost.ca = {};  // an offline request: nobody was asked (N6)
    CHECK(find_unanswered({lost}, "t", "") == nullptr);
}

TEST_CASE("a pending request keeps its template off the list whatever the policy says",
          "[pending][N9]") {
    const Template t = autoenrolled("T");
    Snapshot world = world_of({t});
    world.policy = policy_of(1);
    world.pending = {pending_since(t, kNow - kDay)};
    CHECK(decision("T", world).verdict == Verdict::pending);
}

TEST_CASE("an entry may renew a certain certificate", "[pending][D3][Q15]") {
    const Template t = autoenrolled("T");
    PendingRequest request = pending_since(t, kNow);
    request.predecessor = "aa";
    const std::vector<PendingRequest> requests = {request};
    CHECK(find_pending(requests, "T", "", kNow) != nullptr);
    CHECK(find_pending(requests, "T", "aa", kNow) != nullptr);
    CHECK(find_pending(requests, "T", "bb", kNow) == nullptr);
}

TEST_CASE("what a pulse does with each entry of REQUEST", "[pending][N1][N5][N6][N9][N10]") {
    const Template t = autoenrolled("T");
    struct Row {
        const char* what;
        std::function<void(PendingRequest&)> change;
        std::uint32_t bits;
        Verdict verdict;
        const char* rule;
        const char* fact;
        std::vector<std::string> actions;
    };
    const Row row = GENERATE(values<Row>({
        {"submitted",
         [](PendingRequest&) {},
         7,
         Verdict::retrieve,
         "N1",
         "request 17 at ca1.corp.example.test\\Corp Issuing CA 1, submitted 2026-11-20T12:00:00Z",
         {"retrieve pending-key"}},
        {"under PENDING alone",
         [](PendingRequest&) {},
         4,
         Verdict::retrieve,
         "N1",
         "request 17",
         {"retrieve pending-key"}},
        {"without PENDING",
         [](PendingRequest&) {},
         3,
         Verdict::pending,
         "N9",
         "; AEPolicy is 0x3, which lacks 0x4 (fetch pending requests)",
         {}},
        {"60 days old",
         [](PendingRequest& one) { one.submitted = kNow - 60 * kDay; },
         7,
         Verdict::retrieve,
         "N1",
         "request 17",
         {"retrieve pending-key"}},
        {"older: it is not asked about again",
         [](PendingRequest& one) { one.submitted = kNow - 60 * kDay - kSecond; },
         7,
         Verdict::forget,
         "N5",
         ", is older than 60 days",
         {"forget pending-key"}},
        {"older, without PENDING",
         [](PendingRequest& one) { one.submitted = kNow - 60 * kDay - kSecond; },
         0,
         Verdict::forget,
         "N5",
         ", is older than 60 days",
         {"forget pending-key"}},
        {"without a template",
         [](PendingRequest& one) {
             one.template_name.clear();
             one.submitted = kNow - 90 * kDay;
         },
         7,
         Verdict::left_alone,
         "N6",
         "it names no template",
         {}},
        {"never sent",
         [](PendingRequest& one) {
             one.request_id.reset();
             one.ca = {};
             one.submitted = kNow - 90 * kDay;
         },
         7,
         Verdict::left_alone,
         "N6",
         "it was never sent: its answer is brought by hand",
         {}},
    }));
    INFO(row.what);
    Snapshot world = world_of({t});
    world.my = {held(t)};
    world.policy = policy_of(row.bits);
    world.pending = {changed(pending_since(t, kNow - kDay), row.change)};
    const Plan plan = make_plan(world);
    CHECK(actions_of(plan) == row.actions);
    const Decision decided = about_request(world.pending[0], world);
    CHECK(decided.about == About::request);
    CHECK(decided.template_name == world.pending[0].template_name);
    CHECK(decided.verdict == row.verdict);
    CHECK(decided.rule == row.rule);
    CHECK_THAT(decided.fact, Catch::Contains(row.fact));
    CHECK(decided.remedy.empty() == (row.verdict != Verdict::pending));
}

TEST_CASE("the CA that took the request is asked, whatever else there is", "[pending][N7][N8]") {
    Template t = autoenrolled("T");
    t.security_descriptor = SecurityBuilder().bytes();  // no right at all
    Snapshot world = world_of({t});
    offer(world, {service(2, {"T"})});
    world.ca_trust.clear();
    world.pending = {pending_since(t, kNow)};
    const Plan plan = make_plan(world);
    REQUIRE(plan.actions.size() == 1);
    CHECK(plan.actions[0].kind == ActionKind::retrieve);
    CHECK(plan.actions[0].cas == std::vector<CaRef>{world.pending[0].ca});
    CHECK(plan.actions[0].template_name == "T");
    CHECK(plan.actions[0].key_reference == "pending-key");
    CHECK(plan.decisions.at(plan.actions[0].decision).subject == "pending-key");
}

TEST_CASE("what an answered renewal replaces is known beforehand", "[pending][N1][X1]") {
    Template t = autoenrolled("T");
    Snapshot world = world_of({t});
    world.my = {held(t), held(autoenrolled("Foreign"))};
    world.pending = {pending_since(t, kNow)};
    CHECK(plan_requests(world).actions[0].afterwards.empty());
    world.pending[0].predecessor = world.my[0].thumbprint;
    Plan plan = plan_requests(world);
    REQUIRE(plan.actions[0].afterwards.size() == 1);
    CHECK(plan.actions[0].thumbprint == world.my[0].thumbprint);
    CHECK(plan.actions[0].afterwards[0].kind == ActionKind::archive);
    CHECK(plan.actions[0].afterwards[0].thumbprint == world.my[0].thumbprint);
    CHECK(plan.actions[0].afterwards[0].why == "renewed or enrolled anew");
    // A foreign certificate is never touched, and one that is gone cannot be.
    world.pending[0].predecessor = world.my[1].thumbprint;
    CHECK(plan_requests(world).actions[0].afterwards.empty());
    world.pending[0].predecessor = "gone";
    CHECK(plan_requests(world).actions[0].afterwards.empty());
    // Dropping an old request replaces nothing.
    world.pending[0].predecessor = world.my[0].thumbprint;
    world.pending[0].submitted = kNow - 61 * kDay;
    CHECK(plan_requests(world).actions[0].afterwards.empty());
}

}  // namespace
}  // namespace ae::engine
