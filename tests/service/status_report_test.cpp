#include "tests/service/status_fixture.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

namespace ae::service {
namespace {

using namespace test;
using namespace std::chrono_literals;
using Json = nlohmann::json;

// Something in every part.
ContextStatus busy() {
    ContextStatus status = healthy();
    HeldStatus foreign = held_for("", kNow + 30 * kDay);
    foreign.thumbprint = kOtherThumbprint;
    foreign.renewal_begins.reset();
    foreign.key = engine::KeyState::unknown;
    status.held.insert(status.held.begin(), foreign);
    status.pending = {request_since(kNow - 76h)};
    status.cas = {{kCa1, 3, kNow - 1h, {"template CorpWeb: denied once"}}, {kCa2, 1, {}, {}}};
    status.record.needs_user = {"CorpSign"};
    return status;
}

std::string line_with(const std::string& text, const std::string& part) {
    const auto at = text.find(part);
    REQUIRE(at != std::string::npos);
    const auto begin = part.starts_with('\n') ? at + 1 : text.rfind('\n', at) + 1;
    return text.substr(begin, text.find('\n', begin) - begin);
}

}  // namespace

TEST_CASE("a healthy machine's status reads like this", "[status][text]") {
    CHECK(status_as_text(healthy()) ==
          R"(machine: healthy

policy    AEPolicy 7: enroll for what is missing, renew and remove revoked, fetch pending requests
          from /etc/aeclient/policy.d/10-autoenrollment.reg
service   idle; process 4711, up since 2026-11-20T10:00:00Z
last run  done, 31 m ago; timer, started 2026-11-21T11:28:56Z, took 4 s
          read from dc1.corp.example.test
replica   as of 31 m ago from dc1.corp.example.test: 12 templates, 1 CA
next run  in 7 h 29 m, 2026-11-21T19:29:00Z; timer

CERTIFICATE  TEMPLATE     EXPIRES               LEFT   RENEWAL BEGINS        KEY     SUBJECT
a9993e36     CorpMachine  2027-05-22T12:00:00Z  182 d  2027-04-10T12:00:00Z  usable  CN=ws1.corp.example.test
)");
}

TEST_CASE("the state and its reasons come first", "[status][text]") {
    ContextStatus status = busy();
    status.host.reset();
    const std::string text = status_as_text(status);
    CHECK_THAT(text, Catch::StartsWith("machine: not running\n  - The service does not run, "));
    const HealthReport health = health_of(status);
    CHECK(health.reasons.size() == 5);
    for (const std::string& reason : health.reasons) {
        CHECK_THAT(text, Catch::Contains("\n  - " + reason + "\n"));
    }
    CHECK(line_with(text, "\nservice ") == "service   does not run");
    CHECK(line_with(text, "next run") == "next run  none by itself");
}

TEST_CASE("the user's status says whose it is", "[status][text]") {
    ContextStatus status = healthy();
    status.scope = engine::Scope::user;
    CHECK_THAT(status_as_text(status), Catch::StartsWith("user: healthy\n"));
}

TEST_CASE("what AEPolicy means is said in words", "[status][text][A1][A2]") {
    struct Case {
        std::optional<std::uint32_t> bits;
        const char* words;
    };
    for (const Case& one : {
             Case{{}, "AEPolicy is not set: nothing is enrolled or renewed"},
             Case{0, "AEPolicy 0: nothing is enrolled or renewed"},
             Case{0x8007, "AEPolicy 0x8007: nothing is enrolled or renewed"},
             Case{1,
                  "AEPolicy 1: enroll for what is missing; not: renew and remove revoked, fetch "
                  "pending requests"},
             Case{6,
                  "AEPolicy 6: renew and remove revoked, fetch pending requests; not: enroll "
                  "for what is missing"},
         }) {
        ContextStatus status = healthy();
        status.policy.bits = one.bits;
        status.record.policy_bits = one.bits;
        CHECK(line_with(status_as_text(status), "policy  ") ==
              "policy    " + std::string(one.words));
    }
}

TEST_CASE("a policy that cannot be read, or was another one, is said", "[status][text]") {
    ContextStatus status = healthy();
    status.record.policy_bits = 3;
    CHECK_THAT(status_as_text(status), Catch::Contains("another one then: AEPolicy 3\n"));
    status.record.policy_bits.reset();
    CHECK_THAT(status_as_text(status), Catch::Contains("another one then: no AEPolicy\n"));
    status.policy_problem = "10.reg line 3: AEPolicy is REG_SZ";
    CHECK(line_with(status_as_text(status), "policy  ") ==
          "policy    unreadable: 10.reg line 3: AEPolicy is REG_SZ");
    CHECK_THAT(status_as_text(status), !Catch::Contains("another one then"));
}

TEST_CASE("the host that runs a pulse says which", "[status][text]") {
    ContextStatus status = healthy();
    status.host->state = "running";
    status.host->running_trigger = "policy refresh";
    status.host->follow_up = true;
    status.host->next.reset();
    const std::string text = status_as_text(status);
    CHECK_THAT(line_with(text, "\nservice "),
               Catch::StartsWith("service   running (policy refresh), one more run follows; "));
    CHECK(line_with(text, "next run") == "next run  known when this one has ended");
}

TEST_CASE("a host that cannot be asked is neither running nor stopped", "[status][text]") {
    ContextStatus status = healthy();
    status.host.reset();
    status.host_problem = "ask: ERROR_TIMEOUT (0x800705B4)";
    const std::string text = status_as_text(status);
    CHECK(line_with(text, "\nservice ") == "service   unknown: ask: ERROR_TIMEOUT (0x800705B4)");
    CHECK(line_with(text, "next run") == "next run  unknown");
}

TEST_CASE("the next run counts down to now", "[status][text]") {
    ContextStatus status = healthy();
    status.host->next = engine::DueRun{kNow + 1s, engine::Trigger::retry};
    CHECK(line_with(status_as_text(status), "next run") ==
          "next run  in 1 s, 2026-11-21T12:00:01Z; retry");
    status.host->next->at = kNow;
    CHECK(line_with(status_as_text(status), "next run") ==
          "next run  now, 2026-11-21T12:00:00Z; retry");
}

TEST_CASE("the last run's failures are listed, and a clock that was set back is noticed",
          "[status][text]") {
    ContextStatus status = healthy();
    status.record.last->outcome = engine::Outcome::failed;
    status.record.failures = {"no CA", "no disk"};
    std::string text = status_as_text(status);
    CHECK_THAT(line_with(text, "last run  "), Catch::StartsWith("last run  failed, 31 m ago"));
    CHECK_THAT(text, Catch::Contains("\n          failed: no CA\n          failed: no disk\n"));
    status.record.last->ended = kNow + 2h;
    CHECK_THAT(status_as_text(status), Catch::Contains("2 h ahead: was the clock set back?"));
    status.record.last.reset();
    CHECK(line_with(status_as_text(status), "last run  ") == "last run  none has ended yet");
    status.record_problem = "run.json: its version is not 1";
    CHECK(line_with(status_as_text(status), "last run  ") ==
          "last run  unknown: run.json: its version is not 1");
}

TEST_CASE("the replica's age is said, also when there is none", "[status][text][json][K3]") {
    ContextStatus status = healthy();
    status.replica->source.read = kNow - 3h;
    status.replica->templates = 1;
    CHECK(line_with(status_as_text(status), "replica ") ==
          "replica   as of 3 h ago from dc1.corp.example.test: 1 template, 1 CA");
    const Json json = Json::parse(status_as_json(status))["replica"];
    CHECK(json == Json{{"as_of", "2026-11-21T09:00:00Z"},
                       {"age_seconds", 3 * 60 * 60},
                       {"domain_controller", "dc1.corp.example.test"},
                       {"invocation_id", "0e10c968-78fb-11d2-90d4-00c04f79dc55"},
                       {"templates", 1},
                       {"cas", 1}});
    status.replica.reset();
    CHECK(line_with(status_as_text(status), "replica ") ==
          "replica   none yet: no run has read the whole of it");
    CHECK(Json::parse(status_as_json(status))["replica"].is_null());
}

TEST_CASE("managed certificates stand before foreign ones", "[status][text]") {
    const std::string text = status_as_text(busy());
    CHECK(text.find("a9993e36     CorpMachine") < text.find("84983e44     - "));
    CHECK_THAT(line_with(text, "84983e44"), Catch::Contains("30 d") && Catch::Contains("unknown"));
    ContextStatus status = healthy();
    status.held = {held_for("CorpMachine", kNow - 1s)};
    CHECK_THAT(line_with(status_as_text(status), "a9993e36     "), Catch::Contains("  expired  "));
    status.held[0].expires = kNow;
    CHECK_THAT(line_with(status_as_text(status), "a9993e36     "), Catch::Contains("  0 s  "));
    status.held.clear();
    CHECK_THAT(status_as_text(status), Catch::EndsWith("\nno certificates\n"));
}

TEST_CASE("requests and CAs have tables when there is something to say", "[status][text]") {
    const std::string text = status_as_text(busy());
    CHECK(line_with(text, "12      ") ==
          "12               CorpWeb   2026-11-18T08:00:00Z  3 d 4 h  " + kCa1);
    CHECK(line_with(text, kCa1 + "  3") ==
          kCa1 +
              "  3             silent since 2026-11-21T11:00:00Z; template CorpWeb: denied once");
    CHECK(line_with(text, kCa2 + "  1") == kCa2 + "  1             -");
    ContextStatus lost = busy();
    lost.pending[0].request_id.reset();
    CHECK_THAT(status_as_text(lost), Catch::Contains("\nanswer unknown "));
    lost.pending[0].ca.clear();
    CHECK_THAT(status_as_text(lost), Catch::Contains("\nnot sent "));
    const std::string calm = status_as_text(healthy());
    CHECK_THAT(calm, !Catch::Contains("PENDING REQUEST") && !Catch::Contains("FAILED CALLS"));
}

TEST_CASE("no foreign name can steer the terminal", "[status][text]") {
    ContextStatus status = busy();
    const std::string evil = "\x1b[31m\r\n\xff";
    status.policy.source = status.record.controller = status.held[0].template_name = evil;
    status.replica->source.controller = status.replica->source.invocation_id = evil;
    status.held[0].subject = status.pending[0].ca = status.pending[0].template_name = evil;
    status.cas[0].ca = status.cas[0].refusals[0] = status.host->state = evil;
    status.record.failures = {evil};
    status.host_problem = status.record.needs_user[0] = evil;
    const std::string text = status_as_text(status);
    CHECK(std::ranges::none_of(text, [](char c) { return c >= 0 && c < ' ' && c != '\n'; }));
    CHECK(std::ranges::none_of(text, [](char c) { return c == '\xff'; }));
    // One more failure, and one more certificate that is managed and expires soon.
    CHECK(std::ranges::count(text, '\n') == std::ranges::count(status_as_text(busy()), '\n') + 2);
}

TEST_CASE("the JSON object has these members, with or without content", "[status][json]") {
    const std::vector<std::string> members = {
        "schema",     "context",  "time",         "state",    "exit_code",
        "reasons",    "policy",   "service",      "last_run", "last_run_problem",
        "replica",    "next_run", "certificates", "pending",  "cas",
        "needs_user", "counters", "warnings"};
    for (const ContextStatus& status : {busy(), ContextStatus{}}) {
        const Json json = Json::parse(status_as_json(status));
        CHECK(json.size() == members.size());
        for (const std::string& name : members) {
            CAPTURE(name);
            CHECK(json.contains(name));
        }
        CHECK(json["schema"] == 1);
    }
}

TEST_CASE("the JSON object says what the text says", "[status][json]") {
    const Json json = Json::parse(status_as_json(busy()));
    CHECK(json["context"] == "machine");
    CHECK(json["time"] == "2026-11-21T12:00:00Z");
    CHECK(json["state"] == "attention");
    CHECK(json["exit_code"] == 1);
    CHECK(json["reasons"].size() == 4);
    CHECK(json["policy"] == Json({{"bits", 7},
                                  {"source", "/etc/aeclient/policy.d/10-autoenrollment.reg"},
                                  {"enroll", true},
                                  {"manage", true},
                                  {"pending", true},
                                  {"problem", ""}}));
    CHECK(json["service"] == Json({{"state", "idle"},
                                   {"problem", ""},
                                   {"process", 4711},
                                   {"since", "2026-11-20T10:00:00Z"},
                                   {"running_trigger", ""},
                                   {"follow_up", false}}));
    CHECK(json["last_run"]["trigger"] == "timer");
    CHECK(json["last_run"]["outcome"] == "done");
    CHECK(json["last_run"]["started"] == "2026-11-21T11:28:56Z");
    CHECK(json["last_run"]["ended"] == "2026-11-21T11:29:00Z");
    CHECK(json["last_run"]["duration_seconds"] == 4);
    CHECK(json["last_run"]["policy_bits"] == 7);
    CHECK(json["last_run"]["at_risk"].is_null());
    CHECK(json["next_run"] == Json({{"time", "2026-11-21T19:29:00Z"}, {"trigger", "timer"}}));
    CHECK(json["certificates"][1] == Json({{"template", "CorpMachine"},
                                           {"thumbprint", kThumbprint},
                                           {"subject", "CN=ws1.corp.example.test"},
                                           {"not_before", "2026-05-22T12:00:00Z"},
                                           {"not_after", "2027-05-22T12:00:00Z"},
                                           {"renewal_begins", "2027-04-10T12:00:00Z"},
                                           {"key", "usable"}}));
    CHECK(json["certificates"][0]["renewal_begins"].is_null());
    CHECK(json["pending"][0] == Json({{"template", "CorpWeb"},
                                      {"ca", kCa1},
                                      {"request_id", 12},
                                      {"submitted", "2026-11-18T08:00:00Z"},
                                      {"age_seconds", 273600}}));
    CHECK(json["cas"][0]["silent_since"] == "2026-11-21T11:00:00Z");
    CHECK(json["cas"][1]["silent_since"].is_null());
    CHECK(json["counters"]["runs"]["unreachable"] == 3);
    CHECK(json["counters"]["enrolled"]["CorpMachine"] == 2);
}

TEST_CASE("what is not known is null in JSON", "[status][json]") {
    ContextStatus status = busy();
    status.host.reset();
    status.record = {};
    status.policy.bits.reset();
    status.pending[0].request_id.reset();
    const Json json = Json::parse(status_as_json(status));
    CHECK(json["service"] == Json({{"state", nullptr}, {"problem", ""}}));
    CHECK(json["last_run"].is_null());
    CHECK(json["next_run"].is_null());
    CHECK(json["policy"]["bits"].is_null());
    CHECK(json["pending"][0]["request_id"].is_null());
}

}  // namespace ae::service
