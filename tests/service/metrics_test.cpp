#include "service/metrics.h"

#include "tests/service/metrics_sample.h"

#include <catch2/catch.hpp>

namespace ae::service {
namespace {

using namespace test;
using namespace std::chrono_literals;

bool has_line(const std::string& text, const std::string& line) {
    return ('\n' + text).find('\n' + line + '\n') != std::string::npos;
}

}  // namespace

TEST_CASE("the metrics of a healthy machine are these", "[metrics]") {
    ContextStatus status = healthy();
    status.pending = {request_since(kNow - kDay)};
    status.record.counters.ca_failures = {{"ca1", 3}};
    CHECK(metrics_of(status) ==
          R"(# TYPE aeclient_build_info gauge
# HELP aeclient_build_info Always 1; the label is the agent's version.
aeclient_build_info{context="machine",version=")" AE_VERSION R"("} 1
# TYPE aeclient_runs counter
# HELP aeclient_runs Runs that ended, by how they ended.
aeclient_runs_total{context="machine",outcome="crashed"} 0
aeclient_runs_total{context="machine",outcome="disabled"} 0
aeclient_runs_total{context="machine",outcome="done"} 41
aeclient_runs_total{context="machine",outcome="failed"} 0
aeclient_runs_total{context="machine",outcome="stopped"} 0
aeclient_runs_total{context="machine",outcome="unreachable"} 3
# TYPE aeclient_enrolled counter
# HELP aeclient_enrolled Certificates that were installed, renewals included.
aeclient_enrolled_total{context="machine",template="CorpMachine"} 2
# TYPE aeclient_ca_failures counter
# HELP aeclient_ca_failures Calls that a certification authority refused or did not answer.
aeclient_ca_failures_total{context="machine",ca="ca1"} 3
# TYPE aeclient_last_run_timestamp_seconds gauge
# HELP aeclient_last_run_timestamp_seconds When the last run ended.
aeclient_last_run_timestamp_seconds{context="machine"} 1795260540
# TYPE aeclient_last_run_duration_seconds gauge
# HELP aeclient_last_run_duration_seconds How long the last run took.
aeclient_last_run_duration_seconds{context="machine"} 4
# TYPE aeclient_last_run_success gauge
# HELP aeclient_last_run_success 1 when the last run did all that it should, else 0.
aeclient_last_run_success{context="machine"} 1
# TYPE aeclient_certificate_not_after_timestamp_seconds gauge
# HELP aeclient_certificate_not_after_timestamp_seconds When a certificate expires.
aeclient_certificate_not_after_timestamp_seconds{context="machine",template="CorpMachine",thumbprint="a9993e364706816aba3e25717850c26c9cd0d89d"} 1810987200
# TYPE aeclient_certificate_renewal_timestamp_seconds gauge
# HELP aeclient_certificate_renewal_timestamp_seconds When the renewal of a certificate begins, or has begun.
aeclient_certificate_renewal_timestamp_seconds{context="machine",template="CorpMachine",thumbprint="a9993e364706816aba3e25717850c26c9cd0d89d"} 1807358400
# TYPE aeclient_pending_request_submitted_timestamp_seconds gauge
# HELP aeclient_pending_request_submitted_timestamp_seconds When a request that is not answered yet was sent.
aeclient_pending_request_submitted_timestamp_seconds{context="machine",template="CorpWeb",ca="ca1.corp.example.test\\Corp Issuing CA 1",request_id="12"} 1795176000
# EOF
)");
}

TEST_CASE("a context that never ran has counters that start at 0, and no last run", "[metrics]") {
    const std::string text = metrics_of({.scope = engine::Scope::user, .now = kNow});
    CHECK(has_line(text, R"(aeclient_runs_total{context="user",outcome="done"} 0)"));
    CHECK_THAT(text, !Catch::Contains("last_run") && !Catch::Contains("aeclient_enrolled") &&
                         !Catch::Contains("certificate_"));
    CHECK_THAT(text, Catch::EndsWith("\n# EOF\n"));
}

TEST_CASE("a run was a success when nothing was left to do", "[metrics]") {
    using engine::Outcome;
    const std::vector<std::pair<Outcome, char>> table = {
        {Outcome::done, '1'},        {Outcome::disabled, '1'}, {Outcome::failed, '0'},
        {Outcome::unreachable, '0'}, {Outcome::stopped, '0'},  {Outcome::crashed, '0'}};
    for (const auto& [outcome, value] : table) {
        ContextStatus status = healthy();
        status.record.last->outcome = outcome;
        CHECK(has_line(metrics_of(status),
                       std::string("aeclient_last_run_success{context=\"machine\"} ") + value));
    }
}

TEST_CASE("a run during which the clock was set back took no negative time", "[metrics]") {
    ContextStatus status = healthy();
    status.record.last->ended = status.record.last->started - 1s;
    CHECK(
        has_line(metrics_of(status), "aeclient_last_run_duration_seconds{context=\"machine\"} 0"));
}

TEST_CASE("names are escaped so that the file stays one", "[metrics]") {
    const std::string text = metrics_of(metrics_sample());
    CHECK(has_line(
        text,
        R"(aeclient_enrolled_total{context="machine",template="a\\x0ab\\x0d# EOF\\x0a\\xff"} 1)"));
    CHECK(has_line(text,
                   R"(aeclient_enrolled_total{context="machine",template="Übung"} 4294967296)"));
    CHECK_THAT(text, Catch::Contains(R"(template="Corp \"Web\" \\ Server")"));
    CHECK(text.find("# EOF\n") == text.size() - 6);
    CHECK(text.find('\r') == std::string::npos);
}

TEST_CASE("a label set appears once, or readers would refuse the file", "[metrics]") {
    const std::string text = metrics_of(metrics_sample());
    const std::string lost = R"(request_id="unknown"})";
    CHECK(text.find(lost) == text.rfind(lost));
    // Of two requests that look the same the older one shows.
    CHECK_THAT(text, Catch::Contains(lost + " " +
                                     std::to_string((kNow - 2 * kDay).time_since_epoch().count())));
    ContextStatus status = healthy();
    status.record.counters.enrolled = {{"a\n", 1}, {"a\\x0a", 2}};
    CHECK(has_line(metrics_of(status),
                   R"(aeclient_enrolled_total{context="machine",template="a\\x0a"} 3)"));
}

TEST_CASE("only managed certificates are measured", "[metrics]") {
    ContextStatus status = healthy();
    status.held = {held_for("")};
    CHECK_THAT(metrics_of(status), !Catch::Contains("certificate_"));
}

}  // namespace ae::service
