#include "service/control/control_protocol.h"

#include "engine/base/hresult_table.h"
#include "engine/base/text.h"
#include "service/capture/json_reader.h"

#include <algorithm>
#include <array>
#include <limits>

namespace ae::service {
namespace {

constexpr std::size_t kDeepest = 16;  // ours are flat; later ones may not be
constexpr unsigned kLargestExitCode = 255;
constexpr std::size_t kKeptOfText = std::size_t{64} * 1024;  // of a text in an answer too large

constexpr std::array kStepKinds = {engine::StepKind::policy, engine::StepKind::directory,
                                   engine::StepKind::stores, engine::StepKind::retrieve,
                                   engine::StepKind::enroll, engine::StepKind::renew,
                                   engine::StepKind::clean};

// The JSON library keeps one object per level, sixteen million of them for as many brackets.
bool nests_too_deep(std::string_view text) {
    std::size_t depth = 0;
    bool in_text = false;
    for (std::size_t at = 0; at < text.size(); ++at) {
        const char c = text[at];
        if (in_text) {
            in_text = c != '"';
            at += c == '\\' ? 1 : 0;
        } else if (c == '"') {
            in_text = true;
        } else if (c == '[' || c == '{') {
            if (++depth > kDeepest) {
                return true;
            }
        } else if (c == ']' || c == '}') {
            depth -= depth == 0 ? 0 : 1;
        }
    }
    return false;
}

Result<Json> object_of(std::string_view line, std::size_t largest) {
    if (line.size() > largest) {
        return fail(kInvalidData, "it is larger than " + std::to_string(largest) + " octets");
    }
    // To the JSON library a NUL is the end of the text, whatever comes after it.
    if (line.find('\0') != std::string_view::npos) {
        return fail(kInvalidData, "it holds a NUL");
    }
    if (nests_too_deep(line)) {
        return fail(kInvalidData, "it nests too deep");
    }
    Result<Json> json = parse_json(line);
    if (json && !json->is_object()) {
        return fail(kInvalidData, "it is no JSON object");
    }
    return json;
}

void expect_version(JsonReader& reader) {
    const auto version = reader.number("version");
    if (!version) {
        reader.blame("version", "is missing");
    } else if (*version != kControlVersion) {
        reader.blame("version", "is " + std::to_string(*version) + ", and only " +
                                    std::to_string(kControlVersion) + " is understood here");
    }
}

void expect_only(JsonReader& reader, std::initializer_list<std::string_view> names) {
    for (const auto& item : reader.json().items()) {
        if (std::ranges::find(names, item.key()) == names.end()) {
            reader.blame("member " + printable(item.key()), "is not known");
        }
    }
}

// `problem` is empty when nothing is wrong.
template <class Value>
Result<Value> unless(const std::string& problem, Value value) {
    if (!problem.empty()) {
        return fail(kInvalidData, problem,
                    "Use the aeclient that belongs to the service; after an update restart it");
    }
    return value;
}

std::string text_of(const Json& json) {
    return json.dump(-1, ' ', false, Json::error_handler_t::replace) + '\n';
}

Json message(std::string_view member, std::string_view kind) {
    return {{"version", kControlVersion}, {member, kind}};
}

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
    RunResult result{static_cast<int>(*code), reader.text("text"), reader.text("report")};
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

std::string line_of(const ControlRequest& request) {
    const auto* pulse = std::get_if<PulseAsk>(&request);
    Json json = message("verb", pulse != nullptr ? "pulse" : "status");
    if (pulse != nullptr) {
        json["force"] = pulse->force;
        json["wait"] = pulse->wait;
        json["interactive"] = pulse->interactive;
    }
    return text_of(json);
}

Result<ControlRequest> request_from_line(std::string_view line) {
    const Result<Json> json = object_of(line, kLargestRequest);
    if (!json) {
        return unless("the request: " + json.error().context, ControlRequest{});
    }
    std::string problem;
    JsonReader reader(*json, problem, "the request: ");
    expect_version(reader);
    const std::string verb = reader.text("verb", Need::required);
    ControlRequest request = StatusAsk{};
    if (verb == "pulse") {
        expect_only(reader, {"version", "verb", "force", "wait", "interactive"});
        request = PulseAsk{.force = reader.truth("force"),
                           .wait = reader.truth("wait", true),
                           .interactive = reader.truth("interactive")};
    } else if (verb == "status") {
        expect_only(reader, {"version", "verb"});
    } else {
        reader.blame("verb", "is not known");
    }
    return unless(problem, request);
}

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
