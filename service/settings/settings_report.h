// What `aeclient policy show`, `policy set` and `log-level` print: for people, and one JSON object
// for programs (docs/schemas/policy-show, policy-set, log-level.schema.json).  Pure, any thread.
#pragma once

#include "service/settings/settings.h"
#include "service/style.h"

#include <string>

namespace ae::service {

std::string settings_as_text(engine::Scope scope, const SettingsView& view, Style style);
std::string settings_as_json(engine::Scope scope, const SettingsView& view);

// What became of a change: `after` is what is in force now.
struct Changed {
    LocalChange change{};
    std::string place{};  // where it was written
    Setting after{};
};
bool is_in_force(const Changed& changed);
std::string change_as_text(const Changed& changed);
std::string change_as_json(const Changed& changed);

std::string log_level_as_text(const Setting& level);
std::string log_level_as_json(const Setting& level);

}  // namespace ae::service
