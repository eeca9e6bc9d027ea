// The wish to end, as the SCM's handler has it: from another thread, at any time.
#include "service/host/stop_request_win32.h"
#include "service/host/watches.h"

#include <thread>

#include "loop_support.h"
#include <catch2/catch.hpp>

namespace ae::service {

TEST_CASE("a wish to stop reaches the loop, every one of them", "[host][stop]") {
    Loop loop;
    int wishes = 0;
    const auto watch = watch_stop_signals(loop, [&] { ++wishes; });
    std::thread(request_stop).join();
    CHECK(wishes == 0);  // not from inside the call
    CHECK(run_until(loop, [&] { return wishes == 1; }));
    request_stop();
    CHECK(run_until(loop, [&] { return wishes == 2; }));
}

TEST_CASE("a wish that comes too early is heard later, once", "[host][stop]") {
    request_stop();
    request_stop();
    Loop loop;
    int wishes = 0;
    {
        const auto watch = watch_stop_signals(loop, [&] { ++wishes; });
        CHECK(run_until(loop, [&] { return wishes == 1; }));
    }
    const auto again = watch_stop_signals(loop, [&] { ++wishes; });
    run_for(loop, 20ms);
    CHECK(wishes == 1);
}

TEST_CASE("who watches for the wish may go when it comes", "[host][stop]") {
    Loop loop;
    int wishes = 0;
    std::unique_ptr<Watch> watch;
    watch = watch_stop_signals(loop, [&] {
        ++wishes;
        watch.reset();
    });
    request_stop();
    request_stop();
    CHECK(run_until(loop, [&] { return wishes == 1; }));
    run_for(loop, 20ms);
    CHECK(wishes == 1);
}

TEST_CASE("the loop stays while somebody watches, and ends after that", "[host][stop]") {
    Loop loop;
    std::unique_ptr<Watch> watch;
    watch = watch_stop_signals(loop, [&] { watch.reset(); });
    std::thread another([] { request_stop(); });
    loop.run();
    another.join();
    CHECK_FALSE(watch);
}

}  // namespace ae::service
