#include "service/options.h"

#include <vector>

#include <catch2/catch.hpp>

using namespace ae::service;

namespace {

Command parse(std::vector<const char*> words) {
    words.insert(words.begin(), "aeclient");
    return parse_command_line(static_cast<int>(words.size()), words.data());
}

}  // namespace

TEST_CASE("pulse --foreground has the documented defaults", "[options]") {
    const auto command = std::get<PulseCommand>(parse({"pulse", "--foreground"}));
    CHECK(command.output == Output::text);
    CHECK(command.sources.keytab.empty());
    CHECK(command.sources.ticket_cache.empty());
    CHECK(command.sources.state_dir == "/var/lib/aeclient");
    CHECK(command.sources.policy_dir == "/etc/aeclient/policy.d");
}

TEST_CASE("every option of pulse is taken", "[options]") {
    const auto command = std::get<PulseCommand>(
        parse({"pulse", "--foreground", "--json", "-v", "--keytab", "/k", "--ccache", "FILE:/c",
               "--state-dir", "/s", "--policy-dir", "/p", "--force"}));
    CHECK(command.sources.force);
    CHECK(command.output == Output::json);
    CHECK(command.sources.verbose);
    CHECK(command.sources.keytab == "/k");
    CHECK(command.sources.ticket_cache == "FILE:/c");
    CHECK(command.sources.state_dir == "/s");
    CHECK(command.sources.policy_dir == "/p");
}

TEST_CASE("plan looks at this machine or decides from a capture, not both", "[options]") {
    CHECK(std::get<PlanCommand>(parse({"plan"})).from.empty());
    const auto replay = std::get<PlanCommand>(parse({"plan", "--from", "a.capture", "--json"}));
    CHECK(replay.from == "a.capture");
    CHECK(replay.output == Output::json);
    CHECK(std::get<ExitNow>(parse({"plan", "--from", ""})).code == 64);
    CHECK(std::get<ExitNow>(parse({"plan", "--from", "a", "--state-dir", "/s"})).code == 64);
}

TEST_CASE("capture needs a file", "[options]") {
    CHECK(std::get<CaptureCommand>(parse({"capture", "a.capture"})).file == "a.capture");
    CHECK(std::get<ExitNow>(parse({"capture"})).code == 64);
}

TEST_CASE("a wrong command line ends with 64, help with 0", "[options]") {
    CHECK(std::get<ExitNow>(parse({"--help"})).code == 0);
    CHECK(std::get<ExitNow>(parse({"--version"})).code == 0);
    CHECK(std::get<ExitNow>(parse({})).code == 64);
    CHECK(std::get<ExitNow>(parse({"pulse"})).code == 64);
    CHECK(std::get<ExitNow>(parse({"pulse", "--foreground", "--nonsense"})).code == 64);
    CHECK(std::get<ExitNow>(parse({"enrol"})).code == 64);
}
