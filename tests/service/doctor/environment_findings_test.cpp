#include "engine/base/hresult_table.h"
#include "tests/service/doctor/look_fixture.h"

#include <catch2/catch.hpp>

namespace ae::service {
namespace {

using namespace test;

using Complaints = std::vector<std::string>;

Complaints after(void (*spoil)(Examination&)) {
    Examination seen = sound();
    spoil(seen);
    return complaints(environment_findings(seen));
}

}  // namespace

TEST_CASE("of a member that can sign in everything is OK, and it says what was looked at",
          "[doctor][ENV]") {
    const auto findings = environment_findings(sound());
    CHECK(complaints(findings).empty());
    CHECK(findings.size() == 4);
    CHECK(found(findings, "ENV2").evidence.size() == 4);
    CHECK(found(findings, "ENV2").evidence.front() ==
          "DNS SRV _ldap._tcp.dc._msdcs.corp.example.test: dc1, in 3 ms");
}

TEST_CASE("a host without a machine account is not joined, and nothing else is said of it",
          "[doctor][ENV1]") {
    CHECK(after([](Examination& seen) {
              seen.environment = {.not_a_member = Error{kNotDomainJoined, "no keytab", "Join"}};
          }) == Complaints{"ENV1 FAIL"});
}

TEST_CASE("the first step to a controller that failed is the one that is named", "[doctor][ENV2]") {
    Examination seen = sound();
    auto& steps = seen.environment.controller;
    steps.resize(3);
    steps.back() = went_wrong("LDAP 389 at dc1.corp.example.test", kServerUnavailable);
    seen.environment.skew.reset();
    seen.environment.sign_in.reset();
    const auto findings = environment_findings(seen);
    CHECK(complaints(findings) == Complaints{"ENV2 FAIL"});
    CHECK(found(findings, "ENV2").sentence ==
          "No domain controller answered: LDAP 389 at dc1.corp.example.test.");
    CHECK(found(findings, "ENV2").codes == std::vector{kServerUnavailable});
}

TEST_CASE("five minutes of skew are allowed, in both directions, and not a second more",
          "[doctor][ENV3][RFC4120:1.6]") {
    const auto with = [](std::chrono::seconds skew) {
        Examination seen = sound();
        seen.environment.skew = skew;
        return complaints(environment_findings(seen));
    };
    CHECK(with(300s).empty());
    CHECK(with(-300s).empty());
    CHECK(with(301s) == Complaints{"ENV3 FAIL"});
    CHECK(with(-301s) == Complaints{"ENV3 FAIL"});
    Examination seen = sound();
    seen.environment.skew = 480s;
    CHECK(found(environment_findings(seen), "ENV3").evidence.front() ==
          "This host's clock is 8 m behind; 5 m are allowed.");
}

TEST_CASE("a sign-in that fails over a wrong clock is the clock's finding alone",
          "[doctor][ENV3][ENV6]") {
    CHECK(after([](Examination& seen) {
              seen.environment.skew = 400s;
              seen.environment.sign_in = went_wrong("sign in as WS1$", kTimeSkew);
          }) == Complaints{"ENV3 FAIL"});
    CHECK(after([](Examination& seen) {
              seen.environment.skew = 400s;
              seen.environment.sign_in = went_wrong("sign in as WS1$", kLogonFailure);
          }) == Complaints{"ENV3 FAIL"});
    // The controller did not tell its time, and Kerberos did.
    CHECK(after([](Examination& seen) {
              seen.environment.skew.reset();
              seen.environment.sign_in = went_wrong("sign in as WS1$", kTimeSkew);
          }) == Complaints{"ENV3 FAIL"});
}

TEST_CASE("a machine whose secret is refused has ENV6 with the code", "[doctor][ENV6]") {
    Examination seen = sound();
    seen.environment.sign_in = went_wrong("sign in as WS1$", kLogonFailure);
    const auto findings = environment_findings(seen);
    CHECK(complaints(findings) == Complaints{"ENV6 FAIL"});
    CHECK(found(findings, "ENV6").sentence.find("0x8007052E") != std::string::npos);
}

TEST_CASE("a user without tickets of the domain has ENV4 and no ENV1", "[doctor][ENV4][C1]") {
    CHECK(after([](Examination& seen) {
              seen.scope = engine::Scope::user;
              seen.environment = {.not_a_member = Error{kNoCredentials, "no tickets", ""},
                                  .process_account = "alice",
                                  .user_is_local = true};
          }) == Complaints{"ENV4 FAIL"});
    CHECK(after([](Examination& seen) {
              seen.scope = engine::Scope::user;
              seen.environment.sign_in = went_wrong("sign in as alice", kContextExpired);
          }) == Complaints{"ENV4 FAIL"});
    // The machine takes new ones out of its key table: there it is no matter of who is signed in.
    CHECK(after([](Examination& seen) {
              seen.environment.sign_in = went_wrong("sign in as WS1$", kContextExpired);
          }) == Complaints{"ENV6 FAIL"});
}

TEST_CASE("a program that runs as somebody else than the session's owner warns", "[doctor][ENV5]") {
    CHECK(after([](Examination& seen) {
              seen.scope = engine::Scope::user;
              seen.environment.other_identity = true;
          }) == Complaints{"ENV5 WARN"});
}

TEST_CASE("Windows' own client beside this agent is a warning with the task's name",
          "[doctor][ENV7]") {
    Examination seen = sound();
    seen.environment.other_clients = {
        "\\Microsoft\\Windows\\CertificateServicesClient\\SystemTask"};
    const auto findings = environment_findings(seen);
    CHECK(complaints(findings) == Complaints{"ENV7 WARN"});
    CHECK(found(findings, "ENV7").evidence.front().ends_with("SystemTask"));
}

TEST_CASE("a capture says nothing of its host", "[doctor][ENV]") {
    CHECK(after([](Examination& seen) { seen.captured = true; }) == Complaints{"ENV1 not checked"});
}

TEST_CASE("names out of DNS and the directory reach a terminal printable", "[doctor][ENV]") {
    Examination seen = sound();
    seen.environment.controller[1].answer = "dc1\x1b[31m";
    CHECK(found(environment_findings(seen), "ENV2").evidence[1].find('\x1b') == std::string::npos);
}

}  // namespace ae::service
