// Deadlines for calls that have none, without COM.
#include "ca-client/com/bounded_call.h"

#include "engine/base/hresult_table.h"

#include <atomic>
#include <future>
#include <thread>

#include <catch2/catch.hpp>

using namespace ae;
using namespace ae::ca;
using namespace std::chrono_literals;

namespace {

const std::string kHost = "ca1.corp.example.test";
const Limits kLong{.activation = 60s, .call = 60s, .grace = 60s};

// Something that hangs until the test lets it go.
struct Gate {
    std::promise<void> promise{};
    std::shared_future<void> open{promise.get_future()};
};

struct Calls {
    Asked run(const Limits& limits, BoundedCall::Work work, const std::string& host = kHost) {
        return calls.run(host, limits, std::move(work));
    }

    std::vector<DWORD> cancelled{};
    std::vector<std::string> log{};
    std::function<void()> when_cancelled = [] {};
    BoundedCalls calls{2,
                       [this](DWORD thread) {
                           cancelled.push_back(thread);
                           when_cancelled();
                       },
                       [this](std::string_view line) { log.emplace_back(line); }};
};

Asked answer(std::uint32_t request_id) {
    return {.answer = CertificateAnswer{.request_id = request_id}};
}

BoundedCall::Work hanging_activation(const Gate& gate, std::shared_ptr<std::atomic<int>> begun) {
    return [open = gate.open, begun](BoundedCall& call) {
        open.wait();
        if (call.begin()) {
            ++*begun;
        }
        call.finish(answer(7));
    };
}

BoundedCall::Work hanging_call(const Gate& gate, Asked asked) {
    return [open = gate.open, asked](BoundedCall& call) {
        call.begin();
        open.wait();
        call.finish(asked);
    };
}

template <class Condition>
bool eventually(const Condition& condition) {
    const auto late = std::chrono::steady_clock::now() + 30s;
    while (!condition()) {
        if (std::chrono::steady_clock::now() > late) {
            return false;
        }
        std::this_thread::yield();
    }
    return true;
}

}  // namespace

TEST_CASE("a call that ends in time brings its answer and its lines", "[com][deadline]") {
    Calls calls;
    const Asked asked = calls.run(kLong, [](BoundedCall& call) {
        call.note("a line");
        CHECK(call.begin());
        call.finish(answer(7));
    });
    REQUIRE(asked.answer);
    CHECK(asked.answer->request_id == 7);
    CHECK(calls.log == std::vector<std::string>{"a line"});
    CHECK(calls.cancelled.empty());
}

TEST_CASE("an activation that failed never begins, and says why", "[com][deadline]") {
    Calls calls;
    const Asked asked = calls.run(kLong, [](BoundedCall& call) {
        call.finish({.answer = fail(kServerUnavailable, "activate")});
    });
    REQUIRE_FALSE(asked.answer);
    CHECK(asked.answer.error().code == kServerUnavailable);
    CHECK_FALSE(asked.may_have_acted);
}

TEST_CASE("an activation that overruns is left behind and sends no request any more",
          "[com][deadline][W7]") {
    Gate gate;
    auto begun = std::make_shared<std::atomic<int>>(0);
    Calls calls;
    const Asked asked =
        calls.run({.activation = 1ms, .call = 60s, .grace = 1ms}, hanging_activation(gate, begun));
    REQUIRE_FALSE(asked.answer);
    CHECK(asked.answer.error().code == kTimeout);
    CHECK(asked.answer.error().context ==
          "activate on ca1.corp.example.test: no answer within 1 ms");
    CHECK_FALSE(asked.may_have_acted);
    CHECK(calls.cancelled.empty());  // COM cancels no activation
    CHECK(calls.log == std::vector<std::string>{
                           "a call to ca1.corp.example.test does not end; its thread is left "
                           "behind, number 1 of at most 2"});

    gate.promise.set_value();
    CHECK(eventually([&] { return begun.use_count() == 1; }));
    CHECK(*begun == 0);
}

TEST_CASE("a call that overruns is cancelled on its own thread", "[com][deadline][W7]") {
    Gate gate;
    Calls calls;
    calls.when_cancelled = [&] { gate.promise.set_value(); };
    DWORD thread = 0;
    const Asked asked =
        calls.run({.activation = 60s, .call = 1ms, .grace = 60s}, [&](BoundedCall& call) {
            thread = ::GetCurrentThreadId();
            call.begin();
            gate.open.wait();
            call.finish({.answer = fail(kCallFailed, "cancelled"), .may_have_acted = true});
        });
    REQUIRE_FALSE(asked.answer);
    CHECK(asked.answer.error().code == kTimeout);
    CHECK(asked.answer.error().context ==
          "call the object on ca1.corp.example.test: no answer within 1 ms");
    CHECK(asked.may_have_acted);
    CHECK(calls.cancelled == std::vector<DWORD>{thread});
    CHECK(calls.log.empty());  // nothing is left behind
}

TEST_CASE("what comes while a call is being cancelled still counts", "[com][deadline]") {
    Gate gate;
    Calls calls;
    calls.when_cancelled = [&] { gate.promise.set_value(); };
    const Limits limits{.activation = 60s, .call = 1ms, .grace = 60s};
    SECTION("an answer is an answer") {
        const Asked asked = calls.run(limits, hanging_call(gate, answer(7)));
        REQUIRE(asked.answer);
        CHECK(asked.answer->request_id == 7);
    }
    SECTION("the word that nothing ran leaves the way to another CA open") {
        const Asked asked =
            calls.run(limits, hanging_call(gate, {.answer = fail(kServerUnavailable, "gone")}));
        REQUIRE_FALSE(asked.answer);
        CHECK(asked.answer.error().code == kServerUnavailable);
        CHECK_FALSE(asked.may_have_acted);
    }
}

