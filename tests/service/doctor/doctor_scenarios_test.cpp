// Every scenario of tests/scenarios through doctor, as `aeclient doctor --from FOLDER` sees it.
// Each row breaks one thing: its diagnosis appears, and no other FAIL.
#include "service/doctor/doctor_report.h"
#include "tests/service/doctor/scenario_seen.h"

#include <set>

#include <catch2/catch.hpp>

namespace ae::service {
namespace {

using test::all_scenarios;
using test::complaints_of;
using test::of_scenario;

struct Row {
    std::string scenario;
    std::string template_name;  // --template; empty: all
    std::string expected;       // id, verdict, subject
};
const std::vector<Row> kRows = {
    {"policy-disabled", "", "POL1 FAIL"},
    {"policy-disabled-wins", "", "POL1 FAIL"},
    {"policy-zero", "", "POL2 FAIL"},
    {"policy-absent", "", "POL2 FAIL"},
    {"policy-manage-and-pending", "", "POL3 FAIL CorpMachine"},
    {"policy-enroll-only", "", "POL4 FAIL CorpVpn"},
    {"policy-pending-only", "CorpMachine", "POL3 FAIL CorpMachine"},
    {"policy-pending-only", "CorpVpn", "POL4 FAIL CorpVpn"},
    {"archiving-needs-the-second-box", "", "POL4 WARN CorpMachine"},
    {"unpublish-needs-the-second-box", "", "HAV1 WARN CorpUser"},
    {"request-60-days-without-the-gate", "", "POL4 WARN CorpYoung"},
    {"first-enrollment", "", "HAV1 NOTE CorpMachine"},
    {"renewal-begins", "", "HAV1 NOTE Corp1Year"},
    {"published-without-key", "", "HAV3 NOTE CorpUser"},
    {"published-without-key", "CorpUser", "HAV3 FAIL CorpUser"},
    {"published-unreadable", "", "HAV3 WARN CorpUser"},
    {"supersede-1-both-and-nothing-held", "", "HAV4 NOTE CorpOld"},
    {"supersede-1-both-and-nothing-held", "CorpOld", "HAV4 FAIL CorpOld"},
    {"another-computer-enrolls", "", "HAV5 NOTE CorpMissing"},
    {"key-gone", "", "HAV7 WARN CorpMachine"},
    {"key-unknown", "", "HAV7 WARN CorpMachine"},
    {"revoked", "", "HAV7 WARN CorpMachine"},
    {"expired", "", "HAV7 WARN CorpMachine"},
    {"untrusted-certificate", "", "HAV7 WARN CorpMachine"},
    {"not-valid-yet", "", "HAV7 WARN CorpFar"},
    {"first-enrollment", "NoSuch", "RGT1 FAIL NoSuch"},
    {"request-for-a-deleted-template", "", "RGT1 WARN CorpDeleted"},
    {"schema-version-1", "Machine", "RGT2 FAIL Machine"},
    {"autoenroll-flag-missing", "", "RGT2 WARN CorpByHand"},
    {"autoenroll-flag-missing", "CorpByHand", "RGT2 FAIL CorpByHand"},
    {"authorized-signatures", "CorpTwoSignatures", "RGT2 FAIL CorpTwoSignatures"},
    {"subject-supplied-in-the-request", "CorpSubject", "RGT2 FAIL CorpSubject"},
    {"attribute-twice", "", "RGT2 FAIL CorpTwice"},
    {"client-version", "", "RGT2 FAIL CorpForFuture"},
    {"expired-and-nothing-replaces-it", "", "RGT2 FAIL CorpMachine"},
    {"wrong-context-machine", "CorpUser", "RGT3 FAIL CorpUser"},
    {"wrong-context-user", "CorpMachine", "RGT3 FAIL CorpMachine"},
    {"access-2-denied-autoenroll", "", "RGT4 WARN CorpMachine"},
    {"access-2-denied-autoenroll", "CorpMachine", "RGT4 FAIL CorpMachine"},
    {"access-5-plain-deny", "CorpMachine", "RGT4 FAIL CorpMachine"},
    {"access-8-without-read", "CorpMachine", "RGT4 FAIL CorpMachine"},
    {"access-conditional-entries", "", "RGT4 FAIL CorpClaims"},
    {"enroll-right-lost-and-nothing-due", "", "RGT4 WARN CorpLost"},
    {"ca-refuses-the-account", "", "RGT6 FAIL ca2.corp.example.test\\Corp Issuing CA 2"},
    {"no-authority-in-the-forest", "", "CAS1 FAIL CorpMachine"},
    {"no-authority-offers-it", "", "CAS1 FAIL CorpNowhere"},
    {"ca-renewal-finds-nobody", "", "CAS1 WARN CorpMachine"},
    {"ca-untrusted", "", "CAS2 FAIL ca2.corp.example.test\\Corp Issuing CA 2"},
    {"ca-expired-or-malformed", "", "CAS2 FAIL ca1.corp.example.test\\Corp Issuing CA 1"},
    {"ca-revoked", "", "CAS3 FAIL ca1.corp.example.test\\Corp Issuing CA 1"},
    {"ca-revocation-unknown", "", "CAS3 WARN ca3.corp.example.test\\Corp Issuing CA 3"},
    {"ca-revocation-unknown", "", "CAS3 NOTE ca1.corp.example.test\\Corp Issuing CA 1"},
    {"trust-search-failed", "", "CAS4 WARN CA"},
    {"trust-container-not-readable", "", "CAS4 WARN Root"},
    {"trust-emptied-container", "", "CAS4 NOTE Root"},
    {"keys-that-cannot-be-made", "CorpDsa", "KEY1 FAIL CorpDsa"},
    {"keys-that-cannot-be-made", "CorpMd5", "KEY1 FAIL CorpMd5"},
    {"keys-that-cannot-be-made", "CorpSmartCard", "KEY3 FAIL CorpSmartCard"},
    {"interaction-machine", "", "KEY4 FAIL CorpPrompted"},
    {"interaction-user", "", "KEY4 NOTE CorpA Prompted"},
    {"interaction-user-headless", "", "KEY4 WARN CorpPrompted"},
    {"back-off-after-denials", "", "REF1 FAIL CorpThrice"},
    {"back-off-after-denials", "CorpOnce", "REF1 WARN CorpOnce"},
    {"back-off-after-denials", "CorpTwiceLong", "REF1 WARN CorpTwiceLong"},
    {"back-off-of-one-ca", "", "REF1 WARN CorpDenied"},
    {"back-off-forced", "", "REF1 WARN CorpMachine"},
    {"back-off-of-a-renewal", "", "REF1 FAIL CorpMachine"},
    {"request-60-days", "", "PND1 NOTE CorpApproved"},
    {"request-60-days", "CorpApproved", "PND1 NOTE CorpApproved"},
    {"several-requests", "", "PND1 NOTE CorpA"},
    {"renewal-waits-for-approval", "", "PND2 FAIL CorpApproved"},
    {"request-60-days-and-a-second", "", "PND3 NOTE CorpApproved"},
    {"lost-answer", "", "PND5 NOTE CorpMachine"},
    {"no-automatic-renewal", "", "INS3 WARN 453dc843f540d305ce5d"},
    {"renewal-not-yet", "", "INS3 NOTE"},
    {"expiry-warnings", "", "INS3 NOTE"},
    {"published-and-expired", "", "INS5 NOTE"},
    {"renamed-host", "", "INS7 WARN CorpMachine"},
    {"renamed-host-given-up", "", "INS7 FAIL CorpMachine"},
    {"brake", "", "INS8 FAIL CorpMachine"},
    {"nothing-to-do", "", "MAP1 WARN"},
};

}  // namespace

TEST_CASE("each scenario gives its diagnosis, and no FAIL of another", "[doctor][scenarios]") {
    for (const Row& row : kRows) {
        INFO(row.scenario << ' ' << row.template_name << ": " << row.expected);
        const Diagnosis diagnosis = diagnose(of_scenario(row.scenario, row.template_name));
        bool found = false;
        for (const Finding& one : diagnosis.findings) {
            INFO(test::text_of(one));
            found = found || test::text_of(one).starts_with(row.expected);
            if (one.verdict == FindingVerdict::fail) {
                CHECK(row.expected.starts_with(one.id));
            }
        }
        CHECK(found);
    }
}

TEST_CASE("templates of a default forest that are none of the account's business are no complaint",
          "[doctor][scenarios]") {
    const Diagnosis diagnosis = diagnose(of_scenario("real-forest-member"));
    CHECK(complaints_of(diagnosis).empty());
    CHECK(exit_code(diagnosis) == 0);
    CHECK(std::ranges::any_of(diagnosis.findings, [](const Finding& one) {
        return one.id == "RGT4" && one.sentence == "35 templates are not meant for WS1$.";
    }));
}

TEST_CASE("a valid certificate is the expected state", "[doctor][HAV1][scenarios]") {
    const Diagnosis diagnosis = diagnose(of_scenario("real-forest-domain-controller"));
    CHECK(exit_code(diagnosis) < 2);
    const Diagnosis good = diagnose(of_scenario("nothing-to-do"));
    const auto held = std::ranges::find(good.findings, "HAV1", &Finding::id);
    REQUIRE(held != good.findings.end());
    CHECK(held->verdict == FindingVerdict::ok);
    CHECK(held->sentence.find("renewal starts") != std::string::npos);
    CHECK(held->sentence.ends_with("This is the expected state."));
}

TEST_CASE("certificates that no template of the forest made are only noted",
          "[doctor][HAV6][scenarios]") {
    const auto complaints = complaints_of(diagnose(of_scenario("foreign-certificates")));
    CHECK(std::ranges::count_if(complaints, [](const std::string& one) {
              return one.starts_with("HAV6 NOTE");
          }) == 3);
}

TEST_CASE("with a template nothing is said of the others", "[doctor][scenarios]") {
    for (const Finding& one : diagnose(of_scenario("policy-all", "CorpVpn")).findings) {
        INFO(test::text_of(one));
        CHECK(one.sentence.find("CorpMachine") == std::string::npos);
        CHECK(one.sentence.find("CorpRadius") == std::string::npos);
        CHECK(one.sentence.find("CorpWeb") == std::string::npos);
    }
}

TEST_CASE("whatever is examined, each finding is whole, and a second look says the same",
          "[doctor][scenarios]") {
    for (const std::string& name : all_scenarios()) {
        const Examination seen = of_scenario(name);
        const Diagnosis diagnosis = diagnose(seen);
        Stage last = Stage::environment;
        std::set<Stage> stages;
        for (const Finding& one : diagnosis.findings) {
            INFO(name << ": " << test::text_of(one) << ": " << one.sentence);
            CHECK(one.stage >= last);
            last = one.stage;
            stages.insert(one.stage);
            CHECK(one.sentence.ends_with('.'));
            CHECK((one.verdict != FindingVerdict::fail || !one.remedy.empty()));
            CHECK((!test::is_complaint(one.verdict) || !one.evidence.empty()));
        }
        CHECK(diagnosis_as_json(seen, diagnosis) == diagnosis_as_json(seen, diagnose(seen)));
        CHECK_FALSE(diagnosis_as_text(seen, diagnosis, Style{}).empty());
    }
}

}  // namespace ae::service
