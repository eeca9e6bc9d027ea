// What clients can do to a socket that they cannot do to a pipe.
#include "tests/service/control/control_hostile.h"

#include <sys/resource.h>

using namespace ae;
using namespace ae::service;
using namespace ae::service::test;

TEST_CASE("a client that ends its own half still gets its answer", "[control]") {
    HostileWorld world;
    RawClient asks = world.client();
    REQUIRE(asks.send(StatusAsk{}));
    asks.end_own_half();
    CHECK(is_status(asks.line()));

    RawClient waits = world.waiting();
    waits.end_own_half();
    world.service.tell(engine::Step{});
    CHECK(waits.line() + '\n' == line_of(ControlAnswer(engine::Step{})));
    world.service.finish({5, {}, {}});
    CHECK(waits.line() + '\n' == line_of(ControlAnswer(RunResult{5, {}, {}})));
}

TEST_CASE("a request that ends without its line feed is not obeyed", "[control]") {
    HostileWorld world;
    RawClient client = world.client();
    REQUIRE(client.send(R"({"version":1,"verb":"pulse"})"));
    client.end_own_half();
    CHECK(client.refusal().code == kInvalidData);
    CHECK(world.service.on_loop([&] { return world.service.host.asked.empty(); }));
}

TEST_CASE("a client that ends one half and then the other is let go at once", "[control]") {
    HostileWorld world;
    RawClient client = world.waiting();
    client.end_own_half();
    world.service.on_loop([] {});
    client.close();
    CHECK(world.let_go());
}

TEST_CASE("a client that waits may say what it likes, nobody reads it", "[control]") {
    HostileWorld world;
    // The kernel's buffer is its bound; nothing grows in the service.
    RawClient chatters = world.waiting();
    std::size_t sent = 0;
    const std::string chatter(4096, 'x');
    while (::send(chatters.descriptor(), chatter.data(), chatter.size(),
                  MSG_DONTWAIT | MSG_NOSIGNAL) > 0) {
        sent += chatter.size();
        REQUIRE(sent < kLargestAnswer);
    }
    world.service.finish({6, {}, {}});
    CHECK(chatters.line() + '\n' == line_of(ControlAnswer(RunResult{6, {}, {}})));
}

TEST_CASE("a client that sends urgent data does not make the service spin", "[control]") {
    HostileWorld world;
    RawClient client = world.waiting();
    if (::send(client.descriptor(), "!", 1, MSG_OOB) != 1) {
        WARN("this kernel has none for local sockets");
        return;
    }
    CHECK(world.let_go());
    CHECK(client.rest().empty());
}

SCENARIO("no descriptor is free for the next client", "[control]") {
    const TempFolder folder;
    boost::asio::io_context loop{1};
    FakeHost host;
    ControlLimits limits;
    limits.accept_pause = std::chrono::milliseconds(20);
    const auto server =
        listen_for_control(loop, {folder / "control.sock", own_account()}, host, limits);
    REQUIRE(server);
    RawClient client;
    rlimit before{};
    REQUIRE(::getrlimit(RLIMIT_NOFILE, &before) == 0);
    const rlimit none{static_cast<rlim_t>(client.descriptor()) + 1, before.rlim_max};

    REQUIRE(::setrlimit(RLIMIT_NOFILE, &none) == 0);
    const bool connected = client.connect(folder / "control.sock");
    const bool sent = client.send(StatusAsk{});
    const std::size_t woken = loop.run_for(std::chrono::milliseconds(100));
    REQUIRE(::setrlimit(RLIMIT_NOFILE, &before) == 0);

    REQUIRE((connected && sent));
    CHECK(woken > 1);
    CHECK(woken < 20);
    THEN("it is served once there is one again") {
        loop.run_for(std::chrono::milliseconds(100));
        CHECK(is_status(client.line()));
    }
}
