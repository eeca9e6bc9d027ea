#include "policy/autoenroll_policy.h"

#include "engine/base/hresult_table.h"
#include "engine/base/text.h"

namespace ae::policy {
namespace {

bool is_key_or_below(std::string_view key, std::string_view ancestor) {
    while (ancestor.ends_with('\\')) {
        ancestor.remove_suffix(1);
    }
    return key.size() >= ancestor.size() &&
           equal_ignoring_case(key.substr(0, ancestor.size()), ancestor) &&
           (key.size() == ancestor.size() || key[ancestor.size()] == '\\');
}

}  // namespace

FoundValue find_value(const std::vector<RegFile>& files, std::string_view key,
                      std::string_view name) {
    FoundValue found;
    for (const auto& file : files) {
        for (const auto& step : file.operations) {
            if (step.action == RegAction::delete_key && is_key_or_below(key, step.key)) {
                found = {};
            }
            if (!equal_ignoring_case(step.key, key) || !equal_ignoring_case(step.name, name)) {
                continue;
            }
            if (step.action == RegAction::set_value) {
                found = {&step, &file};
            } else if (step.action == RegAction::delete_value) {
                found = {};
            }
        }
    }
    return found;
}

Result<engine::AutoenrollPolicy> autoenroll_policy(engine::Scope scope,
                                                   const std::vector<RegFile>& files) {
    const std::string hive =
        scope == engine::Scope::machine ? "HKEY_LOCAL_MACHINE\\" : "HKEY_CURRENT_USER\\";
    for (const auto path : {kPolicyKey, kLocalKey}) {
        const auto key = hive + std::string(path);
        const auto found = find_value(files, key, kPolicyValue);
        if (found.value == nullptr) {
            continue;
        }
        const auto* bits = std::get_if<std::uint32_t>(&found.value->data);
        if (bits == nullptr) {
            return fail(kInvalidData,
                        "policy " + found.file->path + " line " +
                            std::to_string(found.value->line) + ": " + std::string(kPolicyValue) +
                            " is a " + type_name(found.value->data) + ", it must be a REG_DWORD",
                        "Write it as \"AEPolicy\"=dword:00000007.");
        }
        return engine::AutoenrollPolicy{*bits, found.file->path + ": " + key};
    }
    return engine::AutoenrollPolicy{};
}

}  // namespace ae::policy
