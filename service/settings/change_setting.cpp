#include "service/settings/change_setting.h"

#include "policy/reg_files.h"
#include "service/settings/local_settings.h"

namespace ae::service {

Result<Changed> change_setting(const Sources& sources, const std::string& name,
                               const std::string& value) {
    auto change = change_of(sources.scope, name, value);
    if (!change) {
        return pass(change);
    }
    if (Done written = write_local(sources.policy_dir, *change); !written) {
        return pass(written, "set " + change->name);
    }
    auto files = policy::load_reg_files(sources.policy_dir);
    if (!files) {
        return pass(files);
    }
    const SettingsView view = view_settings(sources.scope, *files);
    return Changed{std::move(*change), local_place(sources.policy_dir), setting_named(view, name)};
}

}  // namespace ae::service
