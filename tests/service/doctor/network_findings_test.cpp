#include "engine/base/hresult_table.h"
#include "tests/service/doctor/look_fixture.h"

#include <catch2/catch.hpp>

namespace ae::service {
namespace {

using namespace test;

using Complaints = std::vector<std::string>;

std::vector<Finding> findings_of(CaProbe probe) {
    Examination seen = sound();
    seen.cas = {std::move(probe)};
    return network_findings(seen);
}

}  // namespace

TEST_CASE("a CA that answers in this context is OK, with each step and its time",
          "[doctor][NET7]") {
    const auto findings = network_findings(sound());
    CHECK(complaints(findings).empty());
    const Finding& good = found(findings, "NET7");
    CHECK(good.subject == "ca1.corp.example.test\\Corp Issuing CA 1");
    CHECK(good.sentence ==
          "ca1.corp.example.test\\Corp Issuing CA 1 answers as Corp Issuing CA 1.");
    CHECK(good.evidence.size() == 5);
    CHECK(found(findings, "NET3").verdict == FindingVerdict::ok);
}

TEST_CASE("without --live the way is looked at, and the rest is not checked",
          "[doctor][NET1][O3]") {
    Examination seen = sound();
    seen.live = false;
    seen.cas[0].steps.resize(2);
    seen.cas[0].says_its_name.clear();
    const auto findings = network_findings(seen);
    CHECK(complaints(findings) == Complaints{"NET7 not checked"});
    CHECK(found(findings, "NET1").verdict == FindingVerdict::ok);
}

TEST_CASE("each step that can fail, with its code and its time, leads to one diagnosis",
          "[doctor][NET][TS]") {
    struct Row {
        CaStep step;
        Hresult code;
        std::chrono::milliseconds took;
        std::string id;
    };
    const Row row = GENERATE(values<Row>({
        {CaStep::resolve, kServerUnavailable, 4ms, "NET1"},
        {CaStep::mapper, kServerUnavailable, 4ms, "NET1"},
        {CaStep::mapper, kTimeout, 5000ms, "NET1"},
        // 0x800706BA fast: the host answers and lets nobody in; slow: nobody is there [T].
        {CaStep::activate, kServerUnavailable, 40ms, "NET2"},
        {CaStep::activate, kServerUnavailable, 5000ms, "NET1"},
        {CaStep::activate, kAccessDenied, 40ms, "NET2"},
        {CaStep::activate, kTargetUnknown, 40ms, "NET2"},
        {CaStep::activate, hresult(0x80040154), 40ms, "NET4"},
        {CaStep::activate, hresult(0x80080005), 40ms, "NET5"},
        {CaStep::activate, hresult(0x800706D9), 40ms, "NET5"},
        {CaStep::ping, kInvalidArgument, 40ms, "NET6"},
        {CaStep::ping, kServerUnavailable, 40ms, "NET5"},
        {CaStep::ping, kAccessDenied, 40ms, "NET2"},
        {CaStep::property, hresult(0x8000FFFF), 40ms, "NET5"},
    }));
    const auto findings = findings_of(broken_at(row.step, row.code, row.took));
    CHECK(complaints(findings) == Complaints{row.id + " FAIL"});
    CHECK(found(findings, row.id).codes == std::vector{row.code});
    CHECK_FALSE(found(findings, row.id).remedy.empty());
}

TEST_CASE("silence and refusal are told apart in the sentence", "[doctor][NET1]") {
    const auto silent = findings_of(broken_at(CaStep::mapper, kTimeout, 5000ms));
    CHECK(silent[0].sentence ==
          "Cannot reach ca1.corp.example.test (TCP 135, after 5.0 s): a firewall, or the host is "
          "down.");
    const auto refused = findings_of(broken_at(CaStep::mapper, kServerUnavailable, 1ms));
    CHECK(refused[0].sentence ==
          "Cannot reach ca1.corp.example.test (TCP 135, after 1 ms): the host is up and nothing "
          "listens there, or a firewall refuses.");
}

TEST_CASE("the port that activation named and that is closed is no refusal of this account",
          "[doctor][NET1]") {
    CaProbe probe = broken_at(CaStep::activate, kServerUnavailable);
    probe.host_answered = true;
    const auto findings = findings_of(probe);
    CHECK(complaints(findings) == Complaints{"NET1 FAIL"});
    CHECK(findings[0].sentence.find("the dynamic port that it named") != std::string::npos);
}

TEST_CASE("a CA with another name says which", "[doctor][NET6]") {
    CaProbe probe = broken_at(CaStep::ping, kInvalidArgument);
    probe.steps.push_back(worked("property 6 as Corp-CA", "Corp Issuing CA One"));
    probe.other_name = true;
    probe.says_its_name = "Corp Issuing CA One";
    CHECK(findings_of(probe)[0].sentence ==
          "The directory calls the CA Corp Issuing CA 1, the CA calls itself Corp Issuing CA One.");
}

TEST_CASE("a name that a person typed is no order to change the directory", "[doctor][NET6]") {
    CaProbe probe = broken_at(CaStep::ping, kInvalidArgument);
    probe.ca.name = "Wrong";
    probe.other_name = true;
    probe.typed = TypedCa{.names = {"Corp Issuing CA 2"}};
    Finding found = findings_of(probe)[0];
    CHECK(found.sentence ==
          "There is no CA named Wrong on ca1.corp.example.test; did you mean Corp Issuing CA 2?");
    CHECK(found.remedy.find("displayName") == std::string::npos);
    probe.typed->names.clear();  // nobody knows what there is
    CHECK(findings_of(probe)[0].sentence == "There is no CA named Wrong on ca1.corp.example.test.");

    CaProbe lost = broken_at(CaStep::resolve, kServerUnavailable);
    lost.ca.dns_host = "ca11.corp.example.test";
    lost.typed = TypedCa{.hosts = {"ca1.corp.example.test"}};
    found = findings_of(lost)[0];
    CHECK(found.sentence.find("did you mean ca1.corp.example.test?") != std::string::npos);
    CHECK(found.remedy.find("dNSHostName") == std::string::npos);
}

TEST_CASE("a host without a route is not said to be up", "[doctor][NET1]") {
    CaProbe probe = broken_at(CaStep::mapper, kServerUnavailable);
    probe.no_route = true;
    CHECK(findings_of(probe)[0].sentence ==
          "Cannot reach ca1.corp.example.test (TCP 135, after 4 ms): there is no route to it.");
}

TEST_CASE("DCOM that lets nobody in is a warning where ICertPassage stands in",
          "[doctor][NET2][NET4][NET5]") {
    struct Row {
        Hresult code;
        std::string complaint;
    };
    const Row row = GENERATE(values<Row>({{kAccessDenied, "NET2 WARN"},
                                          {hresult(0x80040154), "NET4 WARN"},
                                          {hresult(0x80080005), "NET5 WARN"},
                                          {kServerUnavailable, "NET1 WARN"}}));
    CaProbe probe = probe_of("ca1.corp.example.test");
    probe.steps[2] = went_wrong("activate its object (DCOM)", row.code);
    probe.steps.insert(probe.steps.begin() + 3, worked("ICertPassage", "answers"));
    probe.by_icertpassage = true;
    probe.host_answered = row.code == kServerUnavailable;
    const auto findings = findings_of(probe);
    CHECK(complaints(findings) == Complaints{row.complaint});
    CHECK(findings[0].codes == std::vector{row.code});
    CHECK(findings[0].sentence.find("Windows' own client would fail") != std::string::npos);
    CHECK(findings[0].sentence.find("is not running") == std::string::npos);
    CHECK(found(findings, "NET7").verdict == FindingVerdict::ok);
}

TEST_CASE("one of two CAs that fails is a warning, both are failures", "[doctor][NET1]") {
    Examination seen = sound();
    seen.cas.push_back(broken_at(CaStep::mapper, kTimeout, 5000ms, "ca2.corp.example.test"));
    CHECK(complaints(network_findings(seen)) == Complaints{"NET1 WARN"});
    seen.ca = "ca2.corp.example.test\\Corp Issuing CA 1";  // that very one was asked for
    CHECK(complaints(network_findings(seen)) == Complaints{"NET1 FAIL"});
    seen.ca.clear();
    seen.cas[0] = broken_at(CaStep::mapper, kServerUnavailable);
    CHECK(complaints(network_findings(seen)) == Complaints{"NET1 FAIL", "NET1 FAIL"});
}

TEST_CASE("what a CA says of itself reaches a terminal printable", "[doctor][NET7]") {
    Examination seen = sound();
    seen.cas[0].says_its_name = "\x1b]0;x\x07";
    CHECK(found(network_findings(seen), "NET7").sentence.find('\x1b') == std::string::npos);
}

TEST_CASE("a throw-away key that works is OK, one that does not has KEY2 with its code",
          "[doctor][KEY2]") {
    Examination seen = sound();
    KeyTest test;
    test.provider.name = "Corp TPM";
    test.trials = {{.kind = "RSA 2048", .signatures = {"PKCS #1 SHA256"}, .made = true}};
    seen.keys = {test};
    CHECK(complaints(live_key_findings(seen)).empty());
    seen.keys[0].trials[0].error = Error{hresult(0x80090030), "make RSA 2048", ""};
    const auto findings = live_key_findings(seen);
    CHECK(complaints(findings) == Complaints{"KEY2 FAIL"});
    CHECK(findings[0].codes == std::vector{hresult(0x80090030)});
    seen.keys[0].trials.clear();
    seen.keys[0].provider.answers = fail(hresult(0x80090030), "open the TPM");
    CHECK(complaints(live_key_findings(seen)) == Complaints{"KEY2 FAIL"});
    seen.live = false;
    CHECK(complaints(live_key_findings(seen)) == Complaints{"KEY2 not checked"});
}

TEST_CASE("a group policy that is not here fails, one that nobody can tell of is not checked",
          "[doctor][POL6]") {
    Examination seen = sound();
    seen.group_policy = {.in_directory = 7, .source = "Corp Autoenrollment"};
    CHECK(group_policy_findings(seen).empty());  // 7 is what holds here
    seen.status->policy.bits.reset();
    CHECK(complaints(group_policy_findings(seen)) == Complaints{"POL6 FAIL"});
    seen.group_policy = {.not_told = "SYSVOL is not read"};
    CHECK(complaints(group_policy_findings(seen)) == Complaints{"POL6 not checked"});
    seen.status->policy.bits = 0;
    CHECK(group_policy_findings(seen).empty());
}

}  // namespace ae::service
