#include "policy/autoenroll_policy.h"

#include "engine/base/hresult_table.h"
#include "engine/base/text.h"
#include "policy/policy_servers.h"

#include <algorithm>
#include <utility>

namespace ae::policy {
namespace {

constexpr std::uint32_t kMostPercent = 100;
constexpr std::size_t kLongestStoreName = 64;

tl::unexpected<Error> fail_at(const FoundValue& found, const std::string& what,
                              const std::string& remedy) {
    return fail(value_error(found, what, remedy));
}

template <class T>
Result<std::optional<T>> find_typed(const std::vector<RegFile>& files, std::string_view key,
                                    std::string_view name, const std::string& type,
                                    const std::string& example) {
    const auto found = find_value(files, key, name);
    if (found.value == nullptr) {
        return std::optional<T>{};
    }
    if (const auto* data = std::get_if<T>(&found.value->data)) {
        return std::optional<T>(*data);
    }
    return fail_at(
        found,
        std::string(name) + " is a " + type_name(found.value->data) + ", it must be a " + type,
        found.value->line == 0 ? "Remove the value and set it anew as a " + type + "."
                               : "Write it as \"" + std::string(name) + "\"=" + example + ".");
}

// Store names become names of folders and of registry keys elsewhere: plain ones only.
bool is_store_name(std::string_view name) {
    return !name.empty() && name.size() <= kLongestStoreName && name.front() != '.' &&
           std::all_of(name.begin(), name.end(), [](char c) {
               return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                      c == ' ' || c == '-' || c == '_' || c == '.';
           });
}

bool contains(const std::vector<std::string>& names, std::string_view name) {
    return std::any_of(names.begin(), names.end(),
                       [&](const auto& one) { return equal_ignoring_case(one, name); });
}

// Rule X3: which certificates are watched, and from when on.
Done read_warnings(const std::vector<RegFile>& files, const std::string& key,
                   engine::AutoenrollPolicy& policy) {
    auto percent = find_number(files, key, kWarnPercentValue);
    if (!percent) {
        return pass(percent);
    }
    if (*percent && **percent > kMostPercent) {
        return fail_at(find_value(files, key, kWarnPercentValue),
                       std::string(kWarnPercentValue) + " is " + std::to_string(**percent) +
                           ", which is no percentage",
                       "Write a number from 0 to 100: dword:0000000a is 10.");
    }
    policy.warn_percent = percent->value_or(policy.warn_percent);
    auto stores = find_text(files, key, kWarnStoresValue);
    if (!stores) {
        return pass(stores);
    }
    const std::string names = stores->value_or(std::string{});
    for (const auto part : split(names, ',')) {
        const auto name = trim(part);
        if (name.empty() || contains(policy.warn_stores, name)) {
            continue;  // MY is in the list from the start: it is always watched
        }
        if (!is_store_name(name)) {
            return fail_at(find_value(files, key, kWarnStoresValue),
                           std::string(kWarnStoresValue) + " names \"" + printable(name) +
                               "\", which is no name of a store",
                           "Write names of stores with commas between, such as \"MY,CA\".");
        }
        policy.warn_stores.emplace_back(name);
    }
    return done();
}

}  // namespace

bool is_key_or_below(std::string_view key, std::string_view ancestor) {
    while (ancestor.ends_with('\\')) {
        ancestor.remove_suffix(1);
    }
    return key.size() >= ancestor.size() &&
           equal_ignoring_case(key.substr(0, ancestor.size()), ancestor) &&
           (key.size() == ancestor.size() || key[ancestor.size()] == '\\');
}

std::string hive_of(engine::Scope scope) {
    return scope == engine::Scope::machine ? "HKEY_LOCAL_MACHINE\\" : "HKEY_CURRENT_USER\\";
}

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

std::vector<std::string> value_names(const std::vector<RegFile>& files, std::string_view key) {
    std::vector<std::string> names;
    for (const auto& file : files) {
        for (const auto& step : file.operations) {
            if (step.action == RegAction::set_value && equal_ignoring_case(step.key, key) &&
                !contains(names, step.name) && find_value(files, key, step.name).value != nullptr) {
                names.push_back(step.name);
            }
        }
    }
    return names;
}

Error value_error(const FoundValue& found, const std::string& what, const std::string& remedy) {
    const std::string where = found.value->line == 0
                                  ? "in " + found.file->path + ", " + printable(found.value->key)
                                  : found.file->path + " line " + std::to_string(found.value->line);
    return {kInvalidData, "policy " + where + ": " + what, remedy};
}

Result<std::optional<std::uint32_t>> find_number(const std::vector<RegFile>& files,
                                                 std::string_view key, std::string_view name) {
    return find_typed<std::uint32_t>(files, key, name, "REG_DWORD", "dword:00000007");
}

Result<std::optional<std::string>> find_text(const std::vector<RegFile>& files,
                                             std::string_view key, std::string_view name) {
    return find_typed<std::string>(files, key, name, "REG_SZ", "\"text\"");
}

Result<engine::AutoenrollPolicy> autoenroll_policy(engine::Scope scope,
                                                   const std::vector<RegFile>& files) {
    engine::AutoenrollPolicy policy;
    for (const auto path : {kPolicyKey, kLocalKey}) {
        const auto key = hive_of(scope) + std::string(path);
        auto bits = find_number(files, key, kPolicyValue);
        if (!bits) {
            return pass(bits);
        }
        if (*bits) {
            policy.bits = *bits;
            policy.source = find_value(files, key, kPolicyValue).file->path + ": " + key;
            break;
        }
    }
    if (auto read = read_warnings(files, hive_of(scope) + std::string(kPolicyKey), policy); !read) {
        return pass(read);
    }
    auto end_points = read_end_points(scope, files);
    if (!end_points) {
        return pass(end_points);
    }
    EndPointChoice choice = choose_end_points(std::move(*end_points));
    policy.notes = std::move(choice.notes);
    if (choice.is_configured) {
        policy.directory_policies.emplace();
        for (const EndPoint& one : choice.directory) {
            policy.directory_policies->emplace_back(trim(one.policy_id));
        }
    }
    return policy;
}

}  // namespace ae::policy
