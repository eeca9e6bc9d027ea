#include "service/run_record.h"

#include "engine/base/hresult_table.h"
#include "tests/support/pulse_world.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

namespace ae::service {
namespace {

using namespace test;
using namespace std::chrono_literals;
using engine::Event;
using engine::EventId;
using engine::Outcome;
using engine::PulseReport;
using engine::Trigger;
using engine::Verdict;
using Counted = std::map<std::string, std::uint64_t>;

const RunTimes kTimes{Trigger::timer, kNow - 5s, kNow};

PulseReport report_of(Outcome outcome) {
    PulseReport report;
    report.outcome = outcome;
    report.policy = {.bits = 7, .source = "10-autoenrollment.reg"};
    report.server.dns_name = "dc1.corp.example.test";
    report.account_sid = std::string(kMachine);
    return report;
}

// What a run that saw no directory leaves in the report.
PulseReport blind_report(Outcome outcome) {
    PulseReport report = report_of(outcome);
    report.server.dns_name.clear();
    report.account_sid.clear();
    return report;
}

engine::RenewalDate renewal(std::string thumbprint, Time begins, Time expires) {
    return {std::move(thumbprint), "CorpMachine", begins, expires};
}

RunRecord full_record() {
    PulseReport report = report_of(Outcome::failed);
    report.renewals = {renewal("00ff", kNow - kDay, kNow + 41 * kDay)};
    report.decisions = {
        engine::about_template("CorpSign", Verdict::needs_user, "R-UI", "needs agreement")};
    report.failures = {{kServerUnavailable, "enroll Übung \"1\"", {}}};
    report.enrolled.resize(1);
    report.enrolled[0].template_name = "CorpMachine";
    return after_run({}, report,
                     {engine::make_event(EventId::ce_enroll_failed_at_ca,
                                         {"machine", "Übung", kCa1, "no answer"})},
                     kTimes);
}

}  // namespace

TEST_CASE("an errand is no run: it counts what came, and the last run stays", "[status][M1]") {
    const RunRecord before = full_record();
    PulseReport report = report_of(Outcome::done);
    report.policy = {};
    report.renewals = {renewal("00aa", kNow + 300 * kDay, kNow + 365 * kDay)};
    report.enrolled.resize(1);
    report.enrolled[0].template_name = "CorpMachine";
    const RunRecord after = after_errand(
        before, report,
        {engine::make_event(EventId::ce_enroll_failed_at_ca, {"machine", "CorpVpn", kCa1, "no"})});
    CHECK(after.last == before.last);
    CHECK(after.counters.runs == before.counters.runs);
    CHECK(after.failures == before.failures);
    CHECK(after.needs_user == before.needs_user);
    CHECK(after.policy_bits == before.policy_bits);
    CHECK(after.counters.enrolled == Counted{{"CorpMachine", 2}});
    CHECK(after.counters.ca_failures == Counted{{kCa1, 2}});
    CHECK(after.renewals == report.renewals);

    // Of one that failed nothing else is known.
    CHECK(after_errand(before, blind_report(Outcome::failed), {}) == before);
    CHECK_FALSE(after_errand({}, report, {}).last);
}

TEST_CASE("a run leaves its trigger, times, outcome, policy and controller", "[run-record]") {
    const RunRecord record = after_run({}, report_of(Outcome::done), {}, kTimes);
    CHECK(record.last == engine::LastRun{Trigger::timer, kNow - 5s, kNow, Outcome::done, 0, {}});
    CHECK(record.policy_bits == 7U);
    CHECK(record.policy_source == "10-autoenrollment.reg");
    CHECK(record.controller == "dc1.corp.example.test");
    CHECK(record.account_sid == kMachine);
    CHECK(record.failures.empty());
    CHECK(record.counters.runs == std::map<Outcome, std::uint64_t>{{Outcome::done, 1}});
}

TEST_CASE("runs are counted by outcome, certificates by template", "[run-record]") {
    PulseReport report = report_of(Outcome::done);
    report.enrolled.resize(3);
    report.enrolled[0].template_name = "CorpMachine";
    report.enrolled[1].template_name = "CorpMachine";
    report.enrolled[2].template_name = "CorpWeb";
    RunRecord record = after_run({}, report, {}, kTimes);
    record = after_run(record, report_of(Outcome::failed), {}, kTimes);
    record = after_run(record, report_of(Outcome::done), {}, kTimes);
    CHECK(record.counters.runs ==
          std::map<Outcome, std::uint64_t>{{Outcome::done, 2}, {Outcome::failed, 1}});
    CHECK(record.counters.enrolled == Counted{{"CorpMachine", 2}, {"CorpWeb", 1}});
}

TEST_CASE("runs without a controller are counted until one answers", "[run-record][J2]") {
    RunRecord record = after_run({}, blind_report(Outcome::unreachable), {}, kTimes);
    CHECK(record.last->unreachable_in_a_row == 1);
    record = after_run(record, blind_report(Outcome::unreachable), {}, kTimes);
    CHECK(record.last->unreachable_in_a_row == 2);
    record = after_run(record, report_of(Outcome::failed), {}, kTimes);
    CHECK(record.last->unreachable_in_a_row == 0);
}

TEST_CASE("a renewal whose time has come and that did not come about is a risk",
          "[run-record][J2]") {
    struct Case {
        Seconds begins;  // from the end of the run
        bool at_risk;
    };
    for (const Case& one : {Case{-1s, true}, Case{0s, true}, Case{1s, false}}) {
        CAPTURE(one.begins.count());
        PulseReport report = report_of(Outcome::done);
        report.renewals = {renewal("00ff", kNow + one.begins, kNow + 9 * kDay)};
        const RunRecord record = after_run({}, report, {}, kTimes);
        CHECK(record.last->at_risk ==
              (one.at_risk ? std::optional(kNow + 9 * kDay) : std::nullopt));
    }
}

TEST_CASE("of several renewals at risk the certificate that expires first counts",
          "[run-record][J2]") {
    PulseReport report = report_of(Outcome::failed);
    report.decisions = {engine::about_template("CorpMachine", Verdict::failed, "Q12", "no CA")};
    report.renewals = {renewal("01", kNow - kDay, kNow + 9 * kDay),
                       renewal("02", kNow - kDay, kNow + 3 * kDay),
                       renewal("03", kNow + kDay, kNow + 2 * kDay)};
    CHECK(after_run({}, report, {}, kTimes).last->at_risk == kNow + 3 * kDay);
}

TEST_CASE("what a run did not learn stays as it was", "[run-record]") {
    RunRecord before = full_record();
    REQUIRE(before.last->at_risk);
    REQUIRE(before.renewals.size() == 1);
    REQUIRE(before.needs_user == std::vector<std::string>{"CorpSign"});

    SECTION("no controller answered, or the run failed before it began, or it was stopped") {
        const Outcome outcome = GENERATE(Outcome::unreachable, Outcome::failed, Outcome::stopped);
        PulseReport report = blind_report(outcome);
        report.failures = {{kNoSuchDomain, "machine pulse", {}}};
        const RunRecord after = after_run(before, report, {}, kTimes);
        CHECK(after.account_sid == kMachine);
        CHECK(after.renewals == before.renewals);
        CHECK(after.needs_user == before.needs_user);
        CHECK(after.last->at_risk == before.last->at_risk);
        CHECK(after.controller.empty());
    }
    SECTION("the directory answered and the stores did not") {
        PulseReport report = report_of(Outcome::failed);
        report.failures = {{kReadFault, "read MY", {}}};
        const RunRecord after = after_run(before, report, {}, kTimes);
        CHECK(after.renewals == before.renewals);
        CHECK(after.last->at_risk == before.last->at_risk);
    }
    SECTION("it was stopped while it asked for pending requests, before it came to the templates") {
        PulseReport report = report_of(Outcome::stopped);
        report.decisions = {{.about = engine::About::request,
                             .template_name = "CorpWeb",
                             .verdict = Verdict::pending}};
        const RunRecord after = after_run(before, report, {}, kTimes);
        CHECK(after.renewals == before.renewals);
        CHECK(after.needs_user == before.needs_user);
        report.decisions[0].about = engine::About::template_type;
        CHECK(after_run(before, report, {}, kTimes).renewals.empty());
    }
    SECTION("AEPolicy forbids runs: what is known stays, and no run needs to come earlier") {
        const RunRecord after = after_run(before, blind_report(Outcome::disabled), {}, kTimes);
        CHECK(after.renewals == before.renewals);
        CHECK_FALSE(after.last->at_risk);
    }
    SECTION("a run that decided replaces all of it") {
        const RunRecord after = after_run(before, report_of(Outcome::done), {}, kTimes);
        CHECK(after.renewals.empty());
        CHECK(after.needs_user.empty());
        CHECK_FALSE(after.last->at_risk);
    }
}

TEST_CASE("a template that waits for somebody is named once", "[run-record][R-UI5]") {
    PulseReport report = report_of(Outcome::done);
    report.decisions = {
        engine::about_template("CorpSign", Verdict::needs_user, "R-UI5", "nobody to ask"),
        engine::about_template("CorpMachine", Verdict::held, "Q1", "held"),
        engine::about_template("CorpSign", Verdict::needs_user, "R-UI5", "nobody to ask")};
    CHECK(after_run({}, report, {}, kTimes).needs_user == std::vector<std::string>{"CorpSign"});
}

TEST_CASE("a run that crashed is counted and says where to look", "[run-record]") {
    const RunRecord before = full_record();
    const RunRecord after = after_silence(before, Silence::crashed, kTimes);
    CHECK(after.last->outcome == Outcome::crashed);
    CHECK(after.last->ended == kNow);
    CHECK(after.last->at_risk == before.last->at_risk);
    CHECK(after.renewals == before.renewals);
    CHECK(after.policy_bits == before.policy_bits);
    REQUIRE(after.failures.size() == 1);
    CHECK_THAT(after.failures[0], Catch::Contains("system's log"));
    CHECK(after.counters.runs.at(Outcome::crashed) == 1);
}

TEST_CASE("the sentences of a run are bounded in number and length", "[run-record]") {
    PulseReport report = report_of(Outcome::failed);
    SECTION("as many as fit, and one more") {
        report.failures.assign(kMostFailures, {kReadFault, "a", {}});
        CHECK(after_run({}, report, {}, kTimes).failures.size() == kMostFailures);
        report.failures.push_back({kReadFault, "b", {}});
        CHECK(after_run({}, report, {}, kTimes).failures.size() == kMostFailures);
    }
    SECTION("a CA that talks for ever is cut off between two letters") {
        std::string words;
        for (int i = 0; i < 100'000; ++i) {
            words += "ü";
        }
        report.failures = {{kReadFault, words, {}}, {kReadFault, "a" + words, {}}};
        for (const std::string& sentence : after_run({}, report, {}, kTimes).failures) {
            CHECK(sentence.size() <= 2000);
            CHECK(sentence.size() > 1990);
            CHECK(sentence.ends_with("ü..."));
        }
    }
}

TEST_CASE("counters are bounded: the smallest makes room for what comes new", "[run-record]") {
    RunRecord before;
    for (int i = 0; i < 1000; ++i) {
        before.counters.enrolled["T" + std::to_string(i)] = i == 500 ? 1 : 2;
    }
    PulseReport report = report_of(Outcome::done);
    report.enrolled.resize(1);
    report.enrolled[0].template_name = "T7";
    CHECK(after_run(before, report, {}, kTimes).counters.enrolled.size() == 1000);
    report.enrolled[0].template_name = "New";
    const Counted after = after_run(before, report, {}, kTimes).counters.enrolled;
    CHECK(after.size() == 1000);
    CHECK(after.contains("New"));
    CHECK_FALSE(after.contains("T500"));
}

TEST_CASE("each failed call of a CA counts once, as the engine reports it",
          "[run-record][next-ca][W7]") {
    using World = PulseWorld;
    World world({autoenrolled("CorpMachine"), autoenrolled("CorpWeb")});
    world.with_two_cas();
    const auto failures = [&world] {
        const PulseReport report = world.pulse();
        return after_run({}, report, world.sink.events, kTimes).counters.ca_failures;
    };
    SECTION("a CA that is down is called once, and the other one issues") {
        world.ca.authorities[kCa1] = World::unreachable();
        CHECK(failures() == Counted{{kCa1, 1}});
    }
    SECTION("both are down: the second template calls nobody") {
        world.ca.authorities[kCa1] = World::unreachable();
        world.ca.authorities[kCa2] = World::unreachable();
        CHECK(failures() == Counted{{kCa1, 1}, {kCa2, 1}});
        CHECK(world.ca.asked.size() == 2);
    }
    SECTION("both deny both templates: four calls, and the closing events count for nothing") {
        world.ca.authorities[kCa1] = World::answers(engine::Disposition::denied, 0x80094012);
        world.ca.authorities[kCa2] = World::answers(engine::Disposition::denied, 0x80094012);
        CHECK(failures() == Counted{{kCa1, 2}, {kCa2, 2}});
        CHECK(world.ca.asked.size() == 4);
    }
    SECTION("an answer that was lost has no event but the closing one") {
        world.replica().templates.pop_back();
        world.ca.authorities[kCa1] = World::unreachable(0x800706BE);
        CHECK(failures() == Counted{{kCa1, 1}});
    }
    SECTION("a pending request that cannot be fetched") {
        world.replica().templates.pop_back();
        world.wait_for(world.replica().templates.front(), World::unreachable());
        CHECK(failures() == Counted{{kCa1, 1}});
    }
    SECTION("nothing failed") { CHECK(failures().empty()); }
}

TEST_CASE("a record comes back as it was written", "[run-record]") {
    const RunRecord record =
        GENERATE(RunRecord{}, full_record(), after_silence({}, Silence::crashed, kTimes));
    CHECK(run_record_from_json(to_json(record)) == record);
}

TEST_CASE("octets from the directory that are no text do not break the file", "[run-record]") {
    RunRecord record;
    record.counters.enrolled["\xff\xfe"] = 1;
    const auto back = run_record_from_json(to_json(record));
    REQUIRE(back);
    CHECK(back->counters.enrolled == Counted{{"\xEF\xBF\xBD\xEF\xBF\xBD", 1}});
}

TEST_CASE("a counter that no file can hold stays at the largest", "[run-record]") {
    const std::uint64_t largest = std::numeric_limits<std::uint32_t>::max();
    for (const std::uint64_t beyond : {largest, largest + 1}) {
        RunRecord record;
        record.counters.enrolled["CorpMachine"] = beyond;
        const auto back = run_record_from_json(to_json(record));
        REQUIRE(back);
        CHECK(back->counters.enrolled.at("CorpMachine") == largest);
    }
}

TEST_CASE("members that are missing are neutral, unknown ones are skipped", "[run-record]") {
    CHECK(run_record_from_json(R"({"version": 1})") == RunRecord{});
    CHECK(run_record_from_json(R"({"version": 1, "colour": ["blue"]})") == RunRecord{});
    CHECK(run_record_from_json(
              R"({"version": 1, "counters": {"runs": [{"outcome": "postponed", "count": 3}]}})") ==
          RunRecord{});
    const auto sparse =
        run_record_from_json(R"({"version": 1, "last": {"trigger": "timer", "outcome": "done"}})");
    REQUIRE(sparse);
    CHECK(sparse->last == engine::LastRun{.trigger = Trigger::timer});
}

TEST_CASE("what cannot be used is an error that names the member", "[run-record]") {
    struct Case {
        const char* text;
        const char* named;
    };
    for (const Case& one : {
             Case{"", "not a JSON object"},
             Case{"\xff\xfe", "not a JSON object"},
             Case{"[]", "not a JSON object"},
             Case{R"({"version": 1)", "not a JSON object"},
             Case{"{}", "version"},
             Case{R"({"version": 2})", "version"},
             Case{R"({"version": 1, "last": null})", "\"last\""},
             Case{R"({"version": 1, "last": {}})", "last.trigger"},
             Case{R"({"version": 1, "last": {"trigger": "noon", "outcome": "done"}})",
                  "last.trigger"},
             Case{R"({"version": 1, "last": {"trigger": "timer", "outcome": "fine"}})",
                  "last.outcome"},
             Case{R"({"version": 1, "last": {"trigger": "timer", "outcome": "done",
                      "ended": "yesterday"}})",
                  "last.ended"},
             Case{R"({"version": 1, "last": {"trigger": "timer", "outcome": "done",
                      "at_risk": "soon"}})",
                  "last.at_risk"},
             Case{R"({"version": 1, "last": {"trigger": "timer", "outcome": "done",
                      "unreachable_in_a_row": -1}})",
                  "last.unreachable_in_a_row"},
             Case{R"({"version": 1, "policy_bits": "7"})", "policy_bits"},
             Case{R"({"version": 1, "policy_bits": 4294967296})", "policy_bits"},
             Case{R"({"version": 1, "account_sid": 5})", "account_sid"},
             Case{R"({"version": 1, "failures": ["sentence"]})", "failures[0]"},
             Case{R"({"version": 1, "renewals": [{"begins": 0}]})", "renewals[0].begins"},
             Case{R"({"version": 1, "needs_user": {}})", "needs_user"},
             Case{R"({"version": 1, "counters": []})", "counters"},
             Case{R"({"version": 1, "counters": {"enrolled": [{"template": "T", "count": 0.5}]}})",
                  "counters.enrolled[0].count"},
         }) {
        CAPTURE(one.text);
        const auto record = run_record_from_json(one.text);
        REQUIRE_FALSE(record);
        CHECK(record.error().code == kInvalidData);
        CHECK_THAT(record.error().sentence(), Catch::Contains(one.named));
    }
}

TEST_CASE("a record that was cut anywhere is refused and nothing worse", "[run-record]") {
    const std::string whole = to_json(full_record());
    for (std::size_t size = 0; size + 2 < whole.size(); ++size) {
        CHECK_FALSE(run_record_from_json(std::string_view(whole).substr(0, size)));
    }
    CHECK_FALSE(run_record_from_json(std::string(100'000, '[')));
}

}  // namespace ae::service
