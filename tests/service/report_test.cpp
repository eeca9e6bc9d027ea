#include "service/report.h"

#include "engine/base/hresult_table.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

using namespace ae;
using namespace ae::engine;
using namespace ae::service;

namespace {

RunReport one_of_each() {
    RunReport report;
    report.pulse.policy = {7, "10-autoenrollment.reg"};
    report.pulse.server.dns_name = "dc1.corp.example.test";
    report.pulse.server.site = "Lab-Site";
    report.pulse.decisions = {
        about_template("CorpMachine", Verdict::issued, "Q1", "nothing of this template is in MY"),
        about_template("Übung", Verdict::no_autoenroll_right, "E3", "no ACE grants Autoenroll",
                       "Grant it"),
    };
    Enrolled entry;
    entry.template_name = "CorpMachine";
    entry.ca = {"ca1.corp.example.test", "Corp Issuing CA 1"};
    entry.request_id = 7;
    entry.where = {"00ff", "/var/lib/aeclient/machine/my/00ff"};
    entry.facts.subject = "CN=ws1.corp.example.test";
    report.pulse.enrolled = {entry};
    report.events = {make_event(EventId::ae_started, {"machine"})};
    return report;
}

}  // namespace

TEST_CASE("the table names every template with its verdict, rule and reason", "[report]") {
    const std::string text = as_text(one_of_each());
    CHECK(text.find("AEPolicy 7 from 10-autoenrollment.reg") != std::string::npos);
    CHECK(text.find("E3    no ACE grants Autoenroll\n") != std::string::npos);
    CHECK(text.find(
              "enrolled CorpMachine from ca1.corp.example.test\\Corp Issuing CA 1, request 7") !=
          std::string::npos);
    CHECK(text.find("failed") == std::string::npos);
}

TEST_CASE("columns line up by what a person sees, not by octets", "[report]") {
    const std::string text = as_text(one_of_each());
    const auto column = [&](std::string_view name, std::string_view verdict) {
        const auto line = text.find(name);
        std::size_t seen = 0;
        for (auto at = line; at < text.find(verdict, line); ++at) {
            seen += (static_cast<unsigned char>(text[at]) & 0xC0U) != 0x80 ? 1U : 0U;
        }
        return seen;
    };
    CHECK(column("CorpMachine ", to_string(Verdict::issued)) ==
          column("Übung", to_string(Verdict::no_autoenroll_right)));
}

TEST_CASE("the JSON object holds what the table holds", "[report]") {
    const auto json = nlohmann::json::parse(as_json(one_of_each()));
    CHECK(json["policy"]["bits"] == 7);
    CHECK(json["enrolled"][0]["thumbprint"] == "00ff");
    CHECK(json["enrolled"][0]["ca"] == "ca1.corp.example.test\\Corp Issuing CA 1");
    CHECK(json["decisions"][1]["template"] == "Übung");
    CHECK(json["decisions"][1]["remedy"] == "Grant it");
    CHECK(json["events"][0]["id"] == 2);
    CHECK(json["events"][0]["source"] == "AutoEnrollment");
    CHECK(json["failures"].empty());
}

TEST_CASE("what is no failure and still worth knowing is a note", "[report]") {
    RunReport report;
    report.pulse.notes = {"store Root: a value of CN=Old is no certificate"};
    CHECK(as_text(report).find("note: store Root: a value of CN=Old") != std::string::npos);
    CHECK(nlohmann::json::parse(as_json(report))["notes"][0] == report.pulse.notes[0]);
}

TEST_CASE("an absent AEPolicy is said and is null in JSON", "[report]") {
    RunReport report;
    CHECK(as_text(report).find("AEPolicy is not set") == 0);
    CHECK(nlohmann::json::parse(as_json(report))["policy"]["bits"].is_null());
}

TEST_CASE("an errand that brought nothing, and failed nothing, is no success", "[report][M4][M5]") {
    RunReport report;
    report.errand = engine::Errand::Kind::enroll;
    report.pulse.decisions = {engine::about_template("CorpMachine", engine::Verdict::held, "M4",
                                                     "certificate 12ab34cd is valid",
                                                     "to renew it now: aeclient renew 12ab34cd")};
    CHECK(exit_code(report) == 1);
    CHECK(as_text(report).find("\nto renew it now: aeclient renew 12ab34cd\n") !=
          std::string::npos);
    report.pulse.enrolled.resize(1);
    CHECK(exit_code(report) == 0);
    report.pulse.failures = {Error{kServerUnavailable, "enroll CorpMachine", {}}};
    CHECK(exit_code(report) == 2);
    // A whole pulse that had nothing to do did all that it should.
    CHECK(exit_code(RunReport{}) == 0);
}

TEST_CASE("a failure is one sentence with its code, and a non-zero exit", "[report]") {
    RunReport report;
    CHECK(exit_code(report) == 0);
    report.pulse.failures = {Error{kServerUnavailable, "machine pulse: submit to ca1", {}}};
    CHECK(exit_code(report) == 2);
    CHECK(as_text(report).find("AEPolicy") == std::string::npos);  // it was never read
    CHECK(as_text(report).find("failed: machine pulse: submit to ca1: RPC_S_SERVER_UNAVAILABLE "
                               "(0x800706BA)") != std::string::npos);
    CHECK(nlohmann::json::parse(as_json(report))["failures"][0]["code"] == "0x800706BA");
}

TEST_CASE("foreign text cannot steer a terminal or break the JSON", "[report]") {
    RunReport report;
    report.pulse.decisions = {about_template("bad\x1b[2J\xe2\x80\xaename\xff",
                                             Verdict::not_readable, "S1", "line\nbreak")};
    const std::string text = as_text(report);
    CHECK(text.find('\x1b') == std::string::npos);
    CHECK(text.find("bad\\x1b[2J\\u202ename\\xff") != std::string::npos);
    CHECK(text.find("line\\x0abreak") != std::string::npos);
    CHECK(nlohmann::json::parse(as_json(report))["decisions"].size() == 1);
}
