#include "service/health_report/machine_report_json.h"

#include "engine/base/hresult_table.h"
#include "engine/base/text.h"
#include "service/capture/json_depth.h"
#include "service/capture/json_reader.h"
#include "service/report_parts.h"

#include <algorithm>
#include <array>

namespace ae::service {
namespace {

constexpr unsigned kSchema = 1;       // a member that is renamed or goes away makes it 2
constexpr std::size_t kDeepest = 16;  // a report itself: 4

constexpr std::array<NamedValue<FindingVerdict>, 5> kVerdicts{{
    {"not checked", FindingVerdict::not_checked},
    {"OK", FindingVerdict::ok},
    {"NOTE", FindingVerdict::note},
    {"WARN", FindingVerdict::warn},
    {"FAIL", FindingVerdict::fail},
}};

Json optional_json(const std::optional<Time>& time) {
    return time ? Json(ae::to_string(*time)) : Json(nullptr);
}
Json optional_json(const std::optional<std::uint32_t>& number) {
    return number ? Json(*number) : Json(nullptr);
}

Json json_of(const ReportedCertificate& one) {
    return {{"template", one.template_name},
            {"thumbprint", one.thumbprint},
            {"subject", one.subject},
            {"not_before", ae::to_string(one.not_before)},
            {"not_after", ae::to_string(one.not_after)},
            {"renewal_begins", optional_json(one.renewal_begins)},
            {"key", one.key}};
}

Json json_of(const ReportedRequest& one) {
    return {{"template", one.template_name},
            {"ca", one.ca},
            {"request_id", optional_json(one.request_id)},
            {"submitted", ae::to_string(one.submitted)}};
}

Json json_of(const ReportedDecision& one) {
    return {{"about", one.about},     {"template", one.template_name},
            {"subject", one.subject}, {"verdict", one.verdict},
            {"rule", one.rule},       {"fact", one.fact},
            {"remedy", one.remedy}};
}

Json json_of(const ReportedEventName& one) { return {{"source", one.source}, {"id", one.number}}; }

// As doctor/finding_json.h has it.
Json json_of(const ReportedFinding& one) {
    return {{"id", one.id},
            {"stage", one.stage},
            {"verdict", to_string(one.verdict)},
            {"subject", one.subject},
            {"sentence", one.sentence},
            {"evidence", one.evidence},
            {"remedy", one.remedy},
            {"events", json_list(one.events, [](const auto& event) { return json_of(event); })},
            {"codes", one.codes}};
}

Json json_of(const ReportedRun& one) {
    return {{"trigger", one.trigger},
            {"started", ae::to_string(one.started)},
            {"ended", ae::to_string(one.ended)},
            {"outcome", one.outcome},
            {"failures", one.failures}};
}

Json json_of(const ReportedEvent& one) {
    return {{"time", ae::to_string(one.when)},
            {"level", one.level},
            {"source", one.source},
            {"id", one.number},
            {"text", one.text}};
}

constexpr auto kToJson = [](const auto& value) { return json_of(value); };

// Reads with bounds on what a stranger may make us keep.
class Reader {
  public:
    Reader(JsonReader json, std::string& problem) : json_(std::move(json)), problem_(&problem) {}

    std::string text(const char* name) { return cut(json_.text(name)); }

    std::vector<std::string> texts(const char* name) {
        std::vector<std::string> all = json_.texts(name);
        if (all.size() > kMostReportedThings) {
            json_.blame(name, "has too many parts");
            all.clear();
        }
        std::ranges::transform(all, all.begin(), [](std::string& one) { return cut(one); });
        return all;
    }
    Time time(const char* name) { return json_.time(name); }
    std::optional<Time> optional_time(const char* name) {
        return json_.has(name) ? std::optional(json_.time(name)) : std::nullopt;
    }
    std::optional<std::uint32_t> number(const char* name) { return json_.number(name); }
    FindingVerdict verdict(const char* name) {
        return json_.choice<FindingVerdict>(name, kVerdicts);
    }
    [[nodiscard]] bool has(const char* name) const { return json_.has(name); }
    Reader object(const char* name) { return {json_.object(name), *problem_}; }

    template <class T>
    std::vector<T> list(const char* name, T (*read)(Reader&)) {
        std::vector<T> all;
        const std::vector<JsonReader> parts = json_.objects(name);
        if (parts.size() > kMostReportedThings) {
            json_.blame(name, "has too many parts");
            return all;
        }
        for (const JsonReader& part : parts) {
            Reader reader(part, *problem_);
            all.push_back(read(reader));
        }
        return all;
    }

