#include "service/report.h"

#include "engine/base/hresult_table.h"
#include "engine/base/text.h"
#include "service/report_parts.h"

namespace ae::service {
namespace {

Json as_json_value(const engine::Enrolled& entry) {
    return {{"template", entry.template_name},
            {"ca", entry.ca.config()},
            {"request_id", entry.request_id},
            {"replaced", entry.replaced},
            {"thumbprint", entry.where.thumbprint},
            {"path", entry.where.path},
            {"live", entry.where.live},
            {"subject", entry.facts.subject},
            {"issuer", entry.facts.issuer},
            {"not_before", to_string(entry.facts.not_before)},
            {"not_after", to_string(entry.facts.not_after)}};
}

Json as_json_value(const engine::Event& event) {
    return {{"source", engine::to_string(event.source)},
            {"id", event.number},
            {"level", engine::to_string(event.level)},
            {"text", event.text}};
}

Json as_json_value(const Error& error) {
    return {{"code", to_hex(error.code)}, {"sentence", error.sentence()}};
}

// Who asked for one thing and did not get it wants to know what to do now (rules M4, M5).
std::string ways_on(const RunReport& report) {
    std::string text;
    if (report.errand == engine::Errand::Kind::none) {
        return text;
    }
    for (const engine::Decision& one : report.pulse.decisions) {
        text += one.remedy.empty() ? "" : printable(one.remedy) + '\n';
    }
    return text;
}

constexpr auto kToJson = [](const auto& value) { return as_json_value(value); };

}  // namespace

std::string as_text(const RunReport& report, const Style& style) {
    const engine::PulseReport& pulse = report.pulse;
    // A pulse that ended before it could know says nothing of the policy.
    const bool knows = pulse.policy.bits || pulse.ok() || !pulse.decisions.empty();
    std::string text = knows ? policy_text(pulse.policy) : "";
    if (!pulse.server.dns_name.empty()) {
        text += "domain controller " + printable(pulse.server.dns_name);
        text += pulse.server.site.empty() ? "" : ", site " + printable(pulse.server.site);
        text += '\n';
    }
    text += decisions_text(pulse.decisions, style);
    for (const engine::Enrolled& entry : pulse.enrolled) {
        text += (entry.replaced.empty() ? "\nenrolled " : "\nrenewed ") +
                printable(entry.template_name) + " from " + printable(entry.ca.config()) +
                ", request " + engine::number_or_unknown(entry.request_id) + "\n  subject  " +
                printable(entry.facts.subject) + "\n  issuer   " + printable(entry.facts.issuer) +
                "\n  valid    " + to_string(entry.facts.not_before) + " to " +
                to_string(entry.facts.not_after) + "\n  path     " + printable(entry.where.path) +
                (entry.where.live.empty() ? "" : "\n  live     " + printable(entry.where.live)) +
                '\n';
    }
    for (const std::string& note : pulse.notes) {
        text += "\nnote: " + printable(note) + '\n';
    }
    if (pulse.ok() && pulse.enrolled.empty()) {
        text += "\nnothing was enrolled, and nothing failed\n" + ways_on(report);
    }
    for (const Error& failure : pulse.failures) {
        text += '\n' + style.bad("failed:") + ' ' + printable(failure.sentence()) + '\n';
    }
    return text;
}

std::string as_json(const RunReport& report) {
    const engine::PulseReport& pulse = report.pulse;
    Json json;
    json["policy"] = policy_json(pulse.policy);
    json["domain_controller"] = pulse.server.dns_name;
    json["site"] = pulse.server.site;
    json["enrolled"] = json_list(pulse.enrolled, kToJson);
    json["decisions"] = json_list(pulse.decisions, decision_json);
    json["events"] = json_list(report.events, kToJson);
    json["notes"] = pulse.notes;
    json["failures"] = json_list(pulse.failures, kToJson);
    return json_text(json);
}

int exit_code(const RunReport& report) {
    if (!report.pulse.ok()) {
        return 2;
    }
    const bool by_hand = report.errand != engine::Errand::Kind::none;
    return by_hand && report.pulse.enrolled.empty() ? 1 : 0;
}

}  // namespace ae::service
