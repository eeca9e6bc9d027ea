// What a client asks for: the requests of control_protocol.h.
#include "engine/base/text.h"
#include "service/control/control_lines.h"
#include "service/control/control_protocol.h"

#include <algorithm>
#include <initializer_list>
#include <type_traits>

namespace ae::service {

using engine::Errand;

namespace {

constexpr std::size_t kLongestName = 512;  // octets; of a template, a CA, a thumbprint

void expect_only(JsonReader& reader, std::initializer_list<std::string_view> names) {
    for (const auto& item : reader.json().items()) {
        if (std::ranges::find(names, item.key()) == names.end()) {
            reader.blame("member " + printable(item.key()), "is not known");
        } else if (item.value().is_null()) {
            // To the reader it would be absent: less than was asked for, or much more.
            reader.blame(item.key(), "is null");
        }
    }
}

struct RequestJson {
    Json operator()(const StatusAsk& /*ask*/) const { return message("verb", "status"); }
    Json operator()(const PulseAsk& ask) const {
        Json json = message("verb", "pulse");
        json["force"] = ask.force;
        json["wait"] = ask.wait;
        json["interactive"] = ask.interactive;
        switch (ask.errand.kind) {
            case Errand::Kind::none:
                return json;
            case Errand::Kind::enroll:
                json["enroll"] = ask.errand.template_name;
                break;
            case Errand::Kind::retrieve:
                json["retrieve"] = ask.errand.request_id.value_or(0);
                break;
            case Errand::Kind::renew:
                json["renew"] = ask.errand.thumbprint;
                break;
        }
        if (!ask.errand.ca.empty()) {
            json["ca"] = ask.errand.ca;
        }
        return json;
    }
    Json operator()(const InspectAsk& ask) const {
        Json json = message("verb", "inspect");
        json["command"] = to_string(ask.command);
        const auto add = [&](const char* name, const auto& value) {
            if (value != std::decay_t<decltype(value)>{}) {
                json[name] = value;
            }
        };
        add("what", ask.what);
        add("template", ask.template_name);
        add("ca", ask.ca);
        add("live", ask.live);
        add("groups", ask.groups);
        add("all", ask.all);
        add("json", ask.json);
        return json;
    }
};

// It becomes an argument of a program, and stands in its messages.
std::string name_in(JsonReader& reader, const char* member) {
    std::string text = reader.text(member);
    if (text.size() > kLongestName) {
        reader.blame(member, "is longer than " + std::to_string(kLongestName) + " octets");
    } else if (printable(text) != text) {
        reader.blame(member, "holds what no name holds");
    }
    return text;
}

Errand errand_of(JsonReader& reader) {
    Errand errand;
    int wishes = 0;
    const auto wants = [&](const char* member, Errand::Kind kind) {
        if (!reader.has(member)) {
            return false;
        }
        ++wishes;
        errand.kind = kind;
        return true;
    };
    const auto named = [&](const char* member) {
        std::string name = name_in(reader, member);
        if (name.empty()) {
            reader.blame(member, "is empty");
        }
        return name;
    };
    if (wants("enroll", Errand::Kind::enroll)) {
        errand.template_name = named("enroll");
    }
    if (wants("retrieve", Errand::Kind::retrieve)) {
        errand.request_id = reader.number("retrieve");
        if (errand.request_id == 0U) {
            reader.blame("retrieve", "is 0, which no CA gives");
        }
    }
    if (wants("renew", Errand::Kind::renew)) {
        errand.thumbprint = named("renew");
    }
    errand.ca = name_in(reader, "ca");
    if (wishes > 1) {
        reader.blame("verb", "asks for more than one thing");
    } else if (wishes == 0 && !errand.ca.empty()) {
        reader.blame("ca", "belongs to enroll, retrieve or renew");
    }
    return errand;
}

PulseAsk pulse_of(JsonReader& reader) {
    PulseAsk ask{.force = reader.truth("force"),
                 .wait = reader.truth("wait", true),
                 .interactive = reader.truth("interactive"),
                 .errand = errand_of(reader)};
    if (ask.interactive && ask.errand.kind != Errand::Kind::none) {
        reader.blame("interactive", "goes with a whole pulse");
    }
    return ask;
}

InspectAsk inspection_of(JsonReader& reader) {
    InspectAsk ask{.what = name_in(reader, "what"),
                   .template_name = name_in(reader, "template"),
                   .ca = name_in(reader, "ca"),
                   .live = reader.truth("live"),
                   .groups = reader.truth("groups"),
                   .all = reader.truth("all"),
                   .json = reader.truth("json")};
    const auto command = inspection_from_string(reader.text("command", Need::required));
    if (!command) {
        reader.blame("command", "is none that the service runs");
        return ask;
    }
    ask.command = *command;
    if (const std::string wrong = problem_of(ask); !wrong.empty()) {
        reader.blame("command", wrong);
    }
    return ask;
}

}  // namespace

std::string line_of(const ControlRequest& request) {
    return text_of(std::visit(RequestJson{}, request));
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
        expect_only(reader, {"version", "verb", "force", "wait", "interactive", "enroll",
                             "retrieve", "renew", "ca"});
        request = pulse_of(reader);
    } else if (verb == "inspect") {
        expect_only(reader, {"version", "verb", "command", "what", "template", "ca", "live",
                             "groups", "all", "json"});
        request = inspection_of(reader);
    } else if (verb == "status") {
        expect_only(reader, {"version", "verb"});
    } else {
        reader.blame("verb", "is not known");
    }
    return unless(problem, request);
}

}  // namespace ae::service
