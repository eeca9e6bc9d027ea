// Commands that look, beside the runs: bounded in number and time, told to one client each.
#include "service/host/inspector.h"

#include <csignal>

#include "runner_world.h"

namespace ae::service {

namespace {

struct Looking {
    explicit Looking(const std::string& script, std::chrono::milliseconds longest = 1min)
        : script_world(script),
          inspector(script_world.loop, {.worker_program = script_world.program,
                                        .places = {"--state-dir", "/s"},
                                        .longest = longest}) {}
    std::shared_ptr<Client> ask(const InspectAsk& asked = {.command = Inspection::plan}) {
        auto client = std::make_shared<Client>();
        REQUIRE(inspector.ask(asked, client));
        return client;
    }
    [[nodiscard]] bool ends(const std::shared_ptr<Client>& client) {
        return script_world.runs_until([&] { return client->finished == 1; });
    }

    World script_world;
    Inspector inspector;
};

}  // namespace

TEST_CASE("a look is our own program, told to relay", "[host][inspect]") {
    Looking world("result");
    const auto client = world.ask({.command = Inspection::ca_ping, .ca = "c\\d", .json = true});
    REQUIRE(world.ends(client));
    CHECK(client->lines == std::vector<std::string>{result_line()});
    CHECK(world.script_world.calls() ==
          std::vector<std::string>{"relay|ca-ping|--state-dir|/s|--json|--|c\\d|"});
}

TEST_CASE("one that ends without a word is a crash", "[host][inspect]") {
    Looking world("exit 3");
    const auto client = world.ask();
    REQUIRE(world.ends(client));
    CHECK(client->refusal().code == kUnexpected);
}

TEST_CASE("one that takes too long is ended", "[host][inspect]") {
    Looking world("await", 50ms);
    const auto client = world.ask();
    REQUIRE(world.ends(client));
    CHECK(client->refusal().code == kTimeout);
}

TEST_CASE("some at a time, and no more; an end makes room", "[host][inspect]") {
    Looking world("await; result");
    std::vector<std::shared_ptr<Client>> clients;
    for (std::size_t i = 0; i < kMostInspections; ++i) {
        clients.push_back(world.ask());
    }
    const auto refused = world.inspector.ask({.command = Inspection::plan}, {});
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == kBusy);
    world.script_world.go();
    REQUIRE(world.script_world.runs_until([&] {
        return std::ranges::any_of(clients, [](const auto& one) { return one->finished == 1; });
    }));
    run_ready(world.script_world.loop);
    world.ask();
}

TEST_CASE("a client that went away costs nothing", "[host][inspect]") {
    Looking world("await; result");
    world.ask().reset();
    world.script_world.go();
    run_ready(world.script_world.loop);
    const auto client = world.ask();
    world.script_world.go();
    REQUIRE(world.ends(client));
}

TEST_CASE("clients that hang up hold no place, and their processes end", "[host][inspect]") {
    Looking world("await");
    const auto all_hang_up = [&] {
        std::vector<std::shared_ptr<Client>> clients;
        for (std::size_t i = 0; i < kMostInspections; ++i) {
            clients.push_back(world.ask());
        }
    };
    all_hang_up();
    all_hang_up();  // their places are free at once
    // But not without end: those that are ending are as many.
    CHECK_FALSE(world.inspector.ask({.command = Inspection::plan}, {}));
    // Nobody says "go": only because they were asked to stop do they end.
    std::shared_ptr<Client> next = std::make_shared<Client>();
    CHECK(world.script_world.runs_until(
        [&] { return world.inspector.ask({.command = Inspection::plan}, next).has_value(); }));
}

TEST_CASE("a client that hangs up ends its process, though nobody else asks", "[host][inspect]") {
    Looking world("echo $$ >new && mv new pid; await");
    const auto file = world.script_world.folder / "pid";
    auto client = world.ask();
    REQUIRE(world.script_world.runs_until([&] { return std::filesystem::exists(file); }));
    const pid_t process = std::stoi(text_of(file));
    CHECK(::kill(process, 0) == 0);
    client.reset();
    CHECK(world.script_world.runs_until([&] { return ::kill(process, 0) != 0; }));
}

TEST_CASE("the service ends: looks end with it", "[host][inspect]") {
    Looking world("await");
    const auto client = world.ask();
    world.inspector.stop();
    CHECK(client->refusal().code == kServiceNotActive);
    CHECK(client->finished == 1);
    CHECK_FALSE(world.inspector.ask({.command = Inspection::plan}, {}));
}

}  // namespace ae::service
