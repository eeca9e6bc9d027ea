#include "service/report.h"

#include "engine/base/hresult_table.h"
#include "engine/base/text.h"

#include <algorithm>
#include <array>

#include <nlohmann/json.hpp>

namespace ae::service {
namespace {

using Json = nlohmann::ordered_json;
using Row = std::array<std::string, 4>;

// Code points, not octets: template names may hold any letter.
std::size_t width_of(const std::string& text) {
    return static_cast<std::size_t>(std::ranges::count_if(
        text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80; }));
}

std::string padded(const std::string& text, std::size_t width) {
    const std::size_t have = width_of(text);
    return have < width ? text + std::string(width - have, ' ') : text;
}

std::string table(const std::vector<Row>& rows) {
    std::array<std::size_t, 4> widths{};
    for (const Row& row : rows) {
        for (std::size_t i = 0; i < row.size(); ++i) {
            widths[i] = std::max(widths[i], width_of(row[i]));
        }
    }
    std::string text;
    for (const Row& row : rows) {
        for (std::size_t i = 0; i + 1 < row.size(); ++i) {
            text += padded(row[i], widths[i] + 2);
        }
        text += row.back() + '\n';
    }
    return text;
}

// Empty when the pulse ended before it could know.
std::string policy_text(const engine::PulseReport& pulse) {
    if (pulse.policy.bits) {
        return "AEPolicy " + std::to_string(*pulse.policy.bits) + " from " +
               printable(pulse.policy.source) + '\n';
    }
    return pulse.ok() || !pulse.decisions.empty() ? "AEPolicy is not set\n" : "";
}

Json as_json_value(const engine::Decision& decision) {
    return {{"template", decision.template_name},
            {"verdict", engine::to_string(decision.verdict)},
            {"rule", decision.rule},
            {"fact", decision.fact},
            {"remedy", decision.remedy}};
}

Json as_json_value(const engine::Enrolled& entry) {
    return {{"template", entry.template_name},
            {"ca", entry.ca.config()},
            {"request_id", entry.request_id},
            {"thumbprint", entry.where.thumbprint},
            {"path", entry.where.path},
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

template <class T>
Json list(const std::vector<T>& values) {
    Json json = Json::array();
    for (const T& value : values) {
        json.push_back(as_json_value(value));
    }
    return json;
}

}  // namespace

std::string as_text(const RunReport& report) {
    const engine::PulseReport& pulse = report.pulse;
    std::string text = policy_text(pulse);
    if (!pulse.server.dns_name.empty()) {
        text += "domain controller " + printable(pulse.server.dns_name);
        text += pulse.server.site.empty() ? "" : ", site " + printable(pulse.server.site);
        text += '\n';
    }
    if (!pulse.decisions.empty()) {
        std::vector<Row> rows{{"TEMPLATE", "VERDICT", "RULE", "WHY"}};
        for (const engine::Decision& decision : pulse.decisions) {
            rows.push_back({printable(decision.template_name),
                            std::string(engine::to_string(decision.verdict)), decision.rule,
                            printable(decision.fact)});
        }
        text += '\n' + table(rows);
    }
    for (const engine::Enrolled& entry : pulse.enrolled) {
        text += "\nenrolled " + printable(entry.template_name) + " from " +
                printable(entry.ca.config()) + ", request " + std::to_string(entry.request_id) +
                "\n  subject  " + printable(entry.facts.subject) + "\n  issuer   " +
                printable(entry.facts.issuer) + "\n  valid    " +
                to_string(entry.facts.not_before) + " to " + to_string(entry.facts.not_after) +
                "\n  path     " + printable(entry.where.path) + '\n';
    }
    for (const std::string& note : pulse.notes) {
        text += "\nnote: " + printable(note) + '\n';
    }
    if (pulse.ok() && pulse.enrolled.empty()) {
        text += "\nnothing was enrolled, and nothing failed\n";
    }
    for (const Error& failure : pulse.failures) {
        text += "\nfailed: " + printable(failure.sentence()) + '\n';
    }
    return text;
}

std::string as_json(const RunReport& report) {
    const engine::PulseReport& pulse = report.pulse;
    Json json;
    json["policy"] = {{"bits", nullptr}, {"source", pulse.policy.source}};
    if (pulse.policy.bits) {
        json["policy"]["bits"] = *pulse.policy.bits;
    }
    json["domain_controller"] = pulse.server.dns_name;
    json["site"] = pulse.server.site;
    json["enrolled"] = list(pulse.enrolled);
    json["decisions"] = list(pulse.decisions);
    json["events"] = list(report.events);
    json["notes"] = pulse.notes;
    json["failures"] = list(pulse.failures);
    // Directory text may be any octets: replace what is not UTF-8 rather than fail.
    return json.dump(2, ' ', false, Json::error_handler_t::replace) + '\n';
}

int exit_code(const RunReport& report) { return report.pulse.ok() ? 0 : 2; }

}  // namespace ae::service
