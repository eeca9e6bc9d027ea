#include "service/inventory/probe_report.h"

#include "engine/base/hresult_table.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

namespace ae::service {
namespace {

const engine::CaRef kCa{"ca1.corp.example.test", "Corp Issuing CA 1"};

CaProbe good() {
    return {.ca = kCa,
            .steps = {{.what = "resolve ca1.corp.example.test", .answer = "10.0.0.1"},
                      {.what = "property 6",
                       .took = std::chrono::milliseconds(12),
                       .answer = "Corp Issuing CA 1"}},
            .says_its_name = "Corp Issuing CA 1"};
}

CaProbe failed_at(CaStep step, Hresult code) {
    return {.ca = kCa,
            .steps = {{.what = "a step", .problem = Error{code, "it", ""}}},
            .failed_at = step};
}

std::string id_of(const CaProbe& probe) {
    return nlohmann::json::parse(ping_as_json(engine::Scope::machine, probe))
        .at("finding")
        .at("id");
}

}  // namespace

TEST_CASE("a ping has doctor's own verdict", "[ca-ping][NET]") {
    CHECK(id_of(good()) == "NET7");
    CHECK(id_of(failed_at(CaStep::resolve, kServerUnavailable)) == "NET1");
    CHECK(id_of(failed_at(CaStep::mapper, kTimeout)) == "NET1");
    CHECK(id_of(failed_at(CaStep::activate, kAccessDenied)) == "NET2");
    CHECK(id_of(failed_at(CaStep::activate, hresult(0x80040154))) == "NET4");
    CHECK(id_of(failed_at(CaStep::activate, hresult(0x80080005))) == "NET5");
    CHECK(id_of(failed_at(CaStep::ping, kInvalidArgument)) == "NET6");
}

TEST_CASE("a ping names each step with its time, and ends with one sentence", "[ca-ping]") {
    const std::string text = ping_as_text(engine::Scope::machine, good());
    CHECK(text.find("12 ms") != std::string::npos);
    CHECK(text.find(
              "NET7: ca1.corp.example.test\\Corp Issuing CA 1 answers as Corp Issuing CA 1.\n") !=
          std::string::npos);
    const std::string bad =
        ping_as_text(engine::Scope::machine, failed_at(CaStep::activate, kAccessDenied));
    CHECK(bad.find("E_ACCESSDENIED (0x80070005)") != std::string::npos);
    CHECK(bad.find("refuses this account") != std::string::npos);
}

TEST_CASE("a CA that serves over ICertPassage alone answers, and DCOM's fault is told",
          "[ca-ping][NET2]") {
    CaProbe probe = failed_at(CaStep::activate, kAccessDenied);
    probe.failed_at.reset();
    probe.by_icertpassage = true;
    const auto json = nlohmann::json::parse(ping_as_json(engine::Scope::machine, probe));
    CHECK(json.at("finding").at("id") == "NET7");
    CHECK(json.at("note").at("id") == "NET2");
    CHECK(json.at("probe").at("by_icertpassage") == true);
    const std::string text = ping_as_text(engine::Scope::machine, probe);
    CHECK(text.find("NET2: ca1.corp.example.test refuses this account over DCOM") !=
          std::string::npos);
    CHECK(text.find("Certificate Service DCOM Access") != std::string::npos);
    CHECK(text.find("NET7: ") != std::string::npos);
}

TEST_CASE("a CA's own name cannot write to the terminal", "[ca-ping]") {
    CaProbe probe = good();
    probe.says_its_name = "\x1b]0;x\x07";
    probe.steps[1].answer = probe.says_its_name;
    CHECK(ping_as_text(engine::Scope::machine, probe).find('\x1b') == std::string::npos);
}

}  // namespace ae::service
