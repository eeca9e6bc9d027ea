#include "engine/base/text.h"
#include "service/report_parts.h"
#include "service/status_parts.h"

#include <algorithm>
#include <utility>

namespace ae::service {
namespace {

using Row = std::vector<std::string>;

std::string coloured(Health health, const Style& style) {
    switch (health) {
        case Health::healthy:
            return style.good(to_string(health));
        case Health::failing:
        case Health::not_running:
            return style.bad(to_string(health));
        case Health::attention:
        case Health::disabled:
        case Health::never_ran:
            break;
    }
    return style.attention(to_string(health));
}

std::string in_words(const engine::AutoenrollPolicy& policy) {
    if (!policy.bits) {
        return "AEPolicy is not set: nothing is enrolled or renewed";
    }
    std::string text = "AEPolicy " + policy_number(*policy.bits) + ": ";
    if (is_disabled(policy)) {
        return text + "nothing is enrolled or renewed";
    }
    Row on;
    Row off;
    const auto sort_in = [&](bool set, const char* what) { (set ? on : off).emplace_back(what); };
    sort_in(policy.enroll(), "enroll for what is missing");
    sort_in(policy.manage(), "renew and remove revoked");
    sort_in(policy.pending(), "fetch pending requests");
    return text + join(on, ", ") + (off.empty() ? "" : "; not: " + join(off, ", "));
}

void add_policy(const ContextStatus& status, std::vector<Row>& rows) {
    if (!status.policy_problem.empty()) {
        rows.push_back({"policy", "unreadable: " + printable(status.policy_problem)});
        return;
    }
    rows.push_back({"policy", in_words(status.policy)});
    if (!status.policy.source.empty()) {
        rows.push_back({"", "from " + printable(status.policy.source)});
    }
}

void add_host(const ContextStatus& status, std::vector<Row>& rows) {
    if (!status.host) {
        rows.push_back({"service", status.host_problem.empty()
                                       ? "does not run"
                                       : "unknown: " + printable(status.host_problem)});
        return;
    }
    const HostStatus& host = *status.host;
    std::string text = printable(host.state);
    if (!host.running_trigger.empty()) {
        text += " (" + printable(host.running_trigger) + ")";
    }
    if (host.follow_up) {
        text += ", one more run follows";
    }
    rows.push_back({"service", text + "; process " + std::to_string(host.process) + ", up since " +
                                   ae::to_string(host.since)});
}

void add_last_run(const ContextStatus& status, std::vector<Row>& rows) {
    const RunRecord& record = status.record;
    if (!status.record_problem.empty()) {
        rows.push_back({"last run", "unknown: " + printable(status.record_problem)});
        return;
    }
    if (!record.last) {
        rows.push_back({"last run", "none has ended yet"});
        return;
    }
    const engine::LastRun& last = *record.last;
    rows.push_back({"last run", std::string(to_string(last.outcome)) + ", " +
                                    ago(last.ended, status.now) + "; " +
                                    std::string(to_string(last.trigger)) + ", started " +
                                    ae::to_string(last.started) + ", took " +
                                    rough_period(last.ended - last.started)});
    if (!record.controller.empty()) {
        rows.push_back({"", "read from " + printable(record.controller)});
    }
    if (status.policy_problem.empty() && last.outcome != engine::Outcome::crashed &&
        record.policy_bits != status.policy.bits) {
        rows.push_back(
            {"", "the policy was another one then: " +
                     (record.policy_bits ? "AEPolicy " + policy_number(*record.policy_bits)
                                         : std::string("no AEPolicy"))});
    }
    for (const std::string& failure : record.failures) {
        rows.push_back({"", "failed: " + printable(failure)});
    }
}

std::string number_of(std::size_t count, const std::string& what) {
    return std::to_string(count) + ' ' + what + (count == 1 ? "" : "s");
}

void add_replica(const ContextStatus& status, std::vector<Row>& rows) {
    if (const auto& replica = status.replica) {
        rows.push_back({"replica", as_of(replica->source, status.now) + ": " +
                                       number_of(replica->templates, "template") + ", " +
                                       number_of(replica->cas, "CA")});
    } else {
        rows.push_back({"replica", "none yet: no run has read the whole of it"});
    }
}

void add_next_run(const ContextStatus& status, std::vector<Row>& rows) {
    if (!status.host) {
        rows.push_back({"next run", status.host_problem.empty() ? "none by itself" : "unknown"});
    } else if (const auto& next = status.host->next) {
        const std::string when =
            next->at <= status.now ? "now" : "in " + rough_period(next->at - status.now);
        rows.push_back({"next run", when + ", " + ae::to_string(next->at) + "; " +
                                        std::string(to_string(next->why))});
    } else {
        rows.push_back({"next run", "known when this one has ended"});
    }
}

// Sorted by what an administrator looks for: the managed ones first, then what expires first.
std::vector<HeldStatus> sorted(std::vector<HeldStatus> held) {
    std::ranges::stable_sort(held, {}, [](const HeldStatus& one) {
        return std::pair(one.template_name.empty(), one.expires);
    });
    return held;
}

std::string certificates(const ContextStatus& status, const Style& style) {
    std::vector<Row> rows{
        {"CERTIFICATE", "TEMPLATE", "EXPIRES", "LEFT", "RENEWAL BEGINS", "KEY", "SUBJECT"}};
    for (const HeldStatus& one : sorted(status.held)) {
        rows.push_back({printable(one.thumbprint.substr(0, kShownThumbprint)),
                        one.template_name.empty() ? "-" : printable(one.template_name),
                        ae::to_string(one.expires),
                        one.expires < status.now ? style.bad("expired")
                                                 : rough_period(one.expires - status.now),
                        one.renewal_begins ? ae::to_string(*one.renewal_begins) : "-",
                        std::string(to_string(one.key)), printable(one.subject)});
    }
    return rows.size() > 1 ? '\n' + table(rows, style) : "\nno certificates\n";
}

std::string state_of(const PendingStatus& one) {
    if (one.request_id) {
        return std::to_string(*one.request_id);
    }
    return one.ca.empty() ? "not sent" : "answer unknown";
}

std::string requests(const ContextStatus& status, const Style& style) {
    std::vector<Row> rows{{"PENDING REQUEST", "TEMPLATE", "SUBMITTED", "AGE", "CA"}};
    for (const PendingStatus& one : status.pending) {
        rows.push_back(
            {state_of(one), printable(one.template_name), ae::to_string(one.submitted),
             one.submitted <= status.now ? rough_period(status.now - one.submitted) : "-",
             printable(one.ca)});
    }
    return rows.size() > 1 ? '\n' + table(rows, style) : "";
}

std::string cas(const ContextStatus& status, const Style& style) {
    std::vector<Row> rows{{"CA", "FAILED CALLS", "STATE"}};
    for (const CaHealth& ca : status.cas) {
        Row states;
        if (ca.silent_since) {
            states.push_back("silent since " + ae::to_string(*ca.silent_since));
        }
        for (const std::string& refusal : ca.refusals) {
            states.push_back(printable(refusal));
        }
        rows.push_back({printable(ca.ca), std::to_string(ca.failures),
                        states.empty() ? "-" : join(states, "; ")});
    }
    return rows.size() > 1 ? '\n' + table(rows, style) : "";
}

}  // namespace

std::string status_as_text(const ContextStatus& status, const Style& style) {
    const HealthReport health = health_of(status);
    std::string text =
        std::string(to_string(status.scope)) + ": " + coloured(health.health, style) + '\n';
    for (const std::string& reason : health.reasons) {
        text += "  - " + reason + '\n';
    }
    std::vector<Row> rows;
    add_policy(status, rows);
    add_host(status, rows);
    add_last_run(status, rows);
    add_replica(status, rows);
    add_next_run(status, rows);
    text += '\n' + table(rows);
    return text + certificates(status, style) + requests(status, style) + cas(status, style);
}

}  // namespace ae::service
