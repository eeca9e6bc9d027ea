// Client and server together: what an honest client gets.
#include "tests/service/control/control_world.h"

using namespace ae;
using namespace ae::service;
using namespace ae::service::test;

namespace {

struct World {
    explicit World(const ControlLimits& limits = {}) : service(place.address(), limits) {}
    Place place{};
    Service service;
};

using Answer = std::future<Result<RunResult>>;

// The client blocks, so it has a thread of its own.
Answer pulse(const World& world, const PulseAsk& ask, std::vector<std::string>& heard) {
    return std::async(std::launch::async, [&world, ask, &heard] {
        return ask_pulse(world.service.address, ask,
                         [&](const ControlAnswer& answer) { heard.push_back(line_of(answer)); });
    });
}

}  // namespace

TEST_CASE("whoever asks for the status gets it", "[control]") {
    const World world;
    const auto status = ask_status(world.service.address);
    REQUIRE(status);
    CHECK(status->process == 71);
    CHECK(status->state == "idle");
}

SCENARIO("a client waits for its run and sees it go on", "[control]") {
    World world;
    std::vector<std::string> heard;
    Answer answer = pulse(world, {.force = true, .interactive = true}, heard);
    REQUIRE(world.service.eventually_asked(1));
    CHECK(world.service.on_loop([&] { return world.service.host.asked[0]; }) ==
          PulseAsk{.force = true, .wait = true, .interactive = true});

    const ControlAnswer step = engine::Step{engine::StepKind::enroll, "CorpMachine", "ca1\\CA"};
    const ControlAnswer event = EventLine{"information", "CertEnroll", 19, "It came."};
    world.service.tell(step);
    world.service.tell(event);
    world.service.finish({2, "one failed\n", "{}\n"});

    const auto result = answer.get();
    REQUIRE(result);
    CHECK(result->exit_code == 2);
    CHECK(result->text == "one failed\n");
    CHECK(result->report == "{}\n");
    CHECK(heard == std::vector{line_of(ControlAnswer(Accepted{})), line_of(step), line_of(event)});
    CHECK(world.service.eventually([&] { return world.service.host.listeners[0].expired(); }));
}

TEST_CASE("the service looks for a client, and all that it printed arrives", "[control][inspect]") {
    World world;
    const InspectAsk ask{.command = Inspection::doctor, .template_name = "CorpMachine"};
    auto answer =
        std::async(std::launch::async, [&] { return ask_inspection(world.service.address, ask); });
    REQUIRE(
        world.service.eventually([&] { return world.service.host.inspected == std::vector{ask}; }));
    world.service.finish({.exit_code = 2, .text = "KEY1\n", .complaint = "aeclient: \x1b[2Jx\n"});
    const auto result = answer.get();
    REQUIRE(result);
    CHECK(result->exit_code == 2);
    CHECK(result->text == "KEY1\n");
    CHECK(result->complaint == "aeclient: \\x1b[2Jx\n");
}

SCENARIO("a client that does not wait is told that it was heard, and nobody waits", "[control]") {
    World world;
    world.service.host.answer = Accepted{.merged = true};
    std::vector<std::string> heard;
    const auto result = pulse(world, {.wait = false}, heard).get();
    REQUIRE(result);
    CHECK(result->exit_code == 0);
    CHECK(heard == std::vector{line_of(ControlAnswer(Accepted{true}))});
    CHECK(world.service.on_loop([&] { return world.service.host.listeners[0].expired(); }));
}

TEST_CASE("a run that cannot be is refused with its reason", "[control]") {
    World world;
    world.service.host.answer = fail(kBusy, "the service is stopping", "Start it again");
    std::vector<std::string> heard;
    const auto result = pulse(world, {}, heard).get();
    REQUIRE_FALSE(result);
    CHECK(result.error().code == kBusy);
    CHECK(result.error().context == "the service is stopping");
    CHECK(result.error().remedy == "Start it again");
    CHECK(heard.empty());
    CHECK(world.service.eventually([&] { return world.service.host.listeners[0].expired(); }));
}

TEST_CASE("what is told while the run is accepted comes after the acceptance", "[control]") {
    World world;
    const std::string step = line_of(ControlAnswer(engine::Step{}));
    world.service.host.told_at_once = {step};
    RawClient client(world.service.address.path);
    REQUIRE(client.send(PulseAsk{}));
    CHECK(client.line() + '\n' == line_of(ControlAnswer(Accepted{})));
    CHECK(client.line() + '\n' == step);
}

TEST_CASE("a result of the largest size arrives whole", "[control]") {
    World world;
    std::vector<std::string> heard;
    Answer answer = pulse(world, {}, heard);
    REQUIRE(world.service.eventually_asked(1));
    RunResult large;
    large.report.assign(kLargestAnswer - line_of(ControlAnswer(large)).size(), 'x');
    world.service.finish(large);
    const auto result = answer.get();
    REQUIRE(result);
    CHECK(result->report.size() == large.report.size());
}

TEST_CASE("a hundred clients at once are all answered", "[control]") {
    World world;
    if (!is_administrator()) {
        WARN("only administrators may have so many");
        return;
    }
    std::vector<RawClient> clients;
    for (int i = 0; i < 100; ++i) {
        clients.emplace_back(world.service.address.path);
    }
    for (RawClient& client : clients) {
        REQUIRE(client.send(StatusAsk{}));
    }
    for (RawClient& client : clients) {
        CHECK(is_status(client.line()));
        CHECK(client.rest().empty());
    }
}

TEST_CASE("many wait for one run, and each gets its end", "[control]") {
    World world;
    std::vector<RawClient> clients;
    for (std::size_t i = 0; i < kMostClientsOfOne; ++i) {
        clients.emplace_back(world.service.address.path);
        REQUIRE(clients.back().send(PulseAsk{}));
    }
    REQUIRE(world.service.eventually_asked(clients.size()));
    for (std::size_t i = 0; i < clients.size(); ++i) {
        world.service.finish({3, "end\n", {}}, i);
        CHECK(clients[i].line() + '\n' == line_of(ControlAnswer(Accepted{})));
        CHECK(clients[i].line() + '\n' == line_of(ControlAnswer(RunResult{3, "end\n", {}})));
        CHECK(clients[i].rest().empty());
    }
}

SCENARIO("the service stops while somebody waits", "[control]") {
    World world;
    std::vector<std::string> heard;
    Answer answer = pulse(world, {}, heard);
    REQUIRE(world.service.eventually_asked(1));
    world.service.stop();
    const auto result = answer.get();
    REQUIRE_FALSE(result);
    CHECK(result.error().code == kOperationAborted);
    CHECK(result.error().context == "the service ended before the run did");
    // Let go by the loop, in its own time.
    CHECK(world.service.eventually([&] { return world.service.host.listeners[0].expired(); }));
    CHECK(ask_status(world.service.address).error().code == kServiceNotActive);
}

TEST_CASE("an idle service has nothing to wake up for", "[control]") {
    const Place place;
    boost::asio::io_context loop{1};
    FakeHost host;
    const auto server = listen_for_control(loop, place.address(), host);
    REQUIRE(server);
    CHECK(loop.run_for(std::chrono::milliseconds(30)) == 0);
    RawClient client(place.address().path);
    REQUIRE(client.send(StatusAsk{}));
    loop.run_for(std::chrono::milliseconds(30));
    CHECK(is_status(client.line()));
    CHECK(loop.run_for(std::chrono::milliseconds(30)) == 0);
}
