// What a client makes of services that are absent, broken or not what they seem.
#include "tests/service/control/control_world.h"

using namespace ae;
using namespace ae::service;
using namespace ae::service::test;

namespace {

constexpr std::chrono::milliseconds kSoon{50};

// Takes one client, reads its request, says what it was given, and closes.
class Impostor {
  public:
    Impostor(const std::string& path, std::string says)
        : server_(path), thread_([this, words = std::move(says)] {
              RawClient peer(server_.accept());
              heard_ = peer.line();
              peer.send(words);
          }) {}
    Impostor(const Impostor&) = delete;
    Impostor& operator=(const Impostor&) = delete;
    Impostor(Impostor&&) = delete;
    Impostor& operator=(Impostor&&) = delete;
    ~Impostor() {
        thread_.join();
        CHECK_FALSE(heard_.empty());
    }

  private:
    RawServer server_;
    std::string heard_{};
    std::thread thread_;
};

struct World {
    Place place{};
    ControlAddress address = place.address();

    Error status_after(const std::string& words) {
        const Impostor impostor(address.path, words);
        const auto status = ask_status(address);
        return status ? Error{} : status.error();
    }
    Result<RunResult> pulse_after(const std::string& words) {
        const Impostor impostor(address.path, words);
        auto result = ask_pulse(address, {}, [](const ControlAnswer&) {});
        return result;
    }
};

const std::string kAccepted = line_of(ControlAnswer(Accepted{}));

}  // namespace

TEST_CASE("where nobody listens the client says how to start the service", "[control]") {
    const Place place;
    ControlAddress address = place.address();
    for (const auto scope : {engine::Scope::machine, engine::Scope::user}) {
        address.scope = scope;
        const auto status = ask_status(address);
        REQUIRE_FALSE(status);
        CHECK(value_of(status.error().code) == 0x80070426);
        CHECK(status.error().remedy == start_remedy(address));
        const auto pulse = ask_pulse(address, {}, [](const ControlAnswer&) {});
        REQUIRE_FALSE(pulse);
        CHECK(value_of(pulse.error().code) == 0x80070426);
    }
}

TEST_CASE("a service that says nothing is not waited for", "[control]") {
    World world;
    const RawServer server(world.address.path);
    const auto status = ask_status(world.address, kSoon);
    REQUIRE_FALSE(status);
    CHECK(status.error().code == kTimeout);
    const auto pulse = ask_pulse(
        world.address, {}, [](const ControlAnswer&) {}, kSoon);
    REQUIRE_FALSE(pulse);
    CHECK(pulse.error().code == kTimeout);
}

TEST_CASE("a service that goes away before its answer", "[control]") {
    World world;
    for (const std::string& words : {std::string(), std::string("{\"version\":1,")}) {
        const Error problem = world.status_after(words);
        CHECK(problem.code == kOperationAborted);
        CHECK(problem.context == "the service ended before it answered");
    }
    const auto pulse = world.pulse_after(kAccepted + line_of(ControlAnswer(engine::Step{})));
    REQUIRE_FALSE(pulse);
    CHECK(pulse.error().code == kOperationAborted);
    CHECK(pulse.error().context == "the service ended before the run did");
}

TEST_CASE("an answer that is not understood is an error", "[control]") {
    World world;
    CHECK(world.status_after("HTTP/1.1 400 Bad Request\r\n").code == kInvalidData);
    CHECK(world.status_after(std::string(1, '\0') + "\n").code == kInvalidData);
    CHECK(world.status_after("{\"version\":2,\"answer\":\"status\"}\n").code == kInvalidData);
    CHECK(world.status_after(std::string(kLargestAnswer + 1, ' ')).code == kInvalidData);
    CHECK(world.status_after(kAccepted).code == kInvalidData);
}

TEST_CASE("answers out of turn are errors", "[control]") {
    World world;
    const std::string status = line_of(ControlAnswer(HostStatus{.state = "idle"}));
    for (const std::string& words : {status, line_of(ControlAnswer(RunResult{})),
                                     line_of(ControlAnswer(engine::Step{})), kAccepted + status}) {
        const auto pulse = world.pulse_after(words);
        REQUIRE_FALSE(pulse);
        CHECK(pulse.error().code == kInvalidData);
    }
}

TEST_CASE("what a later version says more does not disturb", "[control]") {
    World world;
    const std::string more = "{\"version\":1,\"answer\":\"weather\"}\n";
    const auto pulse = world.pulse_after(more + kAccepted + more +
                                         line_of(ControlAnswer(RunResult{9, "end\n", {}})));
    REQUIRE(pulse);
    CHECK(pulse->exit_code == 9);
}

TEST_CASE("a refusal in the middle of a run is its end", "[control]") {
    World world;
    const auto pulse = world.pulse_after(
        kAccepted + line_of(ControlAnswer(Refused{{kBusy, "no\x1b[2J", "Wait"}})));
    REQUIRE_FALSE(pulse);
    CHECK(pulse.error().code == kBusy);
    CHECK(pulse.error().context == "no\\x1b[2J");
}
