// The language of the control channel as docs/service.md describes it to others.
#include "service/control/control_protocol.h"

#include "engine/base/hresult_table.h"

#include <catch2/catch.hpp>

using namespace ae;
using namespace ae::service;
using engine::Errand;

namespace {

Time at(const char* text) { return time_from_string(text).value(); }

template <class Kind>
Kind answer(std::string_view line) {
    const auto parsed = answer_from_line(line);
    INFO(line);
    REQUIRE(parsed);
    REQUIRE(*parsed);
    REQUIRE(std::holds_alternative<Kind>(**parsed));
    return std::get<Kind>(**parsed);
}

std::string problem_of_request(std::string_view line) {
    const auto parsed = request_from_line(line);
    INFO(line);
    REQUIRE_FALSE(parsed);
    CHECK(parsed.error().code == kInvalidData);
    CHECK_FALSE(parsed.error().remedy.empty());
    return parsed.error().context;
}

std::string problem_of_answer(std::string_view line) {
    const auto parsed = answer_from_line(line);
    INFO(line);
    REQUIRE_FALSE(parsed);
    CHECK(parsed.error().code == kInvalidData);
    return parsed.error().context;
}

std::string padded_request(std::size_t size) {
    std::string line = R"({"version":1,"verb":"status"})";
    return line.insert(1, size - line.size(), ' ');
}

std::string result_with(std::string_view member) {
    return R"({"version":1,"answer":"result",)" + std::string(member) + "}";
}

}  // namespace

TEST_CASE("each request is one line of JSON", "[control]") {
    CHECK(line_of(ControlRequest(StatusAsk{})) == "{\"version\":1,\"verb\":\"status\"}\n");
    CHECK(
        line_of(ControlRequest(PulseAsk{.force = true})) ==
        "{\"version\":1,\"verb\":\"pulse\",\"force\":true,\"wait\":true,\"interactive\":false}\n");
}

TEST_CASE("each request reads back", "[control]") {
    for (const ControlRequest& request :
         {ControlRequest(StatusAsk{}), ControlRequest(PulseAsk{}),
          ControlRequest(PulseAsk{.force = true}), ControlRequest(PulseAsk{.wait = false}),
          ControlRequest(PulseAsk{.interactive = true}),
          ControlRequest(PulseAsk{
              .force = true,
    .errand = {.kind = Errand::Kind::enroll, .template_name = "Übung \"1\"", .ca = "ca1\\CA 1"}}),
          ControlRequest(
              PulseAsk{.errand = {.kind = Errand::Kind::retrieve, .request_id = 4294967295U}}),
          ControlRequest(PulseAsk{.errand = {.kind = Errand::Kind::renew, .thumbprint = "12:ab"}}),
          ControlRequest(InspectAsk{.command = Inspection::doctor,
          .template_name = "CorpMachine",
          .ca = "ca1\\CA 1",
          .live = true,
          .json = true}),
          ControlRequest(InspectAsk{.command = Inspection::explain, .what = "CertEnroll 13"}),
          ControlRequest(InspectAsk{.command = Inspection::ca_ping, .ca = "ca1\\CA 1"}),
          ControlRequest(InspectAsk{.command = Inspection::whoami, .groups = true}),
          ControlRequest(InspectAsk{.command = Inspection::templates, .all = true}),
          ControlRequest(InspectAsk{.command = Inspection::plan}),
          ControlRequest(InspectAsk{.command = Inspection::cas})}) {
        const auto read = request_from_line(line_of(request));
        REQUIRE(read);
        CHECK(*read == request);
    }
}

TEST_CASE("a pulse by hand needs only its verb", "[control]") {
    const auto read = request_from_line(R"( {"verb" : "pulse", "version" : 1} )");
    REQUIRE(read);
    CHECK(*read == ControlRequest(PulseAsk{}));
}

