// A host of which nothing is wrong, as doctor looks at it; each test breaks one thing.
#pragma once

#include "service/doctor/doctor.h"
#include "tests/service/status_fixture.h"

#include <algorithm>
#include <string>
#include <vector>

namespace ae::test {

using namespace std::chrono_literals;

inline service::Attempt worked(std::string what, std::string answer) {
    return {.what = std::move(what), .took = 3ms, .answer = std::move(answer)};
}

inline service::Attempt went_wrong(std::string what, Hresult code,
                                   std::chrono::milliseconds took = 4ms) {
    return {.what = std::move(what), .took = took, .problem = Error{code, "it failed", ""}};
}

inline service::CaProbe probe_of(const std::string& host) {
    return {
        .ca = {host, "Corp Issuing CA 1"},
        .steps = {worked("resolve " + host, "127.0.0.3"), worked("TCP 135 at " + host, "127.0.0.3"),
                  worked("activate its object", "activated"),
                  worked("Ping2 as Corp Issuing CA 1", "it serves"),
                  worked("property 6 (its common name)", "Corp Issuing CA 1")},
        .says_its_name = "Corp Issuing CA 1"};
}

// The way ends at that step.
inline service::CaProbe broken_at(service::CaStep step, Hresult code,
                                  std::chrono::milliseconds took = 4ms,
                                  const std::string& host = "ca1.corp.example.test") {
    service::CaProbe probe = probe_of(host);
    probe.steps.resize(static_cast<std::size_t>(step) + 1);
    probe.steps.back() = went_wrong(probe.steps.back().what, code, took);
    probe.failed_at = step;
    probe.says_its_name.clear();
    return probe;
}

inline service::Examination sound() {
    service::Examination seen{.scope = engine::Scope::machine, .now = kNow, .live = true};
    seen.environment = {
        .domain = "corp.example.test",
        .host = "ws1.corp.example.test",
        .account = "WS1$",
        .process_account = "root",
        .controller = {worked("DNS SRV _ldap._tcp.dc._msdcs.corp.example.test", "dc1"),
                       worked("find a domain controller of corp.example.test", "dc1"),
                       worked("LDAP 389 at dc1.corp.example.test", "answers"),
                       worked("Kerberos 88 at dc1.corp.example.test", "answers")},
        .skew = 2s,
        .sign_in = worked("sign in as WS1$", "has tickets of corp.example.test")};
    seen.status = healthy();
    seen.view = service::Preview{};
    seen.cas = {probe_of("ca1.corp.example.test")};
    return seen;
}

// "ENV2 FAIL" of each, without what is well.
inline std::vector<std::string> complaints(const std::vector<service::Finding>& findings) {
    std::vector<std::string> all;
    for (const service::Finding& one : findings) {
        if (one.verdict != service::FindingVerdict::ok) {
            all.push_back(one.id + ' ' + std::string(to_string(one.verdict)));
        }
    }
    return all;
}

inline const service::Finding& found(const std::vector<service::Finding>& findings,
                                     const std::string& id) {
    return *std::ranges::find(findings, id, &service::Finding::id);
}

}  // namespace ae::test
