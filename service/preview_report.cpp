#include "service/preview_report.h"

#include "engine/base/text.h"
#include "service/report_parts.h"

#include <algorithm>

namespace ae::service {
namespace {

using engine::Action;
using engine::ActionKind;

constexpr std::size_t kShownSubject = 8;

bool by_template(ActionKind kind) {
    return kind == ActionKind::enroll || kind == ActionKind::renew;
}

// What an action is done to: an entry of REQUEST, or a certificate; empty for a new one.
const std::string& subject_of(const Action& action) {
    const bool request = action.kind == ActionKind::retrieve || action.kind == ActionKind::forget;
    return request ? action.key_reference : action.thumbprint;
}

std::vector<std::string> configs_of(const std::vector<engine::CaRef>& cas) {
    std::vector<std::string> names;
    for (const engine::CaRef& ca : cas) {
        names.push_back(ca.config());
    }
    return names;
}

Json as_json_value(const engine::Disposal& disposal) {
    return {{"kind", to_string(disposal.kind)},
            {"subject", disposal.thumbprint},
            {"why", disposal.why}};
}

Json as_json_value(const Action& action) {
    const auto to_json = [](const engine::Disposal& one) { return as_json_value(one); };
    return {
        {"kind", to_string(action.kind)},    {"template", action.template_name},
        {"subject", subject_of(action)},     {"reason", action.reason},
        {"cas", configs_of(action.cas)},     {"signer", action.signer},
        {"interactive", action.interactive}, {"afterwards", json_list(action.afterwards, to_json)}};
}

Json as_json_value(const engine::TrustUpdate& update) {
    return {{"store", to_string(update.store)},
            {"added", update.added},
            {"removed", update.removed},
            {"problem", update.problem}};
}

constexpr auto kToJson = [](const auto& value) { return as_json_value(value); };

// One sentence without a verb in front: "renew 12ab34cd of CorpMachine at ca1\...".
std::string sentence_of(const Action& action) {
    std::string text(to_string(action.kind));
    if (action.kind != ActionKind::enroll) {
        text += ' ' + printable(subject_of(action).substr(0, kShownSubject));
    }
    if (!action.template_name.empty()) {
        text +=
            (action.kind == ActionKind::enroll ? " " : " of ") + printable(action.template_name);
    }
    if (!action.cas.empty()) {
        text += " at " + printable(join(configs_of(action.cas), ", then "));
    }
    if (!by_template(action.kind) && !action.reason.empty()) {
        text += ": " + printable(action.reason);
    }
    text += action.interactive ? ", after asking the user" : "";
    for (const engine::Disposal& one : action.afterwards) {
        text += "\n    then " + std::string(to_string(one.kind)) + ' ' +
                printable(one.thumbprint.substr(0, kShownSubject)) + ": " + printable(one.why);
    }
    return text;
}

std::vector<std::string> notes_of(const Preview& preview) {
    std::vector<std::string> notes = preview.world.policy.notes;
    notes.insert(notes.end(), preview.notes.begin(), preview.notes.end());
    for (const engine::TrustUpdate& update : preview.trust) {
        notes.insert(notes.end(), update.notes.begin(), update.notes.end());
    }
    return notes;
}

// First, because all that follows rests on it.
std::string offline_text(const Preview& preview) {
    if (!preview.offline) {
        return {};
    }
    return "the directory is " + as_of(preview.offline->source, preview.world.now) + " (" +
           ae::to_string(preview.offline->source.read) +
           "), because none answers now: " + printable(preview.offline->problem) +
           "\na pulse would do nothing before one does; then it would do this\n";
}

Json offline_json(const Preview& preview) {
    Json json = source_json(preview.offline->source, preview.world.now);
    json["problem"] = preview.offline->problem;
    return json;
}

}  // namespace

std::string preview_as_text(const Preview& preview, const Style& style) {
    std::string text = policy_text(preview.world.policy) + "as of " +
                       ae::to_string(preview.world.now) + '\n' + offline_text(preview) +
                       decisions_text(preview.plan.decisions, style);
    for (const std::string& note : notes_of(preview)) {
        text += "\nnote: " + printable(note) + '\n';
    }
    for (const engine::TrustUpdate& update : preview.trust) {
        if (update.changes()) {
            text += "\nstore " + std::string(to_string(update.store)) + ": add " +
                    std::to_string(update.added) + ", remove " + std::to_string(update.removed) +
                    '\n';
        }
        if (!update.problem.empty()) {
            text += "\nstore " + std::string(to_string(update.store)) +
                    " would stay as it is: " + printable(update.problem) + '\n';
        }
    }
    if (!preview.plan.actions.empty()) {
        text += "\na pulse would\n";
    } else if (std::ranges::none_of(preview.trust, &engine::TrustUpdate::changes)) {
        text += "\na pulse would do nothing\n";
    }
    for (const Action& action : preview.plan.actions) {
        text += "  " + sentence_of(action) + '\n';
    }
    return text;
}

std::string preview_as_json(const Preview& preview) {
    Json json;
    json["scope"] = to_string(preview.world.account.scope);
    json["now"] = ae::to_string(preview.world.now);
    if (preview.offline) {
        json["offline"] = offline_json(preview);
    }
    json["policy"] = policy_json(preview.world.policy);
    json["decisions"] = json_list(preview.plan.decisions, decision_json);
    json["actions"] = json_list(preview.plan.actions, kToJson);
    json["trust"] = json_list(preview.trust, kToJson);
    json["notes"] = notes_of(preview);
    return json_text(json);
}

}  // namespace ae::service
