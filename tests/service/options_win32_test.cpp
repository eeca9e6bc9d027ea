#include "service/cli/options.h"

#include <catch2/catch.hpp>

using namespace ae::service;

namespace {

Command parse(std::vector<std::string> words) {
    words.insert(words.begin(), "aeclient");
    return parse_command_line(words);
}

}  // namespace

TEST_CASE("a file may say who the machine is, to a command in this process", "[options]") {
    CHECK(std::get<PulseCommand>(parse({"pulse", "--foreground", "--as-member", "x"}))
              .sources.as_member == "x");
    CHECK(std::get<PlanCommand>(parse({"plan", "--as-member", "x"})).sources.as_member == "x");
    CHECK(std::get<CaptureCommand>(parse({"capture", "--as-member", "x", "c"})).file == "c");
    CHECK(std::get<SelftestCommand>(parse({"selftest", "--as-member", "x"})).sources.as_member ==
          "x");
}

TEST_CASE("the service, its workers and users take nobody's word for it", "[options]") {
    for (const auto& line : {std::vector<std::string>{"pulse", "--as-member", "x"},
                             {"pulse", "--foreground", "--worker", "--as-member", "x"},
                             {"service", "run", "--as-member", "x"},
                             {"enroll", "--interactive", "--as-member", "x"},
                             {"plan", "--from", "c", "--as-member", "x"}}) {
        INFO(line.front() + ' ' + line[1]);
        CHECK(std::get<ExitNow>(parse(line)).code == 64);
    }
}

TEST_CASE("the registry and the known folders have no option", "[options]") {
    for (const char* option : {"--keytab", "--ccache", "--state-dir", "--policy-dir"}) {
        INFO(option);
        CHECK(std::get<ExitNow>(parse({"pulse", "--foreground", option, "x"})).code == 64);
    }
}
