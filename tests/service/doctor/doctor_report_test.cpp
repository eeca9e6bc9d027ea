#include "service/doctor/doctor_report.h"

#include "tests/service/doctor/examined.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

namespace ae::service {
namespace {

using namespace test;

Diagnosis one_of_each() {
    Diagnosis diagnosis;
    diagnosis.findings = {
        {.id = "ENV1", .verdict = FindingVerdict::ok, .sentence = "It is a member."},
        {.id = "POL7",
         .stage = Stage::policy,
         .verdict = FindingVerdict::note,
         .sentence = "It is local.",
         .evidence = {"AEPolicy is 0x7"}},
        {.id = "REF3",
         .stage = Stage::refusal,
         .verdict = FindingVerdict::fail,
         .subject = "Corp\x1B[31mMachine",
         .sentence = "CA does not issue Corp\x1B[31mMachine.",
         .evidence = {"it said\nno"},
         .remedy = "Publish it.",
         .events = {{engine::EventSource::cert_enroll, 17}},
         .codes = {hresult(0x80094800)}},
        {.id = "PND",
         .stage = Stage::pending,
         .verdict = FindingVerdict::not_checked,
         .sentence = "Not checked, because of REF3."},
    };
    diagnosis.answer = "CorpMachine cannot be requested: REF3";
    return diagnosis;
}

Examination asked() { return {.now = kNow, .captured = true, .template_name = "CorpMachine"}; }

}  // namespace

TEST_CASE("the text names stage, verdict, id, evidence, remedy, events and codes",
          "[doctor][report]") {
    CHECK(diagnosis_as_text(asked(), one_of_each(), Style{}) ==
          "doctor: the machine of a capture, 2026-11-21T12:00:00Z, template CorpMachine\n"
          "\n"
          "environment\n"
          "  OK           ENV1   It is a member.\n"
          "\n"
          "policy\n"
          "  NOTE         POL7   It is local.\n"
          "                      AEPolicy is 0x7\n"
          "\n"
          "refusal\n"
          "  FAIL         REF3   CA does not issue Corp\\x1b[31mMachine.\n"
          "                      it said\\x0ano\n"
          "                      to do: Publish it.\n"
          "                      goes with: CertEnroll 17, 0x80094800\n"
          "\n"
          "pending\n"
          "  not checked  PND    Not checked, because of REF3.\n"
          "\n"
          "1 FAIL, 0 WARN, 1 NOTE\n"
          "CorpMachine cannot be requested: REF3\n");
}

TEST_CASE("colour is all that a terminal gets more", "[doctor][report]") {
    std::string coloured = diagnosis_as_text(asked(), one_of_each(), Style::coloured());
    CHECK(coloured.find("\x1B[") != std::string::npos);
    for (auto at = coloured.find("\x1B["); at != std::string::npos; at = coloured.find("\x1B[")) {
        coloured.erase(at, coloured.find('m', at) + 1 - at);
    }
    CHECK(coloured == diagnosis_as_text(asked(), one_of_each(), Style{}));
}

TEST_CASE("JSON carries the same facts, in ASCII", "[doctor][report]") {
    const std::string text = diagnosis_as_json(asked(), one_of_each());
    CHECK(std::ranges::none_of(text, [](char c) {
        return static_cast<unsigned char>(c) >= 0x7F || (c < ' ' && c != '\n');
    }));
    const auto json = nlohmann::json::parse(text);
    CHECK(json.at("exit_code") == 2);
    CHECK(json.at("answer") == "CorpMachine cannot be requested: REF3");
    CHECK(json.at("captured") == true);
    const auto& refused = json.at("findings").at(2);
    CHECK(refused.at("id") == "REF3");
    CHECK(refused.at("stage") == "refusal");
    CHECK(refused.at("verdict") == "FAIL");
    CHECK(refused.at("subject") == "Corp\x1B[31mMachine");
    CHECK(refused.at("evidence").at(0) == "it said\nno");
    CHECK(refused.at("remedy") == "Publish it.");
    CHECK(refused.at("events").at(0).at("source") == "CertEnroll");
    CHECK(refused.at("events").at(0).at("id") == 17);
    CHECK(refused.at("codes").at(0) == "0x80094800");
}

TEST_CASE("the exit code is that of the gravest finding", "[doctor][report]") {
    const auto of = [](std::vector<FindingVerdict> verdicts) {
        Diagnosis diagnosis;
        for (const FindingVerdict one : verdicts) {
            diagnosis.findings.push_back({.verdict = one});
        }
        return exit_code(diagnosis);
    };
    CHECK(of({}) == 0);
    CHECK(of({FindingVerdict::ok, FindingVerdict::note, FindingVerdict::not_checked}) == 0);
    CHECK(of({FindingVerdict::warn, FindingVerdict::note}) == 1);
    CHECK(of({FindingVerdict::warn, FindingVerdict::fail}) == 2);
}

}  // namespace ae::service