TEST_CASE("a host with as many hanging calls as there may be is asked no more", "[com][deadline]") {
    Gate gate;
    Calls calls;
    const Limits limits{.activation = 60s, .call = 1ms, .grace = 1ms};
    const BoundedCall::Work quick = [](BoundedCall& call) { call.finish(answer(1)); };
    for (int hanging = 0; hanging < 2; ++hanging) {
        const Asked asked = calls.run(limits, hanging_call(gate, answer(7)));
        CHECK(asked.may_have_acted);
    }
    const Asked refused = calls.run(kLong, [](BoundedCall&) { FAIL("asked"); });
    REQUIRE_FALSE(refused.answer);
    CHECK(refused.answer.error().code == kServerUnavailable);
    CHECK(refused.answer.error().context == "2 earlier calls to ca1.corp.example.test still hang");
    CHECK_FALSE(refused.answer.error().remedy.empty());
    CHECK_FALSE(refused.may_have_acted);
    // Another host is another matter.
    CHECK(calls.run(kLong, quick, "ca2.corp.example.test").answer);

    gate.promise.set_value();
    CHECK(eventually([&] { return calls.run(kLong, quick).answer.has_value(); }));
}

TEST_CASE("a stop ends the wait for an activation, and no request goes out any more",
          "[com][deadline]") {
    Gate gate;
    auto begun = std::make_shared<std::atomic<int>>(0);
    std::stop_source stop;
    Calls calls;
    Limits limits = kLong;
    limits.stop = stop.get_token();
    const Asked asked = calls.run(limits, [&, open = gate.open, begun](BoundedCall& call) {
        stop.request_stop();
        open.wait();
        *begun += call.begin() ? 1 : 0;
        call.finish(answer(7));
    });
    REQUIRE_FALSE(asked.answer);
    CHECK(asked.answer.error().code == kOperationAborted);
    CHECK(asked.answer.error().context ==
          "activate on ca1.corp.example.test: stopped while it waited");
    CHECK_FALSE(asked.may_have_acted);
    CHECK(calls.cancelled.empty());
    gate.promise.set_value();
    CHECK(eventually([&] { return begun.use_count() == 1; }));
    CHECK(*begun == 0);
}

TEST_CASE("a stop ends the wait for an answer, and what went out may have been done",
          "[com][deadline][W7]") {
    Gate gate;
    std::stop_source stop;
    Calls calls;
    calls.when_cancelled = [&] { gate.promise.set_value(); };
    Limits limits = kLong;
    limits.stop = stop.get_token();
    const Asked asked = calls.run(limits, [&](BoundedCall& call) {
        call.begin();
        stop.request_stop();
        gate.open.wait();
        CHECK(call.finish({.answer = fail(kCallFailed, "cancelled"), .may_have_acted = true}));
    });
    REQUIRE_FALSE(asked.answer);
    CHECK(asked.answer.error().code == kOperationAborted);
    CHECK(asked.answer.error().context ==
          "call the object on ca1.corp.example.test: stopped while it waited");
    CHECK(asked.may_have_acted);
    CHECK(calls.cancelled.size() == 1);
}

TEST_CASE("an answer that comes soon after a stop is taken", "[com][deadline][W7]") {
    std::stop_source stop;
    Calls calls;
    Limits limits = kLong;
    limits.stop = stop.get_token();
    limits.after_stop = std::chrono::seconds(30);
    const Asked asked = calls.run(limits, [&](BoundedCall& call) {
        call.begin();
        stop.request_stop();
        CHECK(call.finish(answer(7)));
    });
    REQUIRE(asked.answer);
    CHECK(asked.answer->request_id == 7);
    CHECK(calls.cancelled.empty());
}

TEST_CASE("after a stop nothing is started", "[com][deadline]") {
    std::stop_source stop;
    stop.request_stop();
    Calls calls;
    Limits limits = kLong;
    limits.stop = stop.get_token();
    const Asked asked = calls.run(limits, [](BoundedCall&) { FAIL("asked"); });
    REQUIRE_FALSE(asked.answer);
    CHECK(asked.answer.error().code == kOperationAborted);
    CHECK_FALSE(asked.may_have_acted);
}

TEST_CASE("an answer for which nobody waits is not taken", "[com][deadline]") {
    Gate gate;
    auto taken = std::make_shared<std::atomic<int>>(-1);
    Calls calls;
    calls.run({.activation = 60s, .call = 1ms, .grace = 1ms},
              [open = gate.open, taken](BoundedCall& call) {
                  call.begin();
                  open.wait();
                  *taken = call.finish(answer(7)) ? 1 : 0;
              });
    gate.promise.set_value();
    CHECK(eventually([&] { return taken.use_count() == 1; }));
    CHECK(*taken == 0);
}

TEST_CASE("a call may outlive the transport that made it", "[com][deadline]") {
    Gate gate;
    auto begun = std::make_shared<std::atomic<int>>(0);
    std::weak_ptr<std::atomic<int>> alive = begun;
    {
        Calls calls;
        calls.run({.activation = 1ms, .call = 60s, .grace = 1ms},
                  hanging_activation(gate, std::move(begun)));
    }
    CHECK_FALSE(alive.expired());
    gate.promise.set_value();
    CHECK(eventually([&] { return alive.expired(); }));
}
