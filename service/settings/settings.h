// Every setting of a context: which value is in force, where it comes from, and which others lose.
// And what has to be written for a local one to change.
//
// The values and their judgement are policy/'s (autoenroll_policy.h, agent_settings.h): a setting
// that they refuse is a problem here, in their words.  Local means the key that a group policy does
// not write; what stands in a policy key wins over it, always.
// Not for: reading or writing files or the registry (local_settings.h).  Pure, any thread.
// Errors: kInvalidArgument for a name or a value that no reader would take.
#pragma once

#include "policy/agent_settings.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ae::service {

// One value that stands somewhere.
struct SettingSource {
    std::string place{};  // file, or "the registry"
    std::string key{};    // "HKEY_LOCAL_MACHINE\Software\..."
    std::string value{};  // as people write it
    bool policy = false;  // a policy key's
};

struct Setting {
    std::string name{};  // "AEPolicy", "KeyProviders\Corp HSM"
    std::string meaning{};
    std::string usual{};                  // what holds without a value; may be empty
    std::optional<SettingSource> from{};  // nothing: the usual value holds
    std::vector<SettingSource> loses{};   // other values of it, which count for nothing
};

struct SettingsView {
    std::vector<Setting> settings{};
    std::optional<std::uint32_t> ae_policy{};
    std::vector<std::string> notes{};     // policy servers that are passed over
    std::vector<std::string> problems{};  // why no pulse runs with these
};

SettingsView view_settings(engine::Scope scope, const std::vector<policy::RegFile>& files);

// One bit of AEPolicy ([MS-CAESO] 4.4.5.1).
struct PolicyBit {
    std::uint32_t bit = 0;
    std::string_view meaning{};
};
std::vector<PolicyBit> policy_bits();

// A value of a local key; nothing: it is taken away.
struct LocalChange {
    std::string key{};  // whole: "HKEY_LOCAL_MACHINE\Software\AeClient"
    std::string name{};
    std::optional<policy::RegData> data{};
};

// `value`: a number (7, 0x7), a text, or "none".
Result<LocalChange> change_of(engine::Scope scope, std::string_view name, std::string_view value);

// In `view`, what is in force of that name; it is there when change_of() took the name.
const Setting& setting_named(const SettingsView& view, std::string_view name);

}  // namespace ae::service
