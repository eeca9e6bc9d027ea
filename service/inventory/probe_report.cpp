#include "service/inventory/probe_report.h"

#include "engine/base/hresult_table.h"
#include "engine/base/text.h"
#include "service/doctor/doctor.h"
#include "service/doctor/finding_json.h"

namespace ae::service {
namespace {

std::string time_of(const Attempt& step) { return std::to_string(step.took.count()) + " ms"; }

std::string outcome_of(const Attempt& step, const Style& style) {
    return step.problem ? style.bad(printable(step.problem->sentence())) : printable(step.answer);
}

Json step_json(const Attempt& step) {
    return {{"what", step.what},
            {"took_ms", step.took.count()},
            {"answer", step.answer},
            {"failure", step.problem ? error_json(*step.problem) : Json()}};
}

// One CA that was asked whole: doctor's own verdict about it, and what is wrong all the same.
struct Diagnosed {
    Finding verdict{};
    std::optional<Finding> note{};
};

Diagnosed diagnosis_of(engine::Scope scope, const CaProbe& probe) {
    const Examination seen{.scope = scope, .live = true, .cas = {probe}};
    Diagnosed diagnosed;
    for (Finding& one : network_findings(seen)) {
        if (!probe.failed_at && one.verdict == FindingVerdict::warn) {
            diagnosed.note = std::move(one);
        } else if (one.id != "NET3") {
            diagnosed.verdict = std::move(one);
        }
    }
    return diagnosed;
}

std::string finding_text(const Finding& one, const std::string& line) {
    return line + '\n' + (one.remedy.empty() ? "" : one.remedy + '\n');
}

}  // namespace

std::string attempt_line(const Attempt& step, const Style& style) {
    return printable(step.what) + " (" + time_of(step) + "): " + outcome_of(step, style);
}

Json error_json(const Error& error) {
    return {{"code", to_hex(error.code)}, {"sentence", error.sentence()}};
}

Json probe_json(const CaProbe& probe) {
    return {{"ca", probe.ca.config()},
            {"ok", !probe.failed_at},
            {"failed_at", probe.failed_at ? Json(to_string(*probe.failed_at)) : Json()},
            {"steps", json_list(probe.steps, step_json)},
            {"says_its_name", probe.says_its_name},
            {"other_name", probe.other_name},
            {"by_icertpassage", probe.by_icertpassage}};
}

std::string ping_as_text(engine::Scope scope, const CaProbe& probe, const Style& style) {
    std::vector<std::vector<std::string>> rows{{"STEP", "TOOK", "ANSWER"}};
    for (const Attempt& step : probe.steps) {
        rows.push_back({printable(step.what), time_of(step), outcome_of(step, style)});
    }
    const Diagnosed found = diagnosis_of(scope, probe);
    const auto line_of = [](const Finding& one) { return one.id + ": " + one.sentence; };
    const std::string line = line_of(found.verdict);
    return table(rows) + '\n' +
           (found.note ? finding_text(*found.note, style.attention(line_of(*found.note))) : "") +
           finding_text(found.verdict, probe.failed_at ? style.bad(line) : style.good(line));
}

std::string ping_as_json(engine::Scope scope, const CaProbe& probe) {
    Json json;
    json["scope"] = to_string(scope);
    json["probe"] = probe_json(probe);
    const Diagnosed found = diagnosis_of(scope, probe);
    json["finding"] = finding_json(found.verdict);
    json["note"] = found.note ? finding_json(*found.note) : Json();
    return json_text(json);
}

}  // namespace ae::service
