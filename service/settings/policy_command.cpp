#include "policy/reg_files.h"
#include "service/commands.h"
#include "service/console.h"
#include "service/settings/change_setting.h"

namespace ae::service {
namespace {

int show(const PolicyCommand& command) {
    const engine::Scope scope = command.sources.scope;
    const auto files = policy::load_reg_files(command.sources.policy_dir);
    if (!files) {
        return complain(files.error());
    }
    const SettingsView view = view_settings(scope, *files);
    return print_as(
        command.output, [&] { return settings_as_text(scope, view, style_of_output()); },
        [&] { return settings_as_json(scope, view); }, view.problems.empty() ? 0 : kFailed);
}

int set(const PolicyCommand& command) {
    const auto changed = change_setting(command.sources, command.name, command.value);
    if (!changed) {
        return complain(changed.error());
    }
    return print_as(
        command.output, [&] { return change_as_text(*changed); },
        [&] { return change_as_json(*changed); }, 0);
}

}  // namespace

int run(const PolicyCommand& command) {
    return command.action == PolicyAction::show ? show(command) : set(command);
}

}  // namespace ae::service
