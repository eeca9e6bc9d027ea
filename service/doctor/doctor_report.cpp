#include "service/doctor/doctor_report.h"

#include "engine/base/hresult_table.h"
#include "engine/base/text.h"
#include "service/doctor/finding_json.h"

#include <algorithm>

namespace ae::service {
namespace {

using enum FindingVerdict;

constexpr std::size_t kVerdictWidth = 11;  // "not checked"
constexpr std::size_t kIdWidth = 5;        // "REF10"

// Who is examined, and how far.
std::string heading(const Examination& seen, Style style) {
    std::string text = style.strong("doctor") + ": the " + std::string(to_string(seen.scope)) +
                       (seen.captured ? " of a capture" : "") + ", " + ae::to_string(seen.now);
    if (!seen.template_name.empty()) {
        text += ", template " + printable(seen.template_name);
    }
    if (!seen.ca.empty()) {
        text += ", CA " + printable(seen.ca);
    }
    return text + (seen.live ? ", live\n" : "\n");
}

std::string padded(std::string_view text, std::size_t width) {
    return std::string(text) + std::string(width - std::min(width, text.size()), ' ');
}

std::string verdict_text(FindingVerdict verdict, Style style) {
    const std::string text = padded(to_string(verdict), kVerdictWidth);
    switch (verdict) {
        case ok:
            return style.good(text);
        case note:
            return style.strong(text);
        case warn:
            return style.attention(text);
        case fail:
            return style.bad(text);
        case not_checked:
            break;
    }
    return style.faint(text);
}

std::string tied_to(const Finding& finding) {
    std::vector<std::string> names;
    for (const EventName& event : finding.events) {
        names.push_back(std::string(to_string(event.source)) + ' ' + std::to_string(event.number));
    }
    for (const Hresult code : finding.codes) {
        names.push_back(to_hex(code));
    }
    return join(names, ", ");
}

std::string finding_text(const Finding& finding, Style style) {
    std::string text = "  " + verdict_text(finding.verdict, style) + "  " +
                       padded(finding.id, kIdWidth) + "  " + printable(finding.sentence) + '\n';
    const std::string indent(4 + kVerdictWidth + 2 + kIdWidth, ' ');
    for (const std::string& line : finding.evidence) {
        text += indent + style.faint(printable(line)) + '\n';
    }
    const bool matters = finding.verdict == warn || finding.verdict == fail;
    if (!finding.remedy.empty() && finding.verdict != ok) {
        text += indent + "to do: " + printable(finding.remedy) + '\n';
    }
    if (const std::string names = tied_to(finding); matters && !names.empty()) {
        text += indent + "goes with: " + names + '\n';
    }
    return text;
}

std::size_t count_of(const Diagnosis& diagnosis, FindingVerdict verdict) {
    return static_cast<std::size_t>(
        std::ranges::count(diagnosis.findings, verdict, &Finding::verdict));
}

std::string summary(const Diagnosis& diagnosis) {
    return std::to_string(count_of(diagnosis, fail)) + " FAIL, " +
           std::to_string(count_of(diagnosis, warn)) + " WARN, " +
           std::to_string(count_of(diagnosis, note)) + " NOTE\n";
}

Json event_json(const EventName& event) {
    return {{"source", to_string(event.source)}, {"id", event.number}};
}

}  // namespace

Json finding_json(const Finding& finding) {
    return {{"id", finding.id},
            {"stage", to_string(finding.stage)},
            {"verdict", to_string(finding.verdict)},
            {"subject", finding.subject},
            {"sentence", finding.sentence},
            {"evidence", finding.evidence},
            {"remedy", finding.remedy},
            {"events", json_list(finding.events, event_json)},
            {"codes", json_list(finding.codes, [](Hresult code) { return to_hex(code); })}};
}

Json diagnosis_json(const Examination& seen, const Diagnosis& diagnosis) {
    return {{"scope", to_string(seen.scope)},
            {"now", ae::to_string(seen.now)},
            {"captured", seen.captured},
            {"live", seen.live},
            {"template", seen.template_name},
            {"ca", seen.ca},
            {"findings", json_list(diagnosis.findings, finding_json)},
            {"answer", diagnosis.answer},
            {"exit_code", exit_code(diagnosis)}};
}

std::string diagnosis_as_text(const Examination& seen, const Diagnosis& diagnosis, Style style) {
    std::string text = heading(seen, style);
    std::optional<Stage> stage;
    for (const Finding& finding : diagnosis.findings) {
        if (stage != finding.stage) {
            text += '\n' + std::string(to_string(finding.stage)) + '\n';
            stage = finding.stage;
        }
        text += finding_text(finding, style);
    }
    text += '\n' + summary(diagnosis);
    return diagnosis.answer.empty() ? text : text + printable(diagnosis.answer) + '\n';
}

std::string diagnosis_as_json(const Examination& seen, const Diagnosis& diagnosis) {
    return json_text(diagnosis_json(seen, diagnosis));
}

}  // namespace ae::service
