// What no client can do, however slow, broken or hostile it is: each case ends with an honest one
// that is served.
#include "tests/service/control/control_hostile.h"

using namespace ae;
using namespace ae::service;
using namespace ae::service::test;

TEST_CASE("what is no request is refused in one line, and that is all", "[control]") {
    HostileWorld world;
    const std::string with_nul = std::string(R"({"version":1,"verb":"status"})") + '\0' + "\n";
    for (const std::string& garbage :
         {std::string("GET / HTTP/1.1\r\n\r\n"), std::string("\n"), std::string(1, '\0') + "\n",
          with_nul, std::string("\xff\xfe\x00\n", 4), std::string(kLargestRequest, '[') + "\n",
          std::string(R"({"version":2,"verb":"status"})") + "\n",
          std::string(R"({"version":1,"verb":"stop"})") + "\n"}) {
        RawClient client = world.client();
        client.send(garbage);
        CHECK(client.refusal().code == kInvalidData);
        CHECK(client.rest().empty());
    }
    CHECK(world.service.on_loop([&] { return world.service.host.asked.empty(); }));
}

TEST_CASE("a line without end is cut off at its limit", "[control]") {
    HostileWorld world;
    RawClient client = world.client();
    client.send(std::string(kLargestRequest + 1, ' '));
    const Error refusal = client.refusal();
    CHECK(refusal.code == kInvalidData);
    CHECK_THAT(refusal.context, Catch::Contains("4096"));
    CHECK(client.rest().empty());

    RawClient flood = world.client();
    CHECK_FALSE(flood.send(std::string(std::size_t{4} * 1024 * 1024, 'x')));
    CHECK(flood.refusal().code == kInvalidData);
}

TEST_CASE("a request may come octet by octet", "[control]") {
    HostileWorld world;
    RawClient client = world.client();
    for (const char c : line_of(ControlRequest(StatusAsk{}))) {
        REQUIRE(client.send({&c, 1}));
        world.service.on_loop([] {});  // so that the service reads it alone
    }
    CHECK(is_status(client.line()));
}

TEST_CASE("a request that does not come in time is refused", "[control]") {
    HostileWorld world(impatient());
    SECTION("not an octet") {
        RawClient client = world.client();
        CHECK(client.refusal().code == kTimeout);
        CHECK(client.rest().empty());
    }
    SECTION("a part") {
        RawClient client = world.client();
        REQUIRE(client.send("{\"version\":1,"));
        CHECK(client.refusal().code == kTimeout);
        CHECK(client.rest().empty());
    }
    SECTION("and nothing after that is obeyed") {
        RawClient client = world.client();
        CHECK(client.refusal().code == kTimeout);
        client.send(PulseAsk{});
        CHECK(world.service.on_loop([&] { return world.service.host.asked.empty(); }));
    }
}

TEST_CASE("the time for a request does not end a client that waits", "[control]") {
    HostileWorld world(impatient());
    RawClient client = world.waiting();
    RawClient timer = world.client();  // begins later, ends when that time is over
    CHECK(timer.refusal().code == kTimeout);
    world.service.finish({4, {}, {}});
    CHECK(client.line() + '\n' == line_of(ControlAnswer(RunResult{4, {}, {}})));
}

TEST_CASE("a client that goes away is let go at once", "[control]") {
    HostileWorld world;
    RawClient client = world.waiting();
    SECTION("closed") { client.close(); }
    SECTION("with something unread") {
        world.service.tell(engine::Step{});
        client.close();
    }
    SECTION("with something unread at our side") {
        REQUIRE(client.send("more"));
        client.close();
    }
    CHECK(world.let_go());
}

TEST_CASE("to tell somebody who has gone is harmless", "[control]") {
    HostileWorld world;
    RawClient client = world.waiting();
    world.service.on_loop([&] {
        const auto listener = world.service.host.listeners[0].lock();
        client.close();
        for (int i = 0; i < 1000; ++i) {
            listener->tell(some_steps());  // EPIPE
        }
        listener->finish();
        listener->finish();
        listener->tell(some_steps());
    });
    CHECK(world.let_go());
}

TEST_CASE("a client that comes and goes without a word is nothing", "[control]") {
    HostileWorld world;
    for (int i = 0; i < 50; ++i) {
        world.client().close();
        RawClient half = world.client();
        half.send("{");
        half.close();
    }
    CHECK(world.service.on_loop([&] { return world.service.host.asked.empty(); }));
}

TEST_CASE("what comes after the request is not read", "[control]") {
    HostileWorld world;
    RawClient client = world.client();
    REQUIRE(
        client.send(line_of(ControlRequest(StatusAsk{})) + line_of(ControlRequest(PulseAsk{}))));
    CHECK(is_status(client.line()));
    CHECK(client.rest().empty());
    CHECK(world.service.on_loop([&] { return world.service.host.asked.empty(); }));
}

TEST_CASE("a client that never reads is cut off when too much has piled up", "[control]") {
    ControlLimits limits;
    limits.backlog = std::size_t{1024} * 1024;
    HostileWorld world(limits);
    RawClient client = world.waiting();
    std::size_t told = 0;
    while (world.service.on_loop([&] {
        const auto listener = world.service.host.listeners[0].lock();
        if (listener) {
            listener->tell(some_steps());
        }
        return listener != nullptr;
    })) {
        told += some_steps().size();
        REQUIRE(told < 4 * limits.backlog);
    }
    CHECK(told > limits.backlog);
    CHECK(client.rest().size() < told);
}

TEST_CASE("a client that does not read its last answer does not stay for ever", "[control]") {
    HostileWorld world(impatient());
    RawClient client = world.waiting();
    world.service.finish({0, std::string(std::size_t{2} * 1024 * 1024, 'x'), {}});
    CHECK(world.let_go());
}

TEST_CASE("a bug behind one request costs that client only", "[control]") {
    HostileWorld world;
    world.service.on_loop([&] { world.service.host.broken = true; });
    RawClient client = world.client();
    REQUIRE(client.send(StatusAsk{}));
    CHECK(client.rest().empty());
    world.service.on_loop([&] { world.service.host.broken = false; });
}

TEST_CASE("one client more than there may be is told so, and the next has room again",
          "[control]") {
    ControlLimits limits;
    limits.of_one = limits.of_administrator = 3;
    HostileWorld world(limits);
    std::vector<RawClient> clients;
    for (int i = 0; i < 3; ++i) {
        clients.push_back(world.waiting());
    }
    RawClient rejected = world.client();
    CHECK(rejected.refusal().code == kBusy);
    CHECK(rejected.rest().empty());
    const auto status = ask_status(world.service.address);
    REQUIRE_FALSE(status);
    CHECK(status.error().code == kBusy);
    clients.clear();
    CHECK(world.service.eventually([&] { return world.service.host.listeners[2].expired(); }));
    CHECK(world.let_go());
}

TEST_CASE("hundreds of connections leave no descriptor behind", "[control]") {
    HostileWorld world;
    const std::size_t before = open_descriptors();
    for (int i = 0; i < kRounds; ++i) {
        RawClient client = world.client();
        client.send(StatusAsk{});
        CHECK(is_status(client.line()));
        world.client().send("garbage\n");
        world.client().send("{");
        world.client().send(PulseAsk{});
    }
    CHECK(world.service.eventually([&] { return open_descriptors() == before; }));
}
