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
    CHECK(command.keytab.empty());
    CHECK(command.ticket_cache.empty());
    CHECK(command.state_dir == "/var/lib/aeclient");
    CHECK(command.policy_dir == "/etc/aeclient/policy.d");
}

TEST_CASE("every option of pulse is taken", "[options]") {
    const auto command = std::get<PulseCommand>(
        parse({"pulse", "--foreground", "--json", "-v", "--keytab", "/k", "--ccache", "FILE:/c",
               "--state-dir", "/s", "--policy-dir", "/p"}));
    CHECK(command.output == Output::json);
    CHECK(command.verbose);
    CHECK(command.keytab == "/k");
    CHECK(command.ticket_cache == "FILE:/c");
    CHECK(command.state_dir == "/s");
    CHECK(command.policy_dir == "/p");
}

TEST_CASE("a wrong command line ends with 64, help with 0", "[options]") {
    CHECK(std::get<ExitNow>(parse({"--help"})).code == 0);
    CHECK(std::get<ExitNow>(parse({"--version"})).code == 0);
    CHECK(std::get<ExitNow>(parse({})).code == 64);
    CHECK(std::get<ExitNow>(parse({"pulse"})).code == 64);
    CHECK(std::get<ExitNow>(parse({"pulse", "--foreground", "--nonsense"})).code == 64);
    CHECK(std::get<ExitNow>(parse({"enrol"})).code == 64);
}
