#include "service/report_parts.h"

#include "engine/base/text.h"

#include <algorithm>

namespace ae::service {
namespace {

constexpr std::size_t kShownSubject = 8;  // of a thumbprint or a key reference

// Code points, not octets: template names may hold any letter.
std::size_t width_of(const std::string& text) {
    return static_cast<std::size_t>(std::ranges::count_if(
        text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80; }));
}

std::string padded(const std::string& text, std::size_t width) {
    const std::size_t have = width_of(text);
    return have < width ? text + std::string(width - have, ' ') : text;
}

std::string title_of(engine::About about) {
    switch (about) {
        case engine::About::template_type:
            return "TEMPLATE";
        case engine::About::certificate:
            return "CERTIFICATE";
        case engine::About::request:
            break;
    }
    return "REQUEST";
}

std::string name_of(const engine::Decision& decision) {
    if (decision.about == engine::About::template_type) {
        return printable(decision.template_name);
    }
    return printable(decision.subject.substr(0, kShownSubject)) + " (" +
           printable(decision.template_name) + ")";
}

}  // namespace

std::string table(const std::vector<std::vector<std::string>>& rows) {
    std::vector<std::size_t> widths(rows.front().size());
    for (const auto& row : rows) {
        for (std::size_t i = 0; i < row.size(); ++i) {
            widths[i] = std::max(widths[i], width_of(row[i]));
        }
    }
    std::string text;
    for (const auto& row : rows) {
        for (std::size_t i = 0; i + 1 < row.size(); ++i) {
            text += padded(row[i], widths[i] + 2);
        }
        text += row.back() + '\n';
    }
    return text;
}

std::string policy_text(const engine::AutoenrollPolicy& policy) {
    if (!policy.bits) {
        return "AEPolicy is not set\n";
    }
    return "AEPolicy " + std::to_string(*policy.bits) + " from " + printable(policy.source) + '\n';
}

Json source_json(const ReplicaSource& source, Time now) {
    return {{"as_of", ae::to_string(source.read)},
            {"age_seconds", (now - source.read).count()},
            {"domain_controller", source.controller},
            {"invocation_id", source.invocation_id}};
}

Json policy_json(const engine::AutoenrollPolicy& policy) {
    Json json = {{"bits", nullptr}, {"source", policy.source}};
    if (policy.bits) {
        json["bits"] = *policy.bits;
    }
    return json;
}

std::string decisions_text(const std::vector<engine::Decision>& decisions) {
    std::string text;
    for (const auto about :
         {engine::About::template_type, engine::About::certificate, engine::About::request}) {
        std::vector<std::vector<std::string>> rows{{title_of(about), "VERDICT", "RULE", "WHY"}};
        for (const engine::Decision& decision : decisions) {
            if (decision.about == about) {
                rows.push_back({name_of(decision), std::string(to_string(decision.verdict)),
                                decision.rule, printable(decision.fact)});
            }
        }
        if (rows.size() > 1) {
            text += '\n' + table(rows);
        }
    }
    return text;
}

Json decision_json(const engine::Decision& decision) {
    return {{"about", to_string(decision.about)},
            {"template", decision.template_name},
            {"subject", decision.subject},
            {"verdict", to_string(decision.verdict)},
            {"rule", decision.rule},
            {"fact", decision.fact},
            {"remedy", decision.remedy}};
}

std::string json_text(const Json& json) {
    return json.dump(2, ' ', false, Json::error_handler_t::replace) + '\n';
}

}  // namespace ae::service
