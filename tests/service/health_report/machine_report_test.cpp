// `aeclient report`: the value, its JSON, and that nobody's JSON can do harm.
#include "engine/base/hresult_table.h"
#include "engine/base/text.h"
#include "service/health_report/fleet_page.h"
#include "service/health_report/html.h"
#include "service/health_report/machine_page.h"
#include "service/health_report/machine_report_json.h"
#include "service/health_report/report_files.h"
#include "service/health_report/time_line.h"
#include "tests/service/health_report/report_sample.h"
#include "tests/service/status_fixture.h"
#include "tests/support/builders.h"

#include <algorithm>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

namespace ae::service {
namespace {

using namespace test;

std::string replaced(std::string text, const std::string& what, const std::string& with) {
    const auto at = text.find(what);
    REQUIRE(at != std::string::npos);
    return text.replace(at, what.size(), with);
}

std::size_t count(const std::string& text, const std::string& what) {
    std::size_t found = 0;
    for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + 1)) {
        ++found;
    }
    return found;
}

}  // namespace

TEST_CASE("a report says what status, plan and doctor say", "[health-report]") {
    Examination seen{.scope = engine::Scope::machine, .now = kNow};
    seen.environment.host = "ws1.corp.example.test";
    seen.status = healthy();
    seen.status->pending = {request_since(kNow - 4 * kDay)};
    seen.events = {{kNow, {.number = 19, .level = engine::EventLevel::warning, .text = "said"}}};
    seen.view_problem = Error{kNoSuchDomain, "find a domain controller", "Check DNS."};
    const Diagnosis diagnosis{.findings = {{.id = "ENV2",
                                            .stage = Stage::environment,
                                            .verdict = FindingVerdict::fail,
                                            .sentence = "no domain controller answers",
                                            .events = {{engine::EventSource::autoenrollment, 15}},
                                            .codes = {kNoSuchDomain}}}};
    const MachineReport report = machine_report_of(seen, diagnosis);
    CHECK(report.host == "ws1.corp.example.test");
    CHECK(report.made == kNow);
    CHECK(report.state == "attention");  // a request waits for longer than three days
    REQUIRE(report.reasons.size() == 1);
    CHECK(report.policy_bits == 7);
    CHECK(report.problem == seen.view_problem->sentence());
    REQUIRE(report.last_run);
    CHECK(report.last_run->outcome == "done");
    REQUIRE(report.certificates.size() == 1);
    CHECK(report.certificates[0].template_name == "CorpMachine");
    CHECK(report.certificates[0].renewal_begins == seen.status->held[0].renewal_begins);
    REQUIRE(report.requests.size() == 1);
    CHECK(report.requests[0].request_id == 12);
    REQUIRE(report.findings.size() == 1);
    CHECK(report.findings[0].id == "ENV2");
    CHECK(report.findings[0].codes == std::vector{to_hex(kNoSuchDomain)});
    CHECK(report.findings[0].events[0] == ReportedEventName{"AutoEnrollment", 15});
    REQUIRE(report.events.size() == 1);
    CHECK(report.events[0].number == 19);
    CHECK(severity_of(report) == Severity::bad);
}

TEST_CASE("the directory's word on renewal replaces the last run's", "[health-report]") {
    const engine::Template wanted = autoenrolled("CorpMachine");
    Examination seen{.scope = engine::Scope::machine, .now = kNow, .status = healthy()};
    Preview view;
    view.world = world_of({wanted});
    view.world.my = {held(wanted)};
    view.world.my[0].thumbprint = seen.status->held[0].thumbprint;
    const auto begins = [&] {
        seen.view = view;
        return machine_report_of(seen, {}).certificates.at(0).renewal_begins;
    };
    CHECK(begins() == view.world.my[0].facts.not_after - 42 * kDay);
    view.world.policy = policy_of(1);  // does not allow it any more
    CHECK_FALSE(begins());
}

TEST_CASE("only the latest events are reported", "[health-report]") {
    Examination seen{.now = kNow};
    for (std::uint32_t i = 0; i <= kMostReportedEvents; ++i) {
        seen.events.push_back({kNow, {.number = i + 1, .text = "x"}});
    }
    const MachineReport report = machine_report_of(seen, {});
    REQUIRE(report.events.size() == kMostReportedEvents);
    CHECK(report.events.front().number == 2);
}

TEST_CASE("the worse of state and findings counts, and who switched it off wants nothing",
          "[health-report]") {
    struct Case {
        std::string state;
        std::optional<FindingVerdict> found;
        Severity severity;
    };
    for (const Case& row :
         {Case{"healthy", {}, Severity::good},
          Case{"healthy", FindingVerdict::note, Severity::good},
          Case{"healthy", FindingVerdict::warn, Severity::attention},
          Case{"healthy", FindingVerdict::fail, Severity::bad},
          Case{"attention", {}, Severity::attention}, Case{"never ran", {}, Severity::attention},
          Case{"failing", FindingVerdict::ok, Severity::bad},
          Case{"not running", {}, Severity::bad},
          Case{"disabled", FindingVerdict::fail, Severity::off}, Case{"", {}, Severity::unknown},
          Case{"", FindingVerdict::ok, Severity::good}}) {
        MachineReport report{.state = row.state};
        if (row.found) {
            report.findings.push_back({.verdict = *row.found});
        }
        CAPTURE(row.state);
        CHECK(severity_of(report) == row.severity);
    }
}

