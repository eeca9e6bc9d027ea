#include "service/settings/settings_report.h"

#include "engine/base/text.h"
#include "service/report_parts.h"

#include <array>
#include <charconv>

namespace ae::service {
namespace {

constexpr std::array<std::string_view, 6> kLevels = {
    "nothing",  "critical events",     "errors and what is graver",
    "warnings", "information as well", "everything"};
constexpr std::array<std::string_view, 6> kLevelNames = {"none",    "critical",    "error",
                                                         "warning", "information", "all"};

std::string source_text(const SettingSource& source) {
    return printable(source.place) + ": " + printable(source.key);
}

std::string value_text(const Setting& setting) {
    if (setting.from) {
        return printable(setting.from->value);
    }
    return setting.usual.empty() ? "not set" : setting.usual;
}

Json source_json_of(const SettingSource& source) {
    return {{"value", source.value},
            {"place", source.place},
            {"key", source.key},
            {"policy", source.policy}};
}

Json setting_json(const Setting& setting) {
    Json json{{"name", setting.name}, {"meaning", setting.meaning}};
    json["default"] = setting.usual.empty() ? Json(nullptr) : Json(setting.usual);
    json["in_force"] = setting.from ? source_json_of(*setting.from) : Json(nullptr);
    json["loses"] = json_list(setting.loses, source_json_of);
    return json;
}

std::string bits_text(std::optional<std::uint32_t> value, Style style) {
    std::vector<std::vector<std::string>> rows{{"AEPOLICY", "", "MEANING"}};
    const std::uint32_t bits = value.value_or(0);
    const bool disabled = (bits & engine::policy_bit::kDisabled) != 0;
    std::uint32_t known = 0;
    for (const PolicyBit& one : policy_bits()) {
        known |= one.bit;
        const bool set = (bits & one.bit) != 0;
        const bool stops = one.bit == engine::policy_bit::kDisabled;
        std::string digits =
            one.bit == engine::policy_bit::kDisabled ? "0x8000" : "0x" + std::to_string(one.bit);
        rows.push_back({std::move(digits),
                        !set       ? style.faint("no")
                        : stops    ? style.bad("yes")
                        : disabled ? style.faint("overruled")
                                   : style.good("yes"),
                        std::string(one.meaning)});
    }
    if ((bits & ~known) != 0) {
        rows.push_back(
            {"others", style.attention("yes"), "bits without a meaning: they do nothing"});
    }
    return table(rows);
}

}  // namespace

std::string settings_as_text(engine::Scope scope, const SettingsView& view, Style style) {
    std::string text = "settings of the " + std::string(to_string(scope)) + "\n\n";
    std::vector<std::vector<std::string>> rows{{"SETTING", "VALUE", "MEANING", "FROM"}};
    for (const Setting& one : view.settings) {
        rows.push_back(
            {printable(one.name), value_text(one), one.meaning,
             one.from ? source_text(*one.from) : (one.usual.empty() ? "-" : "the default")});
    }
    text += table(rows) + '\n' + bits_text(view.ae_policy, style);
    for (const Setting& one : view.settings) {
        for (const SettingSource& lost : one.loses) {
            text += "\nnote: " + printable(one.name) + ' ' + printable(lost.value) + " in " +
                    source_text(lost) + " counts for nothing: another value wins\n";
        }
    }
    for (const std::string& note : view.notes) {
        text += "\nnote: " + printable(note) + '\n';
    }
    for (const std::string& problem : view.problems) {
        text += '\n' + style.bad("no pulse runs: ") + printable(problem) + '\n';
    }
    return text;
}

std::string settings_as_json(engine::Scope scope, const SettingsView& view) {
    Json json;
    json["scope"] = to_string(scope);
    json["settings"] = json_list(view.settings, setting_json);
    json["ae_policy"] = json_list(policy_bits(), [&](const PolicyBit& one) {
        return Json{{"bit", one.bit},
                    {"set", (view.ae_policy.value_or(0) & one.bit) != 0},
                    {"meaning", one.meaning}};
    });
    json["notes"] = view.notes;
    json["problems"] = view.problems;
    return json_text(json);
}

bool is_in_force(const Changed& changed) {
    if (!changed.change.data) {
        return !changed.after.from;
    }
    return changed.after.from && changed.after.from->place == changed.place &&
           equal_ignoring_case(changed.after.from->key, changed.change.key);
}

std::string change_as_text(const Changed& changed) {
    const std::string name = printable(changed.change.name);
    std::string text =
        changed.change.data
            ? name + " was written to the local key " + changed.change.key
            : "the local value of " + name + " was taken out of " + changed.change.key;
    text += " (" + printable(changed.place) + ")\n";
    if (is_in_force(changed)) {
        return text + "in force now: " + value_text(changed.after) + '\n';
    }
    if (!changed.after.from) {  // [-key] or "name"=- of a later file
        return text + "it is not in force: another file takes it away\n";
    }
    return text + "in force is another value, which wins: " + value_text(changed.after) + " from " +
           source_text(*changed.after.from) + '\n';
}

std::string change_as_json(const Changed& changed) {
    Json json{{"name", changed.change.name},
              {"key", changed.change.key},
              {"place", changed.place},
              {"removed", !changed.change.data.has_value()},
              {"wins", is_in_force(changed)}};
    json["in_force"] = changed.after.from ? source_json_of(*changed.after.from) : Json(nullptr);
    return json_text(json);
}

namespace {

std::size_t level_of(const Setting& level) {
    const std::string& text = level.from ? level.from->value : level.usual;
    std::size_t value = 0;
    static_cast<void>(std::from_chars(text.data(), text.data() + text.size(), value));
    return value < kLevels.size() ? value : kLevels.size() - 1;
}

}  // namespace

std::string log_level_as_text(const Setting& level) {
    const std::size_t value = level_of(level);
    return "LogLevel " + std::to_string(value) + ": the system's log gets " +
           std::string(kLevels.at(value)) + "\nfrom " +
           (level.from ? source_text(*level.from) : std::string("the default")) +
           "\nthe event store keeps everything (aeclient events)\n";
}

std::string log_level_as_json(const Setting& level) {
    const std::size_t value = level_of(level);
    Json json{{"level", value}, {"name", kLevelNames.at(value)}};
    json["in_force"] = level.from ? source_json_of(*level.from) : Json(nullptr);
    return json_text(json);
}

}  // namespace ae::service
