// What the service answers: the answers of control_protocol.h.
#include "service/control/control_protocol.h"

#include "engine/base/hresult_table.h"
#include "engine/base/text.h"
#include "service/control/control_lines.h"

#include <algorithm>
#include <array>
#include <limits>

namespace ae::service {
namespace {

constexpr unsigned kLargestExitCode = 255;
constexpr std::size_t kKeptOfText = std::size_t{64} * 1024;  // of a text in an answer too large

constexpr std::array kStepKinds = {engine::StepKind::policy, engine::StepKind::directory,
                                   engine::StepKind::stores, engine::StepKind::retrieve,
                                   engine::StepKind::enroll, engine::StepKind::renew,
                                   engine::StepKind::clean};

struct AnswerJson {
    Json operator()(const Accepted& accepted) const {
        Json json = message("answer", "accepted");
        json["merged"] = accepted.merged;
        return json;
    }
    Json operator()(const engine::Step& step) const {
        Json json = message("answer", "step");
        json["step"] = to_string(step.kind);
        json["template"] = step.template_name;
        json["ca"] = step.ca;
        return json;
    }
    Json operator()(const EventLine& event) const {
        Json json = message("answer", "event");
        json["level"] = event.level;
        json["source"] = event.source;
        json["id"] = event.number;
        json["text"] = event.text;
        return json;
    }
    Json operator()(const RunResult& result) const {
        Json json = message("answer", "result");
        json["exit_code"] = result.exit_code;
        json["text"] = result.text;
        json["report"] = result.report;
        if (!result.complaint.empty()) {
            json["complaint"] = result.complaint;
        }
        return json;
    }
    Json operator()(const HostStatus& status) const {
        Json json = message("answer", "status");
        json["process"] = status.process;
        json["since"] = ae::to_string(status.since);
        json["state"] = status.state;
        json["running_trigger"] = status.running_trigger;
        if (status.next) {
            json["next_run"] = ae::to_string(status.next->at);
            json["next_trigger"] = to_string(status.next->why);
        }
        json["follow_up"] = status.follow_up;
        return json;
    }
    Json operator()(const Refused& refused) const {
        Json json = message("answer", "refused");
        json["code"] = to_hex(refused.error.code);
        json["context"] = refused.error.context;
        json["remedy"] = refused.error.remedy;
        return json;
    }
};

// The last code point may be cut: it becomes U+FFFD.
void shorten(Json& json) {
    json.erase("report");
    for (auto& member : json) {
        if (member.is_string() && member.get_ref<const std::string&>().size() > kKeptOfText) {
            member = member.get_ref<const std::string&>().substr(0, kKeptOfText) +
                     "\n[the rest is too large for the control channel]\n";
        }
    }
}

std::optional<ControlAnswer> step_of(JsonReader& reader) {
    const std::string name = reader.text("step", Need::required);
    const auto kind = std::ranges::find(kStepKinds, name, [](auto k) { return to_string(k); });
    if (kind == kStepKinds.end()) {
        return std::nullopt;
    }
    return engine::Step{*kind, reader.text("template"), reader.text("ca")};
}

EventLine event_of(JsonReader& reader) {
    return {.level = reader.text("level"),
            .source = reader.text("source"),
            .number = reader.number("id").value_or(0),
            .text = reader.text("text", Need::required)};
}

RunResult result_of(JsonReader& reader) {
    const auto code = reader.number("exit_code");
    // 256 would be success to whoever started us.
    if (!code || *code > kLargestExitCode) {
        reader.blame("exit_code", "is no number from 0 to 255");
        return {};
    }
    RunResult result{static_cast<int>(*code), reader.text("text"), reader.text("report"),
                     reader.text("complaint")};
    // It is printed as it is, and JSON has no control characters but these.
    if (std::ranges::any_of(result.report, [](char c) {
            return static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\t' && c != '\r';
        })) {
        reader.blame("report", "is no JSON");
    }
    return result;
}

HostStatus status_of(JsonReader& reader) {
    HostStatus status{.process = reader.number("process").value_or(0),
                      .since = reader.time("since"),
                      .state = reader.text("state", Need::required),
                      .running_trigger = reader.text("running_trigger"),
                      .next = {},
                      .follow_up = reader.truth("follow_up")};
    if (reader.has("next_run")) {
        const Time at = reader.time("next_run");
        const auto why = engine::trigger_from_string(reader.text("next_trigger"));
        if (why) {
            status.next = engine::DueRun{at, *why};
        } else {
            reader.blame("next_trigger", "is not known");
        }
    }
    return status;
}

Refused refused_of(JsonReader& reader) {
    const auto code = reader.code("code");
    if (!code || !failed(*code)) {
        reader.blame("code", "is no code of a failure");
    }
    return {Error{code.value_or(kUnexpected), reader.text("context"), reader.text("remedy")}};
}

std::optional<ControlAnswer> answer_of(JsonReader& reader) {
    const std::string kind = reader.text("answer", Need::required);
    if (kind == "accepted") {
        return Accepted{reader.truth("merged")};
    }
    if (kind == "step") {
        return step_of(reader);
    }
    if (kind == "event") {
        return event_of(reader);
    }
    if (kind == "result") {
        return result_of(reader);
    }
    if (kind == "status") {
        return status_of(reader);
    }
    if (kind == "refused") {
        return refused_of(reader);
    }
    return std::nullopt;
}

}  // namespace

std::string line_of(const ControlAnswer& answer) {
    Json json = std::visit(AnswerJson{}, answer);
    std::string line = text_of(json);
    if (line.size() > kLargestAnswer) {
        shorten(json);
        line = text_of(json);
    }
    return line;
}

Result<std::optional<ControlAnswer>> answer_from_line(std::string_view line) {
    const Result<Json> json = object_of(line, kLargestAnswer);
    if (!json) {
        return unless("the answer: " + json.error().context, std::optional<ControlAnswer>{});
    }
    std::string problem;
    JsonReader reader(*json, problem, "the answer: ");
    expect_version(reader);
    return unless(problem, answer_of(reader));
}

}  // namespace ae::service