TEST_CASE("a report reads back as it was written", "[health-report]") {
    for (const MachineReport& report :
         {troubled(), well("ws2.corp.example.test"), MachineReport{.made = kNow}}) {
        const auto again = machine_report_from_json(machine_report_as_json(report));
        REQUIRE(again);
        CHECK(*again == report);
    }
}

TEST_CASE("JSON that is no report is refused with the reason", "[health-report]") {
    const std::string good = machine_report_as_json(troubled());
    struct Case {
        std::string text;
        const char* why;
    };
    for (const Case& row :
         {Case{"", "no JSON"}, Case{"[]", "no JSON object"}, Case{"{}", "\"schema\" is not 1"},
          Case{replaced(good, "\"schema\": 1", "\"schema\": 2"), "\"schema\" is not 1"},
          Case{replaced(good, "\"host\": \"ws1.corp.example.test\"", "\"host\": 7"), "host"},
          Case{replaced(good, "\"time\": \"2026", "\"time\": \"x026"), "time"},
          Case{replaced(good, "\"FAIL\"", "\"MAYBE\""), "verdict"},
          Case{good.substr(0, good.size() / 2), "no JSON"},
          Case{std::string(kLargestReport + 1, ' '), "larger than 8 MiB"},
          Case{std::string(200000, '['), "nests too deep"}, Case{std::string(16, '['), "no JSON"},
          Case{std::string(17, '['), "nests too deep"}}) {
        const auto read = machine_report_from_json(row.text);
        REQUIRE_FALSE(read);
        CAPTURE(row.why);
        CHECK(read.error().code == kInvalidData);
        CHECK(read.error().sentence().find(row.why) != std::string::npos);
    }
}

TEST_CASE("what a stranger's report makes us keep has bounds", "[health-report]") {
    MachineReport large = well("ws2.corp.example.test");
    large.events.assign(kMostReportedThings, {.when = kNow});
    CHECK(machine_report_from_json(machine_report_as_json(large)));
    large.events.push_back({.when = kNow});
    const auto refused = machine_report_from_json(machine_report_as_json(large));
    REQUIRE_FALSE(refused);
    CHECK(refused.error().sentence().find("events has too many parts") != std::string::npos);

    MachineReport wordy = well(std::string(kLongestReportedText, 'a') + "b");
    const auto cut = machine_report_from_json(machine_report_as_json(wordy));
    REQUIRE(cut);
    CHECK(cut->host == std::string(kLongestReportedText, 'a') + "...");
}

TEST_CASE("no word of a report is markup", "[health-report]") {
    const std::string one = machine_page(hostile());
    const Fleet fleet = fleet_of({{kHostile, hostile()}}, {{kHostile, kHostile}}, kNow);
    for (const std::string& html : {one, fleet_page(fleet, kNow)}) {
        CHECK(html.find("<script") == std::string::npos);
        CHECK(html.find("<img") == std::string::npos);
        CHECK(html.find('\x1B') == std::string::npos);
        CHECK(html.find("\u202E") == std::string::npos);
        CHECK(html.find("&lt;script&gt;document.title") != std::string::npos);
        CHECK(is_utf8(html));
        // No attribute ends early: what is ours has no apostrophe, and the only quotes are ours.
        CHECK(html.find("onload='") == std::string::npos);
        CHECK(html.find("\"><img") == std::string::npos);
    }
}

TEST_CASE("a text on a page is cut before a browser takes too long", "[health-report]") {
    const std::string just(kLongestShownText, 'A');
    CHECK(Html::text(just).str() == just);
    CHECK(Html::text(just + "B").str() == just + "...");
    // No letter is cut in two.
    CHECK(Html::text(just.substr(1) + "\u00FC").str() == just.substr(1) + "...");
    CHECK(element("p", {{"title", just + "B"}}, {}).str() == "<p title=\"" + just + "...\"></p>\n");
}

TEST_CASE("a page is whole in itself and says so to the browser", "[health-report]") {
    const std::string html = machine_page(troubled());
    CHECK(html.starts_with("<!DOCTYPE html>\n<html lang=\"en\">"));
    CHECK(html.find("default-src &#39;none&#39;") != std::string::npos);
    for (const char* from_elsewhere :
         {"<script", "<link", "<img", "src=", "url(", "@import", "http:", "https:"}) {
        CAPTURE(from_elsewhere);
        CHECK(html.find(from_elsewhere) == std::string::npos);
    }
    for (const char* text : {"ws1.corp.example.test (machine)", "CorpVpn", "renewal window",
                             "CERTSRV_E_TEMPLATE_DENIED", "MAP1", "no private key",
                             "no Autoenroll right", "Not enrolled by itself"}) {
        CAPTURE(text);
        CHECK(html.find(text) != std::string::npos);
    }
    // What is wrong comes before what is well.
    CHECK(html.find("CAS2</strong>") < html.find("MAP1</strong>"));
    CHECK(html.find("MAP1</strong>") < html.find("<td data-title=\"Id\">ENV1"));
}

