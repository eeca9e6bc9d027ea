#include "service/health_report/machine_report.h"

#include "engine/base/hresult_table.h"
#include "engine/renewal_dates.h"
#include "service/status_parts.h"

#include <algorithm>

namespace ae::service {
namespace {

std::vector<ReportedCertificate> certificates_of(const ContextStatus& status) {
    std::vector<ReportedCertificate> all;
    for (const HeldStatus& one : status.held) {
        all.push_back({one.template_name, one.thumbprint, one.subject, one.valid_from, one.expires,
                       one.renewal_begins, std::string(to_string(one.key))});
    }
    return all;
}

// Of a capture, where no earlier run left word of them.
std::vector<ReportedCertificate> certificates_of(const Preview& view) {
    std::vector<ReportedCertificate> all;
    for (const engine::HeldCertificate& one : view.world.my) {
        const auto& decisions = view.plan.decisions;
        const auto about = std::ranges::find(decisions, one.thumbprint, &engine::Decision::subject);
        all.push_back({about == decisions.end() ? "" : about->template_name, one.thumbprint,
                       one.facts.subject, one.facts.not_before, one.facts.not_after, std::nullopt,
                       std::string(to_string(one.key))});
    }
    return all;
}

// The directory's present word on renewal, where it was asked, is newer than the last run's; also
// when it is that there is no renewal now.
void add_renewals(const Preview& view, std::vector<ReportedCertificate>& certificates) {
    const auto dates = engine::renewal_dates(view.world);
    for (ReportedCertificate& one : certificates) {
        one.renewal_begins.reset();
        const auto at = std::ranges::find(dates, one.thumbprint, &engine::RenewalDate::thumbprint);
        if (at != dates.end()) {
            one.template_name = at->template_name;
            one.renewal_begins = at->begins;
        }
    }
}

void add_status(const ContextStatus& status, MachineReport& report) {
    const HealthReport health = health_of(status);
    report.state = to_string(health.health);
    report.reasons = health.reasons;
    report.policy_bits = status.policy.bits;
    report.policy_source = status.policy.source;
    report.controller = status.record.controller;
    if (const auto& last = status.record.last) {
        report.last_run = {std::string(to_string(last->trigger)), last->started, last->ended,
                           std::string(to_string(last->outcome)), status.record.failures};
    }
    if (status.host && status.host->next) {
        report.next_run = status.host->next->at;
    }
    for (const PendingStatus& one : status.pending) {
        report.requests.push_back({one.template_name, one.ca, one.request_id, one.submitted});
    }
    report.certificates = certificates_of(status);
}

void add_view(const Preview& view, MachineReport& report) {
    if (report.state.empty()) {
        report.policy_bits = view.world.policy.bits;
        report.policy_source = view.world.policy.source;
        report.certificates = certificates_of(view);
        for (const engine::PendingRequest& one : view.world.pending) {
            report.requests.push_back({one.template_name,
                                       one.ca.name.empty() ? "" : one.ca.config(), one.request_id,
                                       one.submitted});
        }
    }
    add_renewals(view, report.certificates);
    if (view.offline) {
        report.problem = "the directory is " + as_of(view.offline->source, view.world.now) +
                         ", because none answers now: " + view.offline->problem;
    }
    for (const engine::Decision& one : view.plan.decisions) {
        report.decisions.push_back({std::string(to_string(one.about)), one.template_name,
                                    one.subject, std::string(to_string(one.verdict)), one.rule,
                                    one.fact, one.remedy});
    }
}

ReportedFinding reported(const Finding& one) {
    ReportedFinding finding{.id = one.id,
                            .stage = std::string(to_string(one.stage)),
                            .verdict = one.verdict,
                            .subject = one.subject,
                            .sentence = one.sentence,
                            .evidence = one.evidence,
                            .remedy = one.remedy};
    for (const EventName& event : one.events) {
        finding.events.push_back({std::string(engine::to_string(event.source)), event.number});
    }
    for (const Hresult code : one.codes) {
        finding.codes.push_back(to_hex(code));
    }
    return finding;
}

void add_events(const std::vector<StoredEvent>& events, MachineReport& report) {
    const std::size_t first =
        events.size() > kMostReportedEvents ? events.size() - kMostReportedEvents : 0;
    for (std::size_t i = first; i < events.size(); ++i) {
        const engine::Event& event = events[i].event;
        report.events.push_back(
            {events[i].when, std::string(engine::to_string(event.level)),
             event.number == 0 ? "aeclient" : std::string(engine::to_string(event.source)),
             event.number, event.text});
    }
}

}  // namespace

std::string_view to_string(Severity severity) {
    switch (severity) {
        case Severity::bad:
            return "failing";
        case Severity::attention:
            return "needs attention";
        case Severity::unknown:
            return "not known";
        case Severity::off:
            return "switched off";
        case Severity::good:
            break;
    }
    return "healthy";
}

std::size_t count_of(const MachineReport& report, FindingVerdict verdict) {
    return static_cast<std::size_t>(
        std::ranges::count(report.findings, verdict, &ReportedFinding::verdict));
}

Severity severity_of(const MachineReport& report) {
    const auto is = [&report](Health health) { return report.state == to_string(health); };
    if (is(Health::disabled)) {
        return Severity::off;
    }
    if (is(Health::failing) || is(Health::not_running) ||
        count_of(report, FindingVerdict::fail) > 0) {
        return Severity::bad;
    }
    if (is(Health::attention) || is(Health::never_ran) ||
        count_of(report, FindingVerdict::warn) > 0) {
        return Severity::attention;
    }
    return report.state.empty() && report.findings.empty() ? Severity::unknown : Severity::good;
}

MachineReport machine_report_of(const Examination& seen, const Diagnosis& diagnosis) {
    MachineReport report{.host = seen.environment.host,
                         .domain = seen.environment.domain,
                         .account = seen.environment.account,
                         .context = std::string(to_string(seen.scope)),
                         .made = seen.now,
                         .version = AE_VERSION};
    if (seen.status) {
        add_status(*seen.status, report);
    }
    if (seen.view) {
        add_view(*seen.view, report);
    } else if (seen.view_problem) {
        report.problem = seen.view_problem->sentence();
    }
    std::ranges::stable_sort(report.certificates, {}, &ReportedCertificate::not_after);
    for (const Finding& one : diagnosis.findings) {
        report.findings.push_back(reported(one));
    }
    add_events(seen.events, report);
    return report;
}

}  // namespace ae::service
