// Machines as the pages show them: one where much is wrong, one that is well, and one whose every
// word comes from somebody who wants to break the page.
#pragma once

#include "service/health_report/machine_report.h"
#include "tests/support/builders.h"

#include <string>

namespace ae::test {

inline service::MachineReport troubled() {
    using namespace std::chrono_literals;
    using service::FindingVerdict;
    service::MachineReport report{
        .host = "ws1.corp.example.test",
        .domain = "corp.example.test",
        .account = "WS1$",
        .context = "machine",
        .made = kNow,
        .version = "0.1.0",
        .state = "failing",
        .reasons = {"the last run failed, 31 m ago: enroll CorpWeb: ca1.corp.example.test\\Corp "
                    "Issuing CA 1: CERTSRV_E_TEMPLATE_DENIED (0x80094012); see aeclient events",
                    "CorpVpn 2b3c4d5e has expired 4 d ago and nothing has replaced it"},
        .policy_bits = 7,
        .policy_source = "/etc/aeclient/policy.d/10-autoenrollment.reg",
        .controller = "dc1.corp.example.test"};
    report.last_run = {"timer",
                       kNow - 32min,
                       kNow - 31min,
                       "failed",
                       {"enroll CorpWeb: CERTSRV_E_TEMPLATE_DENIED (0x80094012)"}};
    report.next_run = kNow + 7h;
    report.certificates = {
        {"CorpVpn", "2b3c4d5e84983e441c3bd26ebaae4aa1f95129e5", "CN=ws1.corp.example.test",
         kNow - 369 * kDay, kNow - 4 * kDay, std::nullopt, "usable"},
        {"CorpMachine", "a9993e364706816aba3e25717850c26c9cd0d89d", "CN=ws1.corp.example.test",
         kNow - 340 * kDay, kNow + 25 * kDay, kNow - 17 * kDay, "usable"},
        {"CorpWifi", "0a1b2c3d4706816aba3e25717850c26c9cd0d89d",
         "CN=ws1.corp.example.test,OU=Workstations,O=Corp", kNow - 100 * kDay, kNow + 265 * kDay,
         kNow + 223 * kDay, "usable"},
        {"", "ffeeddcc4706816aba3e25717850c26c9cd0d89d", "CN=Printer 12,O=Elsewhere",
         kNow - 800 * kDay, kNow + 3000 * kDay, std::nullopt, "unknown"}};
    report.requests = {
        {"CorpCode", "ca1.corp.example.test\\Corp Issuing CA 1", 1234, kNow - 5 * kDay}};
    report.decisions = {
        {"template", "CorpMachine", "", "to be renewed", "Q12",
         "its renewal window is open since "
         "2026-11-04T12:00:00Z",
         ""},
        {"certificate", "CorpMachine", "a9993e364706816aba3e25717850c26c9cd0d89d", "to be archived",
         "X1", "the new one of CorpMachine replaces it", ""},
        {"template", "CorpWeb", "", "waiting", "F3",
         "Corp Issuing CA 1 refused it twice, next try "
         "at 2026-11-21T20:00:00Z",
         "Give WS1$ the Enroll right at the CA, then edit the template."},
        {"template", "CorpVpn", "", "not offered by any CA", "S12",
         "no enrollment service lists it",
         "Add the template to a CA: certsrv, Certificate Templates, New."},
        {"template", "CorpWifi", "", "held", "D1", "0a1b2c3d is valid until 2027-08-13", ""},
        {"request", "CorpCode", "1f6d0c52", "pending", "N3",
         "request 1234 waits at Corp Issuing CA "
         "1 since 5 d",
         ""},
        {"template", "User", "", "wrong context", "E1", "it is for users", ""},
        {"template", "DomainController", "", "no Enroll right", "E4",
         "no entry of its access list "
         "allows WS1$ to enroll",
         ""},
        {"template", "WebServer", "", "no Autoenroll right", "E4",
         "no entry of its access list "
         "allows WS1$ to autoenroll",
         ""}};
    report.findings = {
        {"ENV1",
         "environment",
         FindingVerdict::ok,
         "",
         "WS1$ is a member of corp.example.test",
         {},
         "",
         {},
         {}},
        {"POL1",
         "policy",
         FindingVerdict::ok,
         "",
         "AEPolicy 7 enrolls, renews and fetches",
         {},
         "",
         {},
         {}},
        {"CAS2",
         "CA choice",
         FindingVerdict::fail,
         "CorpVpn",
         "no CA offers CorpVpn to WS1$",
         {"CN=Corp Issuing CA 1 lists CorpMachine, CorpWifi, CorpWeb",
          "CN=Corp Issuing CA 2 lists "
          "CorpMachine"},
         "Add CorpVpn to a CA, or take the Autoenroll right away.",
         {{"CertEnroll", 47}},
         {}},
        {"REF1",
         "refusal",
         FindingVerdict::fail,
         "CorpWeb",
         "the CA denied CorpWeb twice",
         {"ca1.corp.example.test\\Corp Issuing CA 1 said: You do not have permission."},
         "Give WS1$ the Enroll right in the CA's security.",
         {{"CertEnroll", 13}},
         {"0x80094012"}},
        {"PND1",
         "pending",
         FindingVerdict::note,
         "CorpCode",
         "request 1234 waits for its manager",
         {},
         "Ask the CA's manager.",
         {},
         {}},
        {"MAP1",
         "mapping",
         FindingVerdict::warn,
         "0a1b2c3d",
         "CorpWifi has no SID extension: a "
         "domain controller in full enforcement refuses it",
         {"KB5014754"},
         "Renew it at a CA that is up to date.",
         {},
         {}},
        {"NET1",
         "network",
         FindingVerdict::not_checked,
         "",
         "the network is not checked, because of "
         "CAS2",
         {},
         "",
         {},
         {}}};
    report.events = {
        {kNow - 3 * kDay, "information", "AutoEnrollment", 2, "Enrollment for the machine started"},
        {kNow - 2 * kDay, "warning", "CertEnroll", 25, "No CA offers CorpVpn"},
        {kNow - 31min, "error", "CertEnroll", 13,
         "Enrollment for the machine failed for template "
         "CorpWeb (CERTSRV_E_TEMPLATE_DENIED 0x80094012)"}};
    return report;
}

inline service::MachineReport well(const std::string& host) {
    service::MachineReport report = troubled();
    report.host = host;
    report.state = "healthy";
    report.reasons.clear();
    report.last_run->outcome = "done";
    report.last_run->failures.clear();
    report.certificates.erase(report.certificates.begin());
    report.requests.clear();
    report.findings.resize(2);
    return report;
}

inline const std::string kHostile =
    "\x1B[31m<script>document.title='owned'</script>\"><img src=x onerror=alert(1)> ' onload='x "
    "\u202Etxt.exe\u2066 =cmd|' /C calc'!A0\nsecond line \x01\xFF" +
    std::string(10000, 'A');

inline service::MachineReport hostile() {
    service::MachineReport report = troubled();
    report.host = report.domain = report.account = report.policy_source = report.controller =
        report.problem = report.state = report.version = kHostile;
    report.reasons = {kHostile};
    report.last_run->outcome = report.last_run->trigger = kHostile;
    report.last_run->failures = {kHostile};
    for (auto& one : report.certificates) {
        one.template_name = one.subject = one.thumbprint = one.key = kHostile;
    }
    report.requests.front().template_name = report.requests.front().ca = kHostile;
    for (auto& one : report.decisions) {
        one.template_name = one.subject = one.verdict = one.rule = one.fact = one.remedy = kHostile;
    }
    for (auto& one : report.findings) {
        one.id = one.subject = one.stage = one.sentence = one.remedy = kHostile;
        one.evidence = one.codes = {kHostile};
        one.events = {{kHostile, 1}};
    }
    for (auto& one : report.events) {
        one.level = one.source = one.text = kHostile;
    }
    return report;
}

}  // namespace ae::test