TEST_CASE("the time line shows as much before now as after it", "[health-report]") {
    const auto lasting = [](Time from, Time to) {
        return std::vector<ReportedCertificate>{{.not_before = from, .not_after = to}};
    };
    const TimeWindow year = window_of(lasting(kNow - 100 * kDay, kNow + 265 * kDay), kNow);
    CHECK(year.begins == kNow - 100 * kDay);
    CHECK(year.ends == kNow + 265 * kDay);
    const TimeWindow old = window_of(lasting(kNow - 900 * kDay, kNow + 30 * kDay), kNow);
    CHECK(old.begins == kNow - 30 * kDay);
    const TimeWindow authority = window_of(lasting(kNow, kNow + 9000 * kDay), kNow);
    CHECK(authority.ends == kNow + kLongestView);
    const TimeWindow expired = window_of(lasting(kNow - 9 * kDay, kNow - 5 * kDay), kNow);
    CHECK(expired.begins == kNow - kDay);
    CHECK(expired.ends == kNow + kDay);
    CHECK(year.place_of(kNow - 900 * kDay) == 0.0);
    CHECK(year.place_of(year.ends) == 1.0);
    CHECK(year.place_of(kNow) == Approx(100.0 / 365));
}

TEST_CASE("a fleet begins with the worst, and counts each machine once", "[health-report]") {
    MachineReport older = troubled();
    older.made -= kDay;
    older.state = "healthy";
    MachineReport off = well("ws3.corp.example.test");
    off.state = "disabled";
    const Fleet fleet = fleet_of({{"a.json", well("ws2.corp.example.test")},
                                  {"b.json", older},
                                  {"c.json", off},
                                  {"d.json", troubled()}},
                                 {{"e.json", "it is no JSON object"}}, kNow);
    REQUIRE(fleet.machines.size() == 3);
    CHECK(fleet.machines[0] == troubled());
    CHECK(fleet.machines[1].state == "disabled");
    CHECK(fleet.machines[2].host == "ws2.corp.example.test");
    CHECK(fleet.left_out.size() == 1);
    REQUIRE(fleet.older.size() == 1);
    CHECK(fleet.older[0].file == "b.json");

    const std::string html = fleet_page(fleet, kNow);
    CHECK(html.find("Certificate autoenrollment of 3 machines") != std::string::npos);
    CHECK(html.find("e.json: it is no JSON object") != std::string::npos);
    CHECK(count(html, "<details id=") == 3);
    CHECK(html.find("href=\"#m1\"") != std::string::npos);
    CHECK(html.find("What is wrong most often") != std::string::npos);
}

TEST_CASE("a report out of the future hides no other", "[health-report]") {
    MachineReport ahead = well("ws2.corp.example.test");
    const MachineReport now = ahead;
    const auto fleet = [&](std::chrono::seconds by) {
        ahead.made = kNow + by;
        return fleet_of({{"ahead.json", ahead}, {"now.json", now}}, {}, kNow);
    };
    const Fleet counted = fleet(std::chrono::hours(24));
    CHECK(counted.left_out.empty());
    CHECK(counted.machines.at(0).made == ahead.made);
    const Fleet left = fleet(std::chrono::hours(24) + std::chrono::seconds(1));
    REQUIRE(left.machines.size() == 1);
    CHECK(left.machines[0] == now);
    REQUIRE(left.left_out.size() == 1);
    CHECK(left.left_out[0].file == "ahead.json");
    CHECK(left.left_out[0].why.find("is yet to come") != std::string::npos);
}

TEST_CASE("a machine's context and a user's are two", "[health-report]") {
    MachineReport alice = well("ws1.corp.example.test");
    alice.context = "user";
    alice.account = "alice";
    MachineReport bob = alice;
    bob.account = "bob";
    CHECK(fleet_of({{"a", troubled()}, {"b", alice}, {"c", bob}}, {}, kNow).machines.size() == 3);
}

TEST_CASE("a file that a PowerShell wrote is read, too", "[health-report]") {
    CHECK(utf8_of_file("{}") == "{}");
    CHECK(utf8_of_file("\xEF\xBB\xBF{}") == "{}");
    CHECK(utf8_of_file(std::string("\xFF\xFE{\0}\0", 6)) == "{}");
    CHECK(utf8_of_file("\xFF\xFE{").empty());
}

TEST_CASE("a star stands for any text", "[health-report]") {
    CHECK(fits_pattern("ws1.json", "*.json"));
    CHECK(fits_pattern("ws1.json", "ws*.json"));
    CHECK(fits_pattern("ws1.json", "*"));
    CHECK(fits_pattern("ws1.corp.json", "ws*corp*json"));
    CHECK_FALSE(fits_pattern("ws1.html", "*.json"));
    CHECK_FALSE(fits_pattern("a", "a*a"));
    CHECK_FALSE(fits_pattern("ws1.json", "ws2*.json"));
    CHECK(fits_pattern("ws1.json", "ws1.json"));
}

}  // namespace ae::service
