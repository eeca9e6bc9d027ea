// What no client can do, however slow, broken or hostile it is: each case ends with an honest one
// that is served.
#include "tests/service/control/control_world.h"

#include <sys/resource.h>

using namespace ae;
using namespace ae::service;
using namespace ae::service::test;

namespace {

ControlLimits impatient() {
    ControlLimits limits;
    limits.request_time = std::chrono::milliseconds(50);
    limits.farewell_time = std::chrono::milliseconds(50);
    return limits;
}

struct World {
    explicit World(const ControlLimits& limits = {})
        : service({folder / "control.sock", ::geteuid()}, limits) {}
    ~World() { CHECK(ask_status(service.address)); }
    World(const World&) = delete;
    World& operator=(const World&) = delete;
    World(World&&) = delete;
    World& operator=(World&&) = delete;

    RawClient client() { return RawClient(service.address.path); }
    // One that waits for a run.
    RawClient waiting() {
        RawClient one = client();
        REQUIRE(one.send(PulseAsk{}));
        CHECK(one.line() + '\n' == line_of(ControlAnswer(Accepted{})));
        return one;
    }
    bool let_go() {
        return service.eventually([this] { return service.host.listeners.at(0).expired(); });
    }

    TempFolder folder{};
    Service service;
};

std::string some_steps() {
    return line_of(
        ControlAnswer(engine::Step{engine::StepKind::enroll, std::string(1000, 'x'), {}}));
}

}  // namespace

TEST_CASE("what is no request is refused in one line, and that is all", "[control]") {
    World world;
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
    World world;
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
    World world;
    RawClient client = world.client();
    for (const char c : line_of(ControlRequest(StatusAsk{}))) {
        REQUIRE(client.send({&c, 1}));
        world.service.on_loop([] {});  // so that the service reads it alone
    }
    CHECK(is_status(client.line()));
}

TEST_CASE("a request that does not come in time is refused", "[control]") {
    World world(impatient());
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
    World world(impatient());
    RawClient client = world.waiting();
    RawClient timer = world.client();  // begins later, ends when that time is over
    CHECK(timer.refusal().code == kTimeout);
    world.service.finish({4, {}, {}});
    CHECK(client.line() + '\n' == line_of(ControlAnswer(RunResult{4, {}, {}})));
}

TEST_CASE("a client that ends its own half still gets its answer", "[control]") {
    World world;
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
    World world;
    RawClient client = world.client();
    REQUIRE(client.send(R"({"version":1,"verb":"pulse"})"));
    client.end_own_half();
    CHECK(client.refusal().code == kInvalidData);
    CHECK(world.service.on_loop([&] { return world.service.host.asked.empty(); }));
}

TEST_CASE("a client that goes away is let go at once", "[control]") {
    World world;
    RawClient client = world.waiting();
    SECTION("closed") { client.close(); }
    SECTION("half first, then wholly") {
        client.end_own_half();
        world.service.on_loop([] {});
        client.close();
    }
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
    World world;
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
    World world;
    for (int i = 0; i < 50; ++i) {
        world.client().close();
        RawClient half = world.client();
        half.send("{");
        half.close();
    }
    CHECK(world.service.on_loop([&] { return world.service.host.asked.empty(); }));
}

TEST_CASE("what comes after the request is not read", "[control]") {
    World world;
    RawClient client = world.client();
    REQUIRE(
        client.send(line_of(ControlRequest(StatusAsk{})) + line_of(ControlRequest(PulseAsk{}))));
    CHECK(is_status(client.line()));
    CHECK(client.rest().empty());
    CHECK(world.service.on_loop([&] { return world.service.host.asked.empty(); }));

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

TEST_CASE("a client that never reads is cut off when too much has piled up", "[control]") {
    ControlLimits limits;
    limits.backlog = std::size_t{1024} * 1024;
    World world(limits);
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
    World world(impatient());
    RawClient client = world.waiting();
    world.service.finish({0, std::string(std::size_t{2} * 1024 * 1024, 'x'), {}});
    CHECK(world.let_go());
}

TEST_CASE("a client that sends urgent data does not make the service spin", "[control]") {
    World world;
    RawClient client = world.waiting();
    if (::send(client.descriptor(), "!", 1, MSG_OOB) != 1) {
        WARN("this kernel has none for local sockets");
        return;
    }
    CHECK(world.let_go());
    CHECK(client.rest().empty());
}

TEST_CASE("a bug behind one request costs that client only", "[control]") {
    World world;
    world.service.on_loop([&] { world.service.host.broken = true; });
    RawClient client = world.client();
    REQUIRE(client.send(StatusAsk{}));
    CHECK(client.rest().empty());
    world.service.on_loop([&] { world.service.host.broken = false; });
}

TEST_CASE("one client more than there may be is told so, and the next has room again",
          "[control]") {
    ControlLimits limits;
    limits.of_one = limits.of_root = 3;
    World world(limits);
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

TEST_CASE("a thousand connections leave no descriptor behind", "[control]") {
    World world;
    const std::size_t before = open_descriptors();
    for (int i = 0; i < 250; ++i) {
        RawClient client = world.client();
        client.send(StatusAsk{});
        CHECK(is_status(client.line()));
        world.client().send("garbage\n");
        world.client().send("{");
        world.client().send(PulseAsk{});
    }
    CHECK(world.service.eventually([&] { return open_descriptors() == before; }));
}

SCENARIO("no descriptor is free for the next client", "[control]") {
    const TempFolder folder;
    boost::asio::io_context loop{1};
    FakeHost host;
    ControlLimits limits;
    limits.accept_pause = std::chrono::milliseconds(20);
    const auto server =
        listen_for_control(loop, {folder / "control.sock", ::geteuid()}, host, limits);
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
