#include "service/control/inspection.h"

#include <algorithm>
#include <array>

namespace ae::service {
namespace {

// Which members a command has.
struct Shape {
    Inspection command;
    std::string_view name;
    bool what = false;
    bool template_name = false;
    bool ca = false;
    bool live = false;
    bool groups = false;
    bool all = false;
};
constexpr std::array kShapes = {
    Shape{.command = Inspection::doctor,
          .name = "doctor",
          .template_name = true,
          .ca = true,
          .live = true},
    Shape{.command = Inspection::explain, .name = "explain", .what = true},
    Shape{.command = Inspection::ca_ping, .name = "ca-ping", .ca = true},
    Shape{.command = Inspection::whoami, .name = "whoami", .groups = true},
    Shape{.command = Inspection::plan, .name = "plan"},
    Shape{.command = Inspection::templates, .name = "templates", .ca = true, .all = true},
    Shape{.command = Inspection::cas, .name = "cas"},
};

const Shape& shape_of(Inspection command) {
    return *std::ranges::find(kShapes, command, &Shape::command);
}

}  // namespace

std::string_view to_string(Inspection command) { return shape_of(command).name; }

std::optional<Inspection> inspection_from_string(std::string_view name) {
    const auto* at = std::ranges::find(kShapes, name, &Shape::name);
    return at == kShapes.end() ? std::nullopt : std::optional(at->command);
}

std::string problem_of(const InspectAsk& ask) {
    const Shape& shape = shape_of(ask.command);
    const bool more = (!ask.what.empty() && !shape.what) ||
                      (!ask.template_name.empty() && !shape.template_name) ||
                      (!ask.ca.empty() && !shape.ca) || (ask.live && !shape.live) ||
                      (ask.groups && !shape.groups) || (ask.all && !shape.all);
    if (more) {
        return "has a member that it does not take";
    }
    if (ask.command == Inspection::explain && ask.what.empty()) {
        return "lacks what to explain";
    }
    if (ask.command == Inspection::ca_ping && ask.ca.empty()) {
        return "lacks its CA";
    }
    return {};
}

std::vector<std::string> arguments_of(const InspectAsk& ask,
                                      const std::vector<std::string>& places) {
    std::vector<std::string> line{std::string(to_string(ask.command))};
    line.insert(line.end(), places.begin(), places.end());
    const auto flag = [&](bool wanted, const char* name) {
        if (wanted) {
            line.emplace_back(name);
        }
    };
    flag(ask.live, "--live");
    flag(ask.groups, "--groups");
    flag(ask.all, "--all");
    flag(ask.json, "--json");
    // Joined, so that no value can pass for an option.
    if (!ask.template_name.empty()) {
        line.push_back("--template=" + ask.template_name);
    }
    const bool positional = ask.command == Inspection::ca_ping;
    if (!ask.ca.empty() && !positional) {
        line.push_back("--ca=" + ask.ca);
    }
    if (positional || !ask.what.empty()) {
        line.insert(line.end(), {"--", positional ? ask.ca : ask.what});
    }
    return line;
}

}  // namespace ae::service
