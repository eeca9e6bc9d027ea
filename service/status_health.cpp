#include "engine/base/text.h"
#include "service/control/control_words.h"
#include "service/status_parts.h"

#include <algorithm>
#include <array>

namespace ae::service {
namespace {

struct Finding {
    Health state{};
    std::string sentence{};
};
using Findings = std::vector<Finding>;

// Of several states, the first that holds; status.h says why.
constexpr std::array kOrder = {Health::disabled, Health::not_running, Health::failing,
                               Health::never_ran, Health::attention};

std::string_view start_remedy(const ContextStatus& status) {
    return status.scope == engine::Scope::machine ? kControlWords.start_machine
                                                  : kControlWords.start_user;
}

std::string_view option_of(const ContextStatus& status) {
    return status.scope == engine::Scope::machine ? "" : " --user";
}

std::string short_name(const HeldStatus& held) {
    return "Certificate " + held.thumbprint.substr(0, kShownThumbprint) + " of template " +
           printable(held.template_name);
}

void check_policy(const ContextStatus& status, Findings& found) {
    const engine::AutoenrollPolicy& policy = status.policy;
    if (!status.policy_problem.empty()) {
        found.push_back({Health::failing, "The policy cannot be read, so no run does anything: " +
                                              printable(status.policy_problem)});
    } else if (!policy.bits) {
        found.push_back(
            {Health::disabled,
             "AEPolicy is not set, so nothing is enrolled or renewed; set it to 7 in the "
             "policy, or leave this machine to whoever enrolls for it"});
    } else if (is_disabled(policy)) {
        found.push_back({Health::disabled, "AEPolicy " + policy_number(*policy.bits) + " from " +
                                               printable(policy.source) +
                                               " switches autoenrollment off; set it to 7 there to "
                                               "enroll and renew"});
    }
}

void check_host(const ContextStatus& status, Findings& found) {
    if (status.host) {
        return;
    }
    if (status.host_problem.empty()) {
        found.push_back(
            {Health::not_running, "The service does not run, so nothing happens by itself. " +
                                      std::string(start_remedy(status))});
    } else {
        found.push_back(
            {Health::attention, "The service seems to run and did not tell its state: " +
                                    printable(status.host_problem)});
    }
}

std::string failed_run(const RunRecord& record) {
    std::string text = "The last run (" + std::string(to_string(record.last->trigger)) + ", " +
                       ae::to_string(record.last->ended) + ") failed";
    if (!record.failures.empty()) {
        text += ": " + printable(record.failures.front());
    }
    if (record.failures.size() > 1) {
        text += " (and " + std::to_string(record.failures.size() - 1) + " more, listed below)";
    }
    return text;
}

void check_last_run(const ContextStatus& status, Findings& found) {
    const RunRecord& record = status.record;
    if (!status.record_problem.empty()) {
        found.push_back({Health::attention, "What the last runs did is not known: " +
                                                printable(status.record_problem)});
        return;
    }
    if (!record.last) {
        found.push_back({Health::never_ran, "No run has ended yet; start one with: aeclient pulse" +
                                                std::string(option_of(status))});
        return;
    }
    switch (record.last->outcome) {
        case engine::Outcome::failed:
            found.push_back({Health::failing, failed_run(record)});
            break;
        case engine::Outcome::crashed:
            found.push_back({Health::failing,
                             "The process of the last run (" +
                                 std::string(to_string(record.last->trigger)) + ", " +
                                 ae::to_string(record.last->ended) +
                                 ") ended without a report; look for the reason in: journalctl -t "
                                 "aeclient"});
            break;
        case engine::Outcome::unreachable:
            found.push_back(
                {Health::attention,
                 "No domain controller could be asked in the last " +
                     (record.last->unreachable_in_a_row > 1
                          ? std::to_string(record.last->unreachable_in_a_row) + " runs"
                          : std::string("run")) +
                     "; connect to the domain's network, or look at what the run says below"});
            break;
        case engine::Outcome::stopped:
            found.push_back({Health::attention,
                             "The last run was stopped before its end; the next one does what is "
                             "left, start it with: aeclient pulse" +
                                 std::string(option_of(status))});
            break;
        case engine::Outcome::done:
        case engine::Outcome::disabled:  // check_policy says what holds now
            break;
    }
    if (record.last->at_risk) {
        found.push_back(
            {Health::attention,
             "A renewal that was due did not come about, and the certificate expires at " +
                 ae::to_string(*record.last->at_risk) +
                 "; what keeps it from that is said by: aeclient plan" +
                 std::string(option_of(status))});
    }
}

// A newer certificate of the same template for the same subject can be used in its stead.
bool is_replaced(const HeldStatus& old, const ContextStatus& status) {
    return std::ranges::any_of(status.held, [&](const HeldStatus& other) {
        return equal_ignoring_case(other.template_name, old.template_name) &&
               other.subject == old.subject && other.expires > old.expires &&
               other.expires >= status.now && other.key != engine::KeyState::gone;
    });
}

void check_certificate(const HeldStatus& held, const ContextStatus& status, Findings& found) {
    const std::string remedy = "; what keeps it from being replaced is said by: aeclient plan" +
                               std::string(option_of(status));
    const Seconds remaining = held.expires - status.now;
    const Seconds lifetime = held.expires - held.valid_from;
    if (status.now > held.expires) {
        found.push_back({Health::failing,
                         short_name(held) + " expired at " + ae::to_string(held.expires) + remedy});
    } else if (remaining * 100 <= lifetime * status.policy.warn_percent) {
        found.push_back({Health::attention, short_name(held) + " expires at " +
                                                ae::to_string(held.expires) + ", in " +
                                                rough_period(remaining) + remedy});
    }
    if (held.key == engine::KeyState::gone) {
        found.push_back(
            {Health::attention,
             short_name(held) + " has lost its private key, so no program can use it" + remedy});
    }
}

void check_certificates(const ContextStatus& status, Findings& found) {
    for (const HeldStatus& held : status.held) {
        if (!held.template_name.empty() && !is_replaced(held, status)) {
            check_certificate(held, status, found);
        }
    }
}

std::string about_request(const PendingStatus& one, const ContextStatus& status) {
    const std::string name = printable(one.template_name);
    const std::string ca = printable(one.ca);
    std::string since = ae::to_string(one.submitted);
    since.append(" (").append(rough_period(status.now - one.submitted)).append(")");
    if (one.request_id) {
        return "Request " + std::to_string(*one.request_id) + " for template " + name +
               " waits at " + ca + " since " + since + "; have it issued or denied there";
    }
    return "The request for template " + name + " was sent to " + ca + " at " + since +
           ", answer unknown; the CA may have issued a certificate that nobody holds; what keeps "
           "it from being repeated is said by: aeclient plan" +
           std::string(option_of(status));
}

void check_requests(const ContextStatus& status, Findings& found) {
    for (const PendingStatus& one : status.pending) {
        const bool was_sent = one.request_id || !one.ca.empty();
        if (was_sent && status.now - one.submitted > kPatience) {
            found.push_back({Health::attention, about_request(one, status)});
        }
    }
}

void check_cas(const ContextStatus& status, Findings& found) {
    for (const CaHealth& ca : status.cas) {
        if (ca.silent_since) {
            found.push_back({Health::attention,
                             printable(ca.ca) + " does not answer since " +
                                 ae::to_string(*ca.silent_since) +
                                 "; look whether it runs, and whether TCP port 135 and the dynamic "
                                 "RPC ports lead there"});
        }
        for (const std::string& refusal : ca.refusals) {
            found.push_back({Health::attention, printable(ca.ca) + " refuses " +
                                                    printable(refusal) +
                                                    "; the CA's own log says why"});
        }
    }
}

void check_user(const ContextStatus& status, Findings& found) {
    if (!status.record.needs_user.empty()) {
        found.push_back(
            {Health::attention, "Somebody has to agree before a certificate is requested of " +
                                    printable(join(status.record.needs_user, ", ")) +
                                    "; answer the notice, or run: aeclient enroll --interactive"});
    }
}

void check_stores(const ContextStatus& status, Findings& found) {
    for (const std::string& warning : status.warnings) {
        found.push_back({Health::attention, printable(warning)});
    }
}

constexpr std::array kChecks = {check_policy,   check_host, check_last_run, check_certificates,
                                check_requests, check_cas,  check_user,     check_stores};

}  // namespace

std::string_view to_string(Health health) {
    switch (health) {
        case Health::healthy:
            return "healthy";
        case Health::attention:
            return "attention";
        case Health::failing:
            return "failing";
        case Health::disabled:
            return "disabled";
        case Health::not_running:
            return "not running";
        case Health::never_ran:
            break;
    }
    return "never ran";
}

HealthReport health_of(const ContextStatus& status) {
    Findings found;
    for (const auto check : kChecks) {
        check(status, found);
    }
    HealthReport report;
    for (const Health state : kOrder) {
        for (Finding& one : found) {
            if (one.state == state) {
                report.health = report.reasons.empty() ? state : report.health;
                report.reasons.push_back(std::move(one.sentence));
            }
        }
    }
    return report;
}

}  // namespace ae::service
