#include "service/health_report/machine_page.h"

#include "engine/policy_gates.h"
#include "service/health_report/decision_tree.h"
#include "service/health_report/time_line.h"
#include "service/period_text.h"

#include <algorithm>

namespace ae::service {
namespace {

constexpr std::size_t kShownThumbprint = 12;

Html mark(std::string_view kind, std::string_view word) {
    return element("span", {{"class", "mark " + std::string(kind)}}, Html::text(word));
}

Html section(unsigned level, std::string_view title, const Html& content) {
    const std::string heading = "h" + std::to_string(level);
    return element("section", element(heading, title) + content);
}

Html nothing(std::string_view words) {
    return element("p", {{"class", "faint"}}, Html::text(words));
}

std::string or_dash(const std::string& text) { return text.empty() ? "-" : text; }

Html health(const MachineReport& report) {
    const Severity severity = severity_of(report);
    Html content = element("strong", to_string(severity));
    if (!report.state.empty() && report.state != to_string(severity)) {
        content += Html::text(" (the agent says: " + report.state + ")");
    }
    std::vector<std::string> reasons = report.reasons;
    for (const ReportedFinding& one : report.findings) {
        if (one.verdict == FindingVerdict::fail) {
            reasons.push_back(one.id + (one.subject.empty() ? "" : " (" + one.subject + ")") +
                              ": " + one.sentence);
        }
    }
    if (!report.problem.empty()) {
        reasons.push_back(report.problem);
    }
    return element("div",
                   {{"class", "health " + std::string(css_class(severity))}, {"role", "status"}},
                   content + list_of(reasons));
}

Html facts(const MachineReport& report) {
    Html list;
    const auto add = [&list](std::string_view term, const std::string& words) {
        if (!words.empty()) {
            list += element("dt", term) + element("dd", words);
        }
    };
    add("Account", report.account + (report.domain.empty() ? "" : " of " + report.domain));
    add("AEPolicy",
        (report.policy_bits ? engine::policy_bits_text(*report.policy_bits) : "not set") +
            (report.policy_source.empty() ? "" : ", from " + report.policy_source));
    add("Domain controller", report.controller);
    if (const auto& run = report.last_run) {
        add("Last run", run->outcome + ", " + ago(run->ended, report.made) + " (" +
                            ae::to_string(run->ended) + "; " + run->trigger + ", took " +
                            rough_period(run->ended - run->started) + ')');
    }
    add("Next run", report.next_run ? ae::to_string(*report.next_run) : "");
    Html content = element("dl", list);
    if (report.last_run && !report.last_run->failures.empty()) {
        content +=
            element("p", "What failed in the last run:") + list_of(report.last_run->failures);
    }
    return content;
}

Html state_of(const ReportedCertificate& one, Time now) {
    if (one.not_after < now) {
        return mark("bad", "expired");
    }
    if (one.key == "gone") {
        return mark("bad", "key gone");
    }
    if (one.not_before > now) {
        return mark("attention", "not valid yet");
    }
    return one.renewal_begins && *one.renewal_begins <= now ? mark("attention", "renewal due")
                                                            : mark("good", "valid");
}

Html certificates(const MachineReport& report) {
    std::vector<std::vector<Html>> rows;
    for (const ReportedCertificate& one : report.certificates) {
        rows.push_back(
            {Html::text(or_dash(one.template_name)), state_of(one, report.made),
             Html::text(one.key),
             time_element(one.not_before) + Html::raw(" to ") + time_element(one.not_after),
             one.renewal_begins ? time_element(*one.renewal_begins) : Html::text("-"),
             Html::text(one.subject), code(one.thumbprint.substr(0, kShownThumbprint))});
    }
    if (rows.empty()) {
        return nothing("No certificates are held.");
    }
    return time_line(report.certificates, report.made) +
           html_table(
               "The same certificates as a table",
               {"Template", "State", "Key", "Valid", "Renewal begins", "Subject", "Thumbprint"},
               rows);
}

Html requests(const MachineReport& report) {
    std::vector<std::vector<Html>> rows;
    for (const ReportedRequest& one : report.requests) {
        rows.push_back(
            {Html::text(one.request_id ? std::to_string(*one.request_id) : "answer unknown"),
             Html::text(one.template_name), Html::text(or_dash(one.ca)),
             time_element(one.submitted) + Html::text(", " + ago(one.submitted, report.made))});
    }
    return html_table("Requests that wait for an answer",
                      {"Waiting request", "Template", "Authority", "Sent"}, rows);
}

std::string_view css_class(FindingVerdict verdict) {
    switch (verdict) {
        case FindingVerdict::fail:
            return "bad";
        case FindingVerdict::warn:
            return "attention";
        case FindingVerdict::ok:
            return "good";
        case FindingVerdict::note:
        case FindingVerdict::not_checked:
            break;
    }
    return "off";
}

Html joined(const std::vector<std::string>& words) {
    Html all;
    for (const std::string& one : words) {
        all += Html::raw(all.empty() ? "" : ", ") + Html::text(one);
    }
    return all;
}

Html card(const ReportedFinding& one) {
    const std::string kind(css_class(one.verdict));
    Html content = element("p", mark(kind, to_string(one.verdict)) + Html::raw(" ") +
                                    element("strong", one.id) +
                                    Html::text(one.subject.empty() ? "" : " " + one.subject) +
                                    Html::raw(" &ndash; ") + Html::text(one.sentence));
    content += list_of(one.evidence);
    if (!one.remedy.empty()) {
        content += element("p", {{"class", "remedy"}}, Html::text(one.remedy));
    }
    std::vector<std::string> related = one.codes;
    for (const ReportedEventName& event : one.events) {
        related.push_back("event " + event.source + ' ' + std::to_string(event.number));
    }
    if (!related.empty()) {
        content += element("p", {{"class", "faint"}}, Html::raw("See ") + joined(related));
    }
    return element("div", {{"class", "finding is-" + kind}}, content);
}

bool needs_a_card(const ReportedFinding& one) {
    return one.verdict != FindingVerdict::ok && one.verdict != FindingVerdict::not_checked;
}

// Worst first; what is well and what was not looked at follows as a table.
Html findings(const MachineReport& report) {
    if (report.findings.empty()) {
        return nothing("The doctor was not asked.");
    }
    Html cards;
    for (const auto verdict : {FindingVerdict::fail, FindingVerdict::warn, FindingVerdict::note}) {
        for (const ReportedFinding& one : report.findings) {
            if (one.verdict == verdict) {
                cards += card(one);
            }
        }
    }
    std::vector<std::vector<Html>> rows;
    for (const ReportedFinding& one : report.findings) {
        if (!needs_a_card(one)) {
            rows.push_back({Html::text(one.id),
                            mark(css_class(one.verdict), to_string(one.verdict)),
                            Html::text(or_dash(one.subject)), Html::text(one.sentence)});
        }
    }
    return cards + html_table("What is well, and what was not checked",
                              {"Id", "Verdict", "About", "Finding"}, rows);
}

Html level_mark(const std::string& level) {
    if (level == "error") {
        return mark("bad", level);
    }
    return level == "warning" ? mark("attention", level) : mark("off", level);
}

Html events(const MachineReport& report) {
    std::vector<std::vector<Html>> rows;
    for (auto one = report.events.rbegin(); one != report.events.rend(); ++one) {
        rows.push_back(
            {time_element(one->when), level_mark(one->level),
             Html::text(one->source + (one->number == 0 ? "" : ' ' + std::to_string(one->number))),
             Html::text(one->text)});
    }
    return rows.empty()
               ? nothing("No events of late.")
               : html_table("Events, newest first", {"Time", "Level", "Event", "Text"}, rows);
}

}  // namespace

std::string name_of(const MachineReport& report) {
    const std::string& host = report.host.empty() ? report.account : report.host;
    return (host.empty() ? "unnamed" : host) + " (" + report.context + ')';
}

std::string_view css_class(Severity severity) {
    switch (severity) {
        case Severity::bad:
            return "bad";
        case Severity::attention:
            return "attention";
        case Severity::good:
            return "good";
        case Severity::unknown:
        case Severity::off:
            break;
    }
    return "off";
}

Html machine_sections(const MachineReport& report, unsigned level) {
    return health(report) + section(level, "Runs", facts(report)) +
           section(level, "Certificates", certificates(report) + requests(report)) +
           section(level, "Findings of the doctor", findings(report)) +
           section(level, "Decisions", decision_tree(report.decisions)) +
           section(level, "Events", events(report));
}

std::string machine_page(const MachineReport& report) {
    const std::string name = name_of(report);
    const Html body =
        element("header",
                element("h1", name) + element("p", {{"class", "under"}},
                                              Html::text("Certificate autoenrollment as of " +
                                                         ae::to_string(report.made)))) +
        element("main", machine_sections(report, 2)) +
        element("footer", "Made by aeclient " + report.version +
                              ". All times are UTC. This page holds names and permissions of the "
                              "directory, and no private key, ticket, password or request.");
    return page(name + ": certificate autoenrollment", body);
}

}  // namespace ae::service
