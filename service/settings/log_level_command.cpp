#include "engine/base/text.h"
#include "policy/reg_files.h"
#include "service/commands.h"
#include "service/console.h"
#include "service/settings/change_setting.h"

namespace ae::service {
namespace {

constexpr const char* kLogLevel = "LogLevel";

Done set_level(const LogLevelCommand& command) {
    const bool usual = equal_ignoring_case(command.level, "default");
    auto changed =
        change_setting(command.sources, kLogLevel, usual ? std::string("none") : command.level);
    if (!changed) {
        return pass(changed);
    }
    if (!is_in_force(*changed)) {
        const std::string text = change_as_text(*changed);
        for (const std::string_view line : split(trim(text), '\n')) {
            mention(std::string(line));
        }
    }
    return done();
}

}  // namespace

int run(const LogLevelCommand& command) {
    if (!command.level.empty()) {
        if (const Done set = set_level(command); !set) {
            return complain(set.error());
        }
    }
    const auto files = policy::load_reg_files(command.sources.policy_dir);
    if (!files) {
        return complain(files.error());
    }
    const SettingsView view = view_settings(command.sources.scope, *files);
    if (!view.problems.empty()) {
        for (const std::string& problem : view.problems) {
            mention(problem);
        }
        return kFailed;
    }
    const Setting& level = setting_named(view, kLogLevel);
    return print_as(
        command.output, [&] { return log_level_as_text(level); },
        [&] { return log_level_as_json(level); }, 0);
}

}  // namespace ae::service