TEST_CASE("a request that is not wholly understood is not obeyed", "[control]") {
    struct Row {
        const char* line;
        const char* says;
    };
    for (const Row& row : {
             Row{"", "no JSON"},
             Row{"pulse", "no JSON"},
             Row{"[]", "no JSON object"},
             Row{"\"pulse\"", "no JSON object"},
             Row{"{}", "version is missing"},
             Row{R"({"verb":"status"})", "version is missing"},
             Row{R"({"version":2,"verb":"status"})", "version is 2, and only 1 is understood"},
             Row{R"({"version":0,"verb":"status"})", "version is 0"},
             Row{R"({"version":1.0,"verb":"status"})", "version is no whole number"},
             Row{R"({"version":-1,"verb":"status"})", "version is no whole number"},
             Row{R"({"version":"1","verb":"status"})", "version is no whole number"},
             Row{R"({"version":4294967297,"verb":"status"})", "version is larger than 32 bits"},
             Row{R"({"version":1})", "verb is missing"},
             Row{R"({"version":1,"verb":1})", "verb is no text"},
             Row{R"({"version":1,"verb":"Status"})", "verb is not known"},
             Row{R"({"version":1,"verb":"stop"})", "verb is not known"},
             Row{R"({"version":1,"verb":"status\u0000"})", "verb is not known"},
             Row{R"({"version":1,"verb":"status","force":true})", "member force is not known"},
             Row{R"({"version":1,"verb":"pulse","dry_run":true})", "member dry_run is not known"},
             Row{R"({"version":1,"verb":"pulse","\u001b[2J":1})", R"(member \x1b[2J is not known)"},
             Row{R"({"version":1,"verb":"pulse","force":1})", "force is no true or false"},
             Row{R"({"version":1,"verb":"pulse","force":"true"})", "force is no true or false"},
             Row{R"({"version":1,"verb":"pulse","force":false,"force":true})", "force stands"},
             Row{R"({"version":1,"verb":"pulse","enroll":null})", "enroll is null"},
             Row{R"({"version":1,"verb":"pulse","retrieve":null})", "retrieve is null"},
             Row{R"({"version":1,"verb":"pulse","renew":null})", "renew is null"},
             Row{R"({"version":1,"verb":"pulse","wait":null})", "wait is null"},
             Row{R"({"version":1,"verb":"inspect","command":"plan","ca":null})", "ca is null"},
             Row{R"({"version":1,"verb":"status"} {})", "no JSON"},
             Row{R"({"version":1,"verb":"status"},)", "no JSON"},
             Row{R"({"version":1,"verb":"status)", "no JSON"},
             Row{R"({"version":1,"verb":1e999})", "number that is too large"},
             Row{"{\"version\":1,\"verb\":\"status\",\"x\":\"\xff\"}", "no JSON"},
         }) {
        CHECK_THAT(problem_of_request(row.line), Catch::Contains(row.says));
    }
}

TEST_CASE("an errand names one thing, and its name is a name", "[control][M1]") {
    const auto pulse = [](const std::string& members) {
        return R"({"version":1,"verb":"pulse",)" + members + "}";
    };
    const auto named = [&](const std::string& name) { return pulse(R"("enroll":")" + name + '"'); };
    CHECK(request_from_line(named(std::string(512, 'x'))));
    struct Row {
        std::string line;
        const char* says;
    };
    for (const Row& row : {
             Row{named(std::string(513, 'x')), "enroll is longer than 512 octets"},
             Row{named(""), "enroll is empty"},
             Row{named("a\\nb"), "enroll holds what no name holds"},
             Row{named("a\\u001b[2Jb"), "enroll holds what no name holds"},
             Row{named("a\\u202eb"), "enroll holds what no name holds"},
             Row{pulse(R"("renew":"")"), "renew is empty"},
             Row{pulse(R"("retrieve":"17")"), "retrieve is no whole number"},
             Row{pulse(R"("retrieve":-1)"), "retrieve is no whole number"},
             Row{pulse(R"("retrieve":0)"), "retrieve is 0"},
             Row{pulse(R"("enroll":"A","renew":"ab")"), "verb asks for more than one thing"},
             Row{pulse(R"("enroll":"A","retrieve":1)"), "verb asks for more than one thing"},
             Row{pulse(R"("ca":"ca1\\CA")"), "ca belongs to enroll, retrieve or renew"},
             Row{pulse(R"("enroll":"A","ca":"a\u0007")"), "ca holds what no name holds"},
             Row{pulse(R"("enroll":"A","interactive":true)"), "interactive goes with a whole"},
             Row{pulse(R"("enroll":["A"])"), "enroll is no text"},
         }) {
        CHECK_THAT(problem_of_request(row.line), Catch::Contains(row.says));
    }
}

TEST_CASE("only what is on the list is looked at, with its own options", "[control][inspect]") {
    struct Row {
        const char* members;
        const char* says;
    };
    for (const Row& row : {
             Row{R"("json":true)", "command is missing"},
             Row{R"("command":"pulse")", "command is none that the service runs"},
             Row{R"("command":"policy")", "command is none that the service runs"},
             Row{R"("command":"relay")", "command is none that the service runs"},
             Row{R"("command":"--help")", "command is none that the service runs"},
             Row{R"("command":"capture","what":"/etc/shadow")", "none that the service runs"},
             Row{R"("command":"doctor","from":"/tmp/x")", "member from is not known"},
             Row{R"("command":"doctor","state_dir":"/tmp/x")", "member state_dir is not known"},
             Row{R"("command":"doctor","arguments":["--from=x"])", "member arguments is not known"},
             Row{R"("command":"doctor","groups":true)", "command has a member that it does not"},
             Row{R"("command":"plan","live":true)", "command has a member that it does not"},
             Row{R"("command":"whoami","all":true)", "command has a member that it does not"},
             Row{R"("command":"cas","template":"x")", "command has a member that it does not"},
             Row{R"("command":"cas","ca":"x")", "command has a member that it does not"},
             Row{R"("command":"cas","what":"x")", "command has a member that it does not"},
             Row{R"("command":"ca-ping")", "command lacks its CA"},
             Row{R"("command":"explain")", "command lacks what to explain"},
             Row{R"("command":"explain","what":"a\u0000b")", "what holds what no name holds"},
         }) {
        CHECK_THAT(problem_of_request(R"({"version":1,"verb":"inspect",)" +
                                      std::string(row.members) + "}"),
                   Catch::Contains(row.says));
    }
}

TEST_CASE("no value of a request passes for an option of the program", "[control][inspect]") {
    using Line = std::vector<std::string>;
    const Line places{"--state-dir", "/s"};
    CHECK(arguments_of({.command = Inspection::doctor,
                        .template_name = "--from=x",
                        .ca = "-v",
                        .live = true,
                        .json = true},
                       places) == Line{"doctor", "--state-dir", "/s", "--live", "--json",
                                       "--template=--from=x", "--ca=-v"});
    CHECK(arguments_of({.command = Inspection::ca_ping, .ca = "--help"}, places) ==
          Line{"ca-ping", "--state-dir", "/s", "--", "--help"});
    CHECK(arguments_of({.command = Inspection::explain, .what = "-2146877420"}, {}) ==
          Line{"explain", "--", "-2146877420"});
    CHECK(arguments_of({.command = Inspection::whoami, .groups = true}, {}) ==
          Line{"whoami", "--groups"});
    CHECK(arguments_of({.command = Inspection::templates, .ca = "c", .all = true}, {}) ==
          Line{"templates", "--all", "--ca=c"});
}

TEST_CASE("a NUL does not hide what follows it", "[control]") {
    std::string line = R"({"version":1,"verb":"status"})";
    line += '\0';
    CHECK_THAT(problem_of_request(line + "{}"), Catch::Contains("NUL"));
    CHECK_THAT(problem_of_request(line), Catch::Contains("NUL"));
}

TEST_CASE("a request is 4096 octets at most", "[control]") {
    CHECK(request_from_line(padded_request(kLargestRequest)));
    CHECK_THAT(problem_of_request(padded_request(kLargestRequest + 1)),
               Catch::Contains("larger than 4096 octets"));
}

TEST_CASE("depth costs nothing", "[control]") {
    CHECK_THAT(problem_of_request(std::string(kLargestRequest, '[')), Catch::Contains("too deep"));
    CHECK_THAT(problem_of_answer(std::string(kLargestAnswer, '[')), Catch::Contains("too deep"));
    std::string objects;
    while (objects.size() + 5 <= kLargestRequest) {
        objects += R"({"":)";
    }
    CHECK_THAT(problem_of_request(objects), Catch::Contains("too deep"));
}

TEST_CASE("brackets inside a text are no depth", "[control]") {
    const auto result =
        answer<RunResult>(result_with(R"("exit_code":0,"text":"\"[[[[[[[[[[[[[[[[[[[[[[[[\\")"));
    CHECK(result.text == "\"[[[[[[[[[[[[[[[[[[[[[[[[\\");
}

TEST_CASE("each answer is one line of JSON", "[control]") {
    CHECK(line_of(ControlAnswer(Accepted{true})) ==
          "{\"version\":1,\"answer\":\"accepted\",\"merged\":true}\n");
    CHECK(line_of(ControlAnswer(engine::Step{engine::StepKind::enroll, "CorpMachine",
                                             "ca1.corp.example.test\\Corp CA"})) ==
          "{\"version\":1,\"answer\":\"step\",\"step\":\"enroll\",\"template\":\"CorpMachine\","
          "\"ca\":\"ca1.corp.example.test\\\\Corp CA\"}\n");
    CHECK(line_of(ControlAnswer(EventLine{"warning", "CertEnroll", 13, "It\nfailed."})) ==
          "{\"version\":1,\"answer\":\"event\",\"level\":\"warning\",\"source\":\"CertEnroll\","
          "\"id\":13,\"text\":\"It\\nfailed.\"}\n");
    CHECK(line_of(ControlAnswer(RunResult{3, "failed\n", "{}\n"})) ==
          "{\"version\":1,\"answer\":\"result\",\"exit_code\":3,\"text\":\"failed\\n\","
          "\"report\":\"{}\\n\"}\n");
    CHECK(line_of(ControlAnswer(Refused{{kAccessDenied, "only root", "Be root"}})) ==
          "{\"version\":1,\"answer\":\"refused\",\"code\":\"0x80070005\","
          "\"context\":\"only root\",\"remedy\":\"Be root\"}\n");
    const HostStatus idle{
        .process = 71,
        .since = at("2026-11-21T04:00:00Z"),
        .state = "idle",
        .running_trigger = {},
        .next = engine::DueRun{at("2026-11-21T12:00:00Z"), engine::Trigger::timer},
        .follow_up = false};
    CHECK(line_of(ControlAnswer(idle)) ==
          "{\"version\":1,\"answer\":\"status\",\"process\":71,\"since\":\"2026-11-21T04:00:00Z\","
          "\"state\":\"idle\",\"running_trigger\":\"\",\"next_run\":\"2026-11-21T12:00:00Z\","
          "\"next_trigger\":\"timer\",\"follow_up\":false}\n");
}

TEST_CASE("each answer reads back", "[control]") {
    std::vector<ControlAnswer> answers{
        Accepted{},
        Accepted{true},
        EventLine{"error", "AutoEnrollment", 6, "Übung \"quoted\" \x1b"},
        RunResult{255, std::string("a\0b\n", 4), "{\n  \"x\": 1\n}\n"},
        Refused{{kBusy, "full", "Wait"}},
    };
    HostStatus running;
    running.process = 4294967295;
    running.since = at("2026-11-21T04:00:00Z");
    running.state = "running";
    running.running_trigger = "policy refresh";
    running.follow_up = true;
    answers.emplace_back(running);
    for (const auto kind :
         {engine::StepKind::policy, engine::StepKind::directory, engine::StepKind::stores,
          engine::StepKind::retrieve, engine::StepKind::enroll, engine::StepKind::renew,
          engine::StepKind::clean}) {
        answers.emplace_back(engine::Step{kind, "T", "host\\ca"});
    }
    for (const ControlAnswer& given : answers) {
        const std::string line = line_of(given);
        const auto read = answer_from_line(line);
        INFO(line);
        REQUIRE(read);
        REQUIRE(*read);
        CHECK((*read)->index() == given.index());
        CHECK(line_of(**read) == line);
        CHECK(line.find('\n') == line.size() - 1);
    }
}

TEST_CASE("what a later version says more is skipped", "[control]") {
    const auto parsed = answer_from_line(R"({"version":1,"answer":"weather","sun":[1,{"a":2}]})");
    REQUIRE(parsed);
    CHECK_FALSE(*parsed);
    const auto step = answer_from_line(R"({"version":1,"answer":"step","step":"dance"})");
    REQUIRE(step);
    CHECK_FALSE(*step);
    CHECK(answer<Accepted>(R"({"version":1,"answer":"accepted","queue":4})") == Accepted{});
}

TEST_CASE("an answer that misleads is an error", "[control]") {
    struct Row {
        std::string line;
        const char* says;
    };
    for (const Row& row : {
             Row{"HTTP/1.1 200 OK", "no JSON"},
             Row{R"({"answer":"accepted"})", "version is missing"},
             Row{R"({"version":2,"answer":"accepted"})", "version is 2"},
             Row{R"({"version":1})", "answer is missing"},
             Row{R"({"version":1,"answer":"accepted","merged":"no"})",
                 "merged is no true or false"},
             Row{R"({"version":1,"answer":"step"})", "step is missing"},
             Row{R"({"version":1,"answer":"event","id":1})", "text is missing"},
             Row{result_with(R"("text":"done")"), "exit_code is no number from 0 to 255"},
             Row{result_with(R"("exit_code":256)"), "exit_code is no number from 0 to 255"},
             Row{result_with(R"("exit_code":-1)"), "exit_code"},
             Row{result_with(R"("exit_code":0,"report":"\u001b[2J")"), "report is no JSON"},
             Row{R"({"version":1,"answer":"refused"})", "code is no code of a failure"},
             Row{R"({"version":1,"answer":"refused","code":"0x00000000"})", "no code of a failure"},
             Row{R"({"version":1,"answer":"status","state":"idle"})", "since is missing"},
             Row{R"({"version":1,"answer":"status","since":"2026-11-21T04:00:00Z"})",
                 "state is missing"},
             Row{R"({"version":1,"answer":"status","since":"2026-11-21T04:00:00Z","state":"idle",)"
                 R"("next_run":"2026-11-21T12:00:00Z","next_trigger":"moon"})",
                 "next_trigger is not known"},
         }) {
        CHECK_THAT(problem_of_answer(row.line), Catch::Contains(row.says));
    }
}

TEST_CASE("exit codes reach as far as a process can return them", "[control]") {
    CHECK(answer<RunResult>(result_with(R"("exit_code":0)")).exit_code == 0);
    CHECK(answer<RunResult>(result_with(R"("exit_code":255)")).exit_code == 255);
}

TEST_CASE("octets that are no UTF-8 do not break a line", "[control]") {
    const auto event =
        answer<EventLine>(line_of(ControlAnswer(EventLine{"warning", "CertEnroll", 1, "a\xff z"})));
    CHECK(event.text == "a\xEF\xBF\xBD z");
}

TEST_CASE("a result that is too large keeps its exit code", "[control]") {
    RunResult large{7, "enrolled nothing\n", std::string(kLargestAnswer, ' ')};
    const std::string line = line_of(ControlAnswer(large));
    CHECK(line.size() <= kLargestAnswer);
    CHECK(answer<RunResult>(line).exit_code == 7);
    CHECK(answer<RunResult>(line).text == "enrolled nothing\n");
    CHECK(answer<RunResult>(line).report.empty());

    // The cut goes through a letter of two octets.
    large.text = "x";
    while (large.text.size() < kLargestAnswer) {
        large.text += "\xC3\x9C";
    }
    const auto cut = answer<RunResult>(line_of(ControlAnswer(large)));
    CHECK(cut.exit_code == 7);
    CHECK_THAT(cut.text, Catch::EndsWith("[the rest is too large for the control channel]\n"));
    CHECK(cut.text.size() < std::size_t{128} * 1024);
}
