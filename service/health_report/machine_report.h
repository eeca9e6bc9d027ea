// What `aeclient report` says about one context of one machine: health, certificates with their
// renewal windows, decisions, what doctor found, the last run, events.  Words and times only, so
// that a report of another machine is the same value as one of this machine.
//
// Not for: judging (status.h, doctor.h), and no secrets: nothing of a key but whether it is usable.
// Foreign text stands here as it came; html.h and json_text() make it harmless.  Pure; any thread.
#pragma once

#include "service/doctor/examination.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ae::service {

struct ReportedCertificate {
    std::string template_name{};  // empty: not managed
    std::string thumbprint{};
    std::string subject{};
    Time not_before{};
    Time not_after{};
    std::optional<Time> renewal_begins{};
    std::string key{};  // "usable", "gone", "unknown"
    bool operator==(const ReportedCertificate&) const = default;
};

struct ReportedRequest {
    std::string template_name{};
    std::string ca{};
    std::optional<std::uint32_t> request_id{};
    Time submitted{};
    bool operator==(const ReportedRequest&) const = default;
};

// engine/decision.h
struct ReportedDecision {
    std::string about{};  // "template", "certificate", "request"
    std::string template_name{};
    std::string subject{};
    std::string verdict{};
    std::string rule{};
    std::string fact{};
    std::string remedy{};
    bool operator==(const ReportedDecision&) const = default;
};

struct ReportedEventName {
    std::string source{};  // "CertEnroll"
    std::uint32_t number = 0;
    bool operator==(const ReportedEventName&) const = default;
};

// doctor/finding.h
struct ReportedFinding {
    std::string id{};
    std::string stage{};
    FindingVerdict verdict{};
    std::string subject{};
    std::string sentence{};
    std::vector<std::string> evidence{};
    std::string remedy{};
    std::vector<ReportedEventName> events{};
    std::vector<std::string> codes{};  // "0x800706BA"
    bool operator==(const ReportedFinding&) const = default;
};

struct ReportedRun {
    std::string trigger{};
    Time started{};
    Time ended{};
    std::string outcome{};
    std::vector<std::string> failures{};
    bool operator==(const ReportedRun&) const = default;
};

struct ReportedEvent {
    Time when{};
    std::string level{};
    std::string source{};
    std::uint32_t number = 0;  // 0: a sentence of the agent's own
    std::string text{};
    bool operator==(const ReportedEvent&) const = default;
};

// How it stands in one word, for the colour and the order; the numbers are that order.
enum class Severity { bad, attention, unknown, off, good };
std::string_view to_string(Severity severity);  // "failing", "attention", ...

struct MachineReport {
    std::string host{};
    std::string domain{};
    std::string account{};
    std::string context{};  // "machine", "user"
    Time made{};
    std::string version{};               // of the agent that made it
    std::string state{};                 // "healthy" ...: status.h Health; empty: not known
    std::vector<std::string> reasons{};  // why it is in that state
    std::optional<std::uint32_t> policy_bits{};
    std::string policy_source{};
    std::string controller{};  // the domain controller that the decisions rest on
    std::string problem{};     // why there are no decisions
    std::optional<ReportedRun> last_run{};
    std::optional<Time> next_run{};
    std::vector<ReportedCertificate> certificates{};  // what expires first stands first
    std::vector<ReportedRequest> requests{};
    std::vector<ReportedDecision> decisions{};
    std::vector<ReportedFinding> findings{};
    std::vector<ReportedEvent> events{};  // oldest first
    bool operator==(const MachineReport&) const = default;
};

// The worse of the state and what doctor found.
Severity severity_of(const MachineReport& report);
std::size_t count_of(const MachineReport& report, FindingVerdict verdict);

// Newer events only; the rest stays in `aeclient events`.
inline constexpr std::size_t kMostReportedEvents = 300;

MachineReport machine_report_of(const Examination& seen, const Diagnosis& diagnosis);

}  // namespace ae::service
