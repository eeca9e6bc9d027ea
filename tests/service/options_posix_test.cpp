#include "service/cli/options.h"

#include <catch2/catch.hpp>

using namespace ae::service;

namespace {

Command parse(std::vector<std::string> words) {
    words.insert(words.begin(), "aeclient");
    return parse_command_line(words);
}

}  // namespace

TEST_CASE("where files are and who the machine is can be said", "[options]") {
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

TEST_CASE("no file says who a machine is here", "[options]") {
    CHECK(std::get<ExitNow>(parse({"pulse", "--foreground", "--as-member", "x"})).code == 64);
}
