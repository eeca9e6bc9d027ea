#include "ca-client/rpc/bounded_work.h"

#include <future>
#include <thread>
#include <vector>

#include <catch2/catch.hpp>

using namespace ae;
using namespace ae::ca;

namespace {

constexpr std::chrono::milliseconds kSoon{20};
constexpr std::chrono::seconds kLong{60};

Bound within(std::chrono::milliseconds time, std::stop_token stop = {}) {
    return {deadline_in(time), std::move(stop)};
}

// Work that waits for a word; given at the latest when this goes out of scope.
class Blocked {
  public:
    ~Blocked() { word_.set_value(); }
    std::function<void()> work() {
        return [until = until_] { until.wait(); };
    }

  private:
    std::promise<void> word_{};
    std::shared_future<void> until_ = word_.get_future().share();
};

}  // namespace

TEST_CASE("work that ends in time brings its result or its error home", "[bounded]") {
    const auto seven = bounded<int>("count", within(kLong), [] { return Result<int>(7); });
    CHECK(seven.value() == 7);
    const auto refused = bounded<int>("count", within(kLong),
                                      []() -> Result<int> { return fail(kAccessDenied, "no"); });
    CHECK(refused.error().code == kAccessDenied);
    CHECK(refused.error().context == "no");
}

TEST_CASE("work that overruns its time is left behind", "[bounded][deadline]") {
    Blocked blocked;
    const auto late = run_bounded("resolve ca1.corp.example.test", within(kSoon), blocked.work());
    REQUIRE_FALSE(late);
    CHECK(late.error().code == kTimeout);
    CHECK(late.error().context == "resolve ca1.corp.example.test: no answer in time");
    CHECK_FALSE(late.error().remedy.empty());
}

TEST_CASE("a stop ends the wait", "[bounded][stop]") {
    Blocked blocked;
    std::stop_source stop;
    const auto begun = std::make_shared<std::promise<void>>();  // the work owns what it uses
    std::thread stopper([&stop, has_begun = begun->get_future()] {
        has_begun.wait();
        stop.request_stop();
    });
    const auto stopped =
        run_bounded("resolve", within(kLong, stop.get_token()), [begun, work = blocked.work()] {
            begun->set_value();
            work();
        });
    stopper.join();
    REQUIRE_FALSE(stopped);
    CHECK(stopped.error().code == kOperationAborted);
    CHECK(stopped.error().context == "resolve: stopped on request");

    bool ran = false;
    CHECK_FALSE(run_bounded("resolve", within(kLong, stop.get_token()), [&ran] { ran = true; }));
    CHECK_FALSE(ran);
}

TEST_CASE("no more than eight are left behind at a time", "[bounded]") {
    const auto refused = [](const Done& one) { return !one && one.error().code == kBusy; };
    {
        std::vector<Blocked> blocked(kMostLeftBehind + 1);
        int left = 0;  // those of the tests above may still be about to end
        while (left <= kMostLeftBehind &&
               !refused(run_bounded("resolve", within(kSoon),
                                    blocked[static_cast<std::size_t>(left)].work()))) {
            ++left;
        }
        CHECK(left > 0);
        CHECK(left <= kMostLeftBehind);
    }
    // Free again once they ended; that a thread takes its time is no failure.
    const auto give_up = deadline_in(kLong);
    Done free_again = fail(kBusy, "");
    while (refused(free_again) && std::chrono::steady_clock::now() < give_up) {
        std::this_thread::yield();
        free_again = run_bounded("resolve", within(kLong), [] {});
    }
    CHECK(free_again);
}
