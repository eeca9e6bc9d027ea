#include "service/report_parts.h"

#include "engine/base/text.h"

#include <algorithm>

namespace ae::service {
namespace {

constexpr std::size_t kShownSubject = 8;  // of a thumbprint or a key reference

constexpr char kEscape = '\x1b';

// Code points, not octets: template names may hold any letter.  Colours are not seen: an escape
// character is always ours, for foreign text is printable.
std::size_t width_of(const std::string& text) {
    std::size_t width = 0;
    bool colour = false;
    for (const char c : text) {
        colour = colour || c == kEscape;
        width += !colour && (static_cast<unsigned char>(c) & 0xC0U) != 0x80 ? 1 : 0;
        colour = colour && c != 'm';
    }
    return width;
}

// What somebody should look at stands out; what is not for this account steps back.
std::string coloured(engine::Verdict verdict, const Style& style) {
    using engine::Verdict;
    const std::string word(to_string(verdict));
    switch (verdict) {
        case Verdict::held:
        case Verdict::issued:
        case Verdict::published:
            return style.good(word);
        case Verdict::failed:
        case Verdict::not_trusted:
            return style.bad(word);
        case Verdict::enroll:
        case Verdict::renew:
        case Verdict::pending:
        case Verdict::waiting:
        case Verdict::braked:
        case Verdict::needs_user:
        case Verdict::not_offered:
        case Verdict::not_supported:
        case Verdict::not_understood:
            return style.attention(word);
        case Verdict::not_readable:
        case Verdict::no_enroll_right:
        case Verdict::no_autoenroll_right:
        case Verdict::not_autoenrollable:
        case Verdict::wrong_context:
        case Verdict::superseded:
        case Verdict::policy_off:
        case Verdict::left_alone:
            return style.faint(word);
        case Verdict::retrieve:
        case Verdict::forget:
        case Verdict::archive:
        case Verdict::remove:
        case Verdict::archived:
        case Verdict::removed:
        case Verdict::forgotten:
            break;
    }
    return word;
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

std::string table(const std::vector<std::vector<std::string>>& rows, const Style& style) {
    std::vector<std::size_t> widths(rows.front().size());
    for (const auto& row : rows) {
        for (std::size_t i = 0; i < row.size(); ++i) {
            widths[i] = std::max(widths[i], width_of(row[i]));
        }
    }
    std::string text;
    for (const auto& row : rows) {
        std::string line;
        for (std::size_t i = 0; i + 1 < row.size(); ++i) {
            line += padded(row[i], widths[i] + 2);
        }
        line += row.back();
        text += (&row == &rows.front() ? style.strong(line) : line) + '\n';
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

std::string decisions_text(const std::vector<engine::Decision>& decisions, const Style& style) {
    std::string text;
    for (const auto about :
         {engine::About::template_type, engine::About::certificate, engine::About::request}) {
        std::vector<std::vector<std::string>> rows{{title_of(about), "VERDICT", "RULE", "WHY"}};
        for (const engine::Decision& decision : decisions) {
            if (decision.about == about) {
                rows.push_back({name_of(decision), coloured(decision.verdict, style), decision.rule,
                                printable(decision.fact)});
            }
        }
        if (rows.size() > 1) {
            text += '\n' + table(rows, style);
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
    const std::string ascii = json.dump(2, ' ', true, Json::error_handler_t::replace);
    // The library takes DEL for a letter.  It only ever stands in strings.
    std::string text;
    for (const std::string_view part : split(ascii, '\x7F')) {
        text.append(text.empty() ? "" : "\\u007f").append(part);
    }
    return text + '\n';
}

}  // namespace ae::service