  private:
    static std::string cut(std::string text) {
        if (text.size() > kLongestReportedText) {
            text.resize(kLongestReportedText);
            text += "...";
        }
        return text;
    }

    JsonReader json_;
    std::string* problem_;
};

ReportedCertificate certificate(Reader& json) {
    return {json.text("template"),   json.text("thumbprint"), json.text("subject"),
            json.time("not_before"), json.time("not_after"),  json.optional_time("renewal_begins"),
            json.text("key")};
}

ReportedRequest request(Reader& json) {
    return {json.text("template"), json.text("ca"), json.number("request_id"),
            json.time("submitted")};
}

ReportedDecision decision(Reader& json) {
    return {json.text("about"), json.text("template"), json.text("subject"), json.text("verdict"),
            json.text("rule"),  json.text("fact"),     json.text("remedy")};
}

ReportedEventName event_name(Reader& json) {
    return {json.text("source"), json.number("id").value_or(0)};
}

ReportedFinding finding(Reader& json) {
    return {json.text("id"),         json.text("stage"),
            json.verdict("verdict"), json.text("subject"),
            json.text("sentence"),   json.texts("evidence"),
            json.text("remedy"),     json.list("events", event_name),
            json.texts("codes")};
}

ReportedRun last_run(Reader json) {
    return {json.text("trigger"), json.time("started"), json.time("ended"), json.text("outcome"),
            json.texts("failures")};
}

ReportedEvent event(Reader& json) {
    return {json.time("time"), json.text("level"), json.text("source"),
            json.number("id").value_or(0), json.text("text")};
}

MachineReport report_of(Reader& json) {
    MachineReport report{.host = json.text("host"),
                         .domain = json.text("domain"),
                         .account = json.text("account"),
                         .context = json.text("context"),
                         .made = json.time("time"),
                         .version = json.text("version"),
                         .state = json.text("state"),
                         .reasons = json.texts("reasons"),
                         .policy_bits = json.number("policy_bits"),
                         .policy_source = json.text("policy_source"),
                         .controller = json.text("domain_controller"),
                         .problem = json.text("problem")};
    if (json.has("last_run")) {
        report.last_run = last_run(json.object("last_run"));
    }
    report.next_run = json.optional_time("next_run");
    report.certificates = json.list("certificates", certificate);
    report.requests = json.list("requests", request);
    report.decisions = json.list("decisions", decision);
    report.findings = json.list("findings", finding);
    report.events = json.list("events", event);
    return report;
}

Error not_usable(const std::string& why) {
    return {kInvalidData, "this is no report of `aeclient report --json`: " + why,
            "Make it anew on its machine, with a client of this version."};
}

}  // namespace

std::string machine_report_as_json(const MachineReport& report) {
    Json json;
    json["schema"] = kSchema;
    json["host"] = report.host;
    json["domain"] = report.domain;
    json["account"] = report.account;
    json["context"] = report.context;
    json["time"] = ae::to_string(report.made);
    json["version"] = report.version;
    json["severity"] = to_string(severity_of(report));
    json["state"] = report.state;
    json["reasons"] = report.reasons;
    json["policy_bits"] = optional_json(report.policy_bits);
    json["policy_source"] = report.policy_source;
    json["domain_controller"] = report.controller;
    json["problem"] = report.problem;
    json["last_run"] = report.last_run ? json_of(*report.last_run) : Json(nullptr);
    json["next_run"] = optional_json(report.next_run);
    json["certificates"] = json_list(report.certificates, kToJson);
    json["requests"] = json_list(report.requests, kToJson);
    json["decisions"] = json_list(report.decisions, kToJson);
    json["findings"] = json_list(report.findings, kToJson);
    json["events"] = json_list(report.events, kToJson);
    return json_text(json);
}

Result<MachineReport> machine_report_from_json(std::string_view text) {
    if (text.size() > kLargestReport) {
        return fail(not_usable("it is larger than 8 MiB"));
    }
    if (nests_deeper(text, kDeepest)) {
        return fail(not_usable("it nests too deep"));
    }
    const auto json = parse_json(text);
    if (!json) {
        return fail(not_usable(json.error().context));
    }
    if (!json->is_object()) {
        return fail(not_usable("it is no JSON object"));
    }
    std::string problem;
    JsonReader members(*json, problem);
    if (members.number("schema") != kSchema) {
        return fail(not_usable("its member \"schema\" is not 1"));
    }
    Reader reader(std::move(members), problem);
    MachineReport report = report_of(reader);
    if (!problem.empty()) {
        return fail(not_usable(problem));
    }
    return report;
}

}  // namespace ae::service
