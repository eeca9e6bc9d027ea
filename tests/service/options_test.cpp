#include "service/cli/options.h"

#include <string>
#include <vector>

#include <catch2/catch.hpp>

using namespace ae::service;
using ae::engine::Scope;
using ae::engine::Trigger;
namespace engine = ae::engine;

namespace {

Command parse(std::vector<std::string> words) {
    words.insert(words.begin(), "aeclient");
    return parse_command_line(words);
}

}  // namespace

TEST_CASE("pulse asks the service of the machine and waits", "[options]") {
    const auto command = std::get<PulseCommand>(parse({"pulse"}));
    CHECK_FALSE(command.foreground);
    CHECK_FALSE(command.worker);
    CHECK_FALSE(command.interactive);
    CHECK(command.wait);
    CHECK(command.trigger == Trigger::manual);
    CHECK(command.sources.scope == Scope::machine);
}

TEST_CASE("pulse of the user, without waiting", "[options]") {
    const auto command = std::get<PulseCommand>(parse({"pulse", "--user", "--no-wait", "--force"}));
    CHECK_FALSE(command.wait);
    CHECK(command.sources.force);
    CHECK(command.sources.scope == Scope::user);
}

TEST_CASE("what only a pulse in this process can obey is not taken for the service's",
          "[options]") {
    for (const char* option :
         {"--keytab", "--ccache", "--state-dir", "--policy-dir", "--as-member"}) {
        INFO(option);
        CHECK(std::get<ExitNow>(parse({"pulse", option, "x"})).code == 64);
    }
    CHECK(std::get<ExitNow>(parse({"pulse", "--foreground", "--no-wait"})).code == 64);
}

TEST_CASE("the service's own pulses name their trigger", "[options]") {
    const auto command = std::get<PulseCommand>(parse(
        {"pulse", "--foreground", "--worker", "--trigger", "policy refresh", "--interactive"}));
    CHECK(command.worker);
    CHECK(command.interactive);
    CHECK(command.trigger == Trigger::policy_refresh);
    CHECK(std::get<ExitNow>(parse({"pulse", "--foreground", "--trigger", "whim"})).code == 64);
}

TEST_CASE("enroll --interactive is a pulse of the user on this terminal", "[options]") {
    const auto command = std::get<PulseCommand>(parse({"enroll", "--interactive"}));
    CHECK(command.foreground);
    CHECK(command.interactive);
    CHECK(command.trigger == Trigger::interactive);
    CHECK(command.sources.scope == Scope::user);
    CHECK(std::get<ExitNow>(parse({"enroll"})).code == 64);
}

TEST_CASE("an errand goes to the service where one listens", "[options][M1]") {
    const auto enroll = std::get<PulseCommand>(parse({"enroll", "CorpVpn", "--ca", "h\\n"}));
    CHECK(enroll.errand == engine::Errand{.kind = engine::Errand::Kind::enroll,
                                          .template_name = "CorpVpn",
                                          .ca = "h\\n"});
    CHECK_FALSE(enroll.foreground);
    CHECK(enroll.or_here);
    CHECK_FALSE(enroll.interactive);
    // As rule R-UI5 tells a user without a desktop.
    const auto own = std::get<PulseCommand>(parse({"enroll", "--interactive", "CorpSign"}));
    CHECK(own.sources.scope == Scope::user);
    CHECK(own.errand.kind == engine::Errand::Kind::enroll);
    CHECK(std::get<PulseCommand>(parse({"enroll", "--interactive", "--force", "CorpSign"}))
              .sources.force);
    const auto retrieve = std::get<PulseCommand>(parse({"retrieve", "17", "--user"}));
    CHECK(retrieve.errand ==
          engine::Errand{.kind = engine::Errand::Kind::retrieve, .request_id = 17});
    CHECK(retrieve.sources.scope == Scope::user);
    const auto renew = std::get<PulseCommand>(parse({"renew", "12ab", "--force", "--foreground"}));
    CHECK(renew.errand ==
          engine::Errand{.kind = engine::Errand::Kind::renew, .thumbprint = "12ab"});
    CHECK(renew.sources.force);
    CHECK(renew.foreground);
    for (const std::vector<std::string>& wrong :
         std::vector<std::vector<std::string>>{{"retrieve"},
                                               {"retrieve", "x"},
                                               {"retrieve", "-1"},
                                               {"retrieve", "4294967296"},
                                               {"retrieve", "17", "--force"},
                                               {"renew"},
                                               {"enroll", "--interactive", "--force"},
                                               {"enroll", "--ca", "h\\n"},
                                               {"enroll", "CorpVpn", "Other"}}) {
        CHECK(std::get<ExitNow>(parse(wrong)).code == 64);
    }
}

TEST_CASE("the service's worker is told the errand as the runner writes it", "[options][M1]") {
    const auto parsed = [&](const std::string& what) {
        return std::get<PulseCommand>(parse({"pulse", "--foreground", "--worker", "--trigger",
                                             "manual", what, "--ca=-x\\y"}))
            .errand;
    };
    CHECK(parsed("--enroll=--user") == engine::Errand{.kind = engine::Errand::Kind::enroll,
                                                      .template_name = "--user",
                                                      .ca = "-x\\y"});
    CHECK(parsed("--retrieve=17") ==
          engine::Errand{.kind = engine::Errand::Kind::retrieve, .ca = "-x\\y", .request_id = 17});
    CHECK(parsed("--renew=12 ab") == engine::Errand{.kind = engine::Errand::Kind::renew,
                                                    .ca = "-x\\y",
                                                    .thumbprint = "12 ab"});
}

TEST_CASE("--machine has the service look, where it can", "[options][inspect]") {
    CHECK(std::get<DoctorCommand>(parse({"doctor", "--machine"})).sources.through_service);
    CHECK(std::get<WhoamiCommand>(parse({"whoami", "--machine"})).sources.through_service);
    CHECK(std::get<CaPingCommand>(parse({"ca-ping", "h\\n", "--machine"})).sources.through_service);
    CHECK_FALSE(std::get<PlanCommand>(parse({"plan"})).sources.through_service);
    for (const std::vector<std::string>& wrong :
         std::vector<std::vector<std::string>>{{"doctor", "--machine", "--user"},
                                               {"doctor", "--machine", "--from", "x"},
                                               {"plan", "--machine", "--force"},
                                               {"status", "--machine"},
                                               {"pulse", "--machine"}}) {
        CHECK(std::get<ExitNow>(parse(wrong)).code == 64);
    }
}

TEST_CASE("the service, its status and its events", "[options]") {
    CHECK(std::get<ServiceCommand>(parse({"service", "run"})).sources.scope == Scope::machine);
    CHECK(std::get<ServiceCommand>(parse({"service", "run", "--user"})).sources.scope ==
          Scope::user);
    CHECK(std::get<ExitNow>(parse({"service"})).code == 64);
    CHECK(std::get<StatusCommand>(parse({"status", "--json"})).output == Output::json);
    CHECK(std::get<StatusCommand>(parse({"status", "--user"})).sources.scope == Scope::user);
    const auto events = std::get<EventsCommand>(parse({"events", "--since", "8h", "--csv"}));
    CHECK(events.since == "8h");
    CHECK(events.output == Output::csv);
    CHECK(std::get<ExitNow>(parse({"events", "--csv", "--json"})).code == 64);
}

TEST_CASE("pulse --foreground has the documented defaults", "[options]") {
    const auto command = std::get<PulseCommand>(parse({"pulse", "--foreground"}));
    CHECK(command.output == Output::text);
    CHECK(command.foreground);
    CHECK(command.sources.keytab.empty());
    CHECK(command.sources.ticket_cache.empty());
    CHECK(command.sources.state_dir.empty());
    CHECK(command.sources.policy_dir == "/etc/aeclient/policy.d");
}

TEST_CASE("what is the same everywhere is taken by pulse", "[options]") {
    const auto command =
        std::get<PulseCommand>(parse({"pulse", "--foreground", "--json", "-v", "--force"}));
    CHECK(command.sources.force);
    CHECK(command.output == Output::json);
    CHECK(command.sources.verbose);
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
    CHECK(std::get<ExitNow>(parse({"pulse", "--foreground", "--nonsense"})).code == 64);
    CHECK(std::get<ExitNow>(parse({"enrol"})).code == 64);
}

TEST_CASE("key-test takes a provider's name, or lists all", "[options]") {
    CHECK(std::get<KeyTestCommand>(parse({"key-test"})).provider.empty());
    const auto named = std::get<KeyTestCommand>(parse({"key-test", "Acme Provider", "--json"}));
    CHECK(named.provider == "Acme Provider");
    CHECK(named.output == Output::json);
    CHECK(named.sources.scope == Scope::machine);
    CHECK(std::get<ExitNow>(parse({"key-test", "a", "b"})).code == 64);
}
