#include "service/settings/settings.h"

#include "engine/base/hresult_table.h"
#include "engine/base/text.h"
#include "service/cli/nearest.h"
#include "stores/provider_table.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace ae::service {
namespace {

using engine::Scope;
using policy::RegData;
using policy::RegFile;
using policy::RegOperation;

enum class Home { windows_of_context, windows_of_machine, own, policy_only };
enum class Kind { number, text };

struct Known {
    std::string_view name;
    Home home;
    Kind kind;
    std::string_view usual;
    std::string_view meaning;
};

// In the order of docs/service.md.
constexpr std::array kKnown = {
    Known{"AEPolicy", Home::windows_of_context, Kind::number, "",
          "what autoenrollment may do; without it only the directory is replicated"},
    Known{"OfflineExpirationPercent", Home::policy_only, Kind::number, "10",
          "warn when this part of a certificate's life is left"},
    Known{"OfflineExpirationStoreNames", Home::policy_only, Kind::text, "MY",
          "the stores that are watched for that"},
    Known{"LogLevel", Home::windows_of_machine, Kind::number, "3",
          "what goes to the system's log: 0 nothing to 5 everything"},
    Known{"AEExpress", Home::windows_of_context, Kind::number, "0",
          "1: the notice to the user does not wait 60 s"},
    Known{"JitterMinutes", Home::own, Kind::number, "30", "how far runs of hosts are spread"},
    Known{"RetryUnreachable", Home::own, Kind::number, "1",
          "0: a run without a domain controller waits for the timer"},
    Known{"RetryExpiring", Home::own, Kind::number, "1", "0: a failed renewal waits for the timer"},
    Known{"Transport", Home::own, Kind::text, "", "the one way by which requests reach a CA"},
    Known{"MetricsFile", Home::own, Kind::text, "", "the OpenMetrics text file"},
    Known{"KeepArchived", Home::own, Kind::number, "",
          "how many archived certificates of a template stay; without it all"},
    Known{"PublishTrust", Home::own, Kind::number, "0",
          "1: replicated roots go into the system's own trust, too"},
};
constexpr std::string_view kKeyProviders = "KeyProviders";
// Keys below the agent's, whose values have names of their own.
constexpr std::array kTables = {
    Known{kKeyProviders, Home::own, Kind::text, "", "where the keys of that provider live"},
    Known{"KeyReaders", Home::own, Kind::text, "", "the group that may read its private keys"},
};

struct Keys {
    std::string policy{};  // empty: none
    std::string local{};   // empty: none
};

Keys keys_of(Home home, Scope scope, std::string_view below = {}) {
    const std::string hive = policy::hive_of(
        home == Home::windows_of_context || home == Home::policy_only ? scope : Scope::machine);
    const std::string tail = below.empty() ? std::string() : '\\' + std::string(below);
    switch (home) {
        case Home::windows_of_context:
            return {hive + std::string(policy::kPolicyKey), hive + std::string(policy::kLocalKey)};
        case Home::windows_of_machine:
            return {{}, hive + std::string(policy::kLocalKey)};
        case Home::policy_only:
            return {hive + std::string(policy::kPolicyKey), {}};
        case Home::own:
            break;
    }
    return {hive + std::string(policy::kAgentPolicyKey) + tail,
            hive + std::string(policy::kAgentLocalKey) + tail};
}

// Only AEPolicy is read from its policy key, too: Windows has no policy for AEExpress.
Keys keys_of(const Known& known, Scope scope) {
    Keys keys = keys_of(known.home, scope);
    if (known.name == "AEExpress") {
        keys.policy.clear();
    }
    return keys;
}

std::string value_text(std::string_view name, const RegData& data) {
    if (const auto* number = std::get_if<std::uint32_t>(&data)) {
        std::string text = std::to_string(*number);
        if (name == policy::kPolicyValue && *number > 9) {
            constexpr std::size_t kLeading = 2;
            std::string digits = to_lower(to_hex(hresult(*number)).substr(kLeading));
            digits.erase(0, std::min(digits.find_first_not_of('0'), digits.size() - 1));
            text += " (0x" + digits + ')';
        }
        return text;
    }
    if (const auto* text = std::get_if<std::string>(&data)) {
        // Whoever looks at settings may be anybody; the stores refuse it, too.
        return to_lower(*text).find("pin-value") == std::string::npos
                   ? *text
                   : "a PKCS #11 URI with a PIN in it, which does not count";
    }
    return "a " + policy::type_name(data);
}

// The value that wins, and all others that were ever set, in the order in which they stand.
void find_sources(const std::vector<RegFile>& files, const Keys& keys, std::string_view value_name,
                  Setting& setting) {
    const RegOperation* winner = nullptr;
    for (const std::string& key : {keys.policy, keys.local}) {
        winner =
            winner == nullptr && !key.empty() ? find_value(files, key, value_name).value : winner;
    }
    for (const RegFile& file : files) {
        for (const RegOperation& step : file.operations) {
            const bool policy = equal_ignoring_case(step.key, keys.policy);
            if (step.action != policy::RegAction::set_value ||
                !equal_ignoring_case(step.name, value_name) ||
                (!policy && !equal_ignoring_case(step.key, keys.local))) {
                continue;
            }
            SettingSource source{file.path, step.key, value_text(value_name, step.data), policy};
            if (&step == winner) {
                setting.from = std::move(source);
            } else {
                setting.loses.push_back(std::move(source));
            }
        }
    }
}

void add_table(const Known& known, Scope scope, const std::vector<RegFile>& files,
               SettingsView& view) {
    const Keys keys = keys_of(known.home, scope, known.name);
    std::vector<std::string> names;
    for (const std::string& key : {keys.policy, keys.local}) {
        for (const std::string& name : policy::value_names(files, key)) {
            const auto same = [&](const std::string& one) {
                return equal_ignoring_case(one, name);
            };
            if (std::ranges::none_of(names, same)) {
                names.push_back(name);
            }
        }
    }
    for (const std::string& name : names) {
        Setting setting{.name = std::string(known.name) + '\\' + name,
                        .meaning = std::string(known.meaning)};
        find_sources(files, keys, name, setting);
        view.settings.push_back(std::move(setting));
    }
}

std::optional<std::uint32_t> number_of(std::string_view text) {
    const bool hex = text.starts_with("0x") || text.starts_with("0X");
    const std::string_view digits = hex ? text.substr(2) : text;
    std::uint32_t value = 0;
    const auto [end, error] =
        std::from_chars(digits.data(), digits.data() + digits.size(), value, hex ? 16 : 10);
    return error == std::errc{} && end == digits.data() + digits.size() && !digits.empty()
               ? std::optional(value)
               : std::nullopt;
}

struct Named {
    const Known* known = nullptr;
    std::string local{};  // the whole local key
    std::string value{};  // the value's name in it
};

std::vector<std::string> settable_names() {
    std::vector<std::string> names;
    for (const Known& one : kKnown) {
        if (one.home != Home::policy_only) {
            names.emplace_back(one.name);
        }
    }
    for (const Known& one : kTables) {
        names.push_back(std::string(one.name) + "\\NAME");
    }
    return names;
}

Result<Named> find_name(Scope scope, std::string_view name) {
    for (const Known& one : kKnown) {
        if (!equal_ignoring_case(one.name, name)) {
            continue;
        }
        if (one.home == Home::policy_only) {
            return fail(kInvalidArgument, std::string(one.name) + " has no local value",
                        "Set it by group policy");
        }
        return Named{&one, keys_of(one, scope).local, std::string(one.name)};
    }
    const auto slash = name.find('\\');
    for (const Known& one : kTables) {
        if (slash != std::string_view::npos && slash + 1 < name.size() &&
            equal_ignoring_case(one.name, name.substr(0, slash))) {
            return Named{&one, keys_of(one.home, scope, one.name).local,
                         std::string(name.substr(slash + 1))};
        }
    }
    return fail(
        kInvalidArgument,
        "there is no setting \"" + printable(name) + '"' + did_you_mean(name, settable_names()),
        "\"aeclient policy show\" lists them: " + join(settable_names(), ", "));
}

bool is_plain(std::string_view text) {
    return is_utf8(text) && std::ranges::none_of(text, [](char c) {
               return static_cast<unsigned char>(c) < ' ';  // a line of a *.reg file holds none
           });
}

// What the readers themselves say to the value, whatever else stands there.
Done judge(Scope scope, const LocalChange& change) {
    const std::vector<RegFile> alone{
        {"the new value", {{policy::RegAction::set_value, change.key, change.name, *change.data}}}};
    if (auto read = policy::autoenroll_policy(scope, alone); !read) {
        return pass(read);
    }
    if (auto read = policy::agent_settings(scope, alone); !read) {
        return pass(read);
    }
    return done();
}

}  // namespace

SettingsView view_settings(Scope scope, const std::vector<RegFile>& files) {
    SettingsView view;
    for (const Known& known : kKnown) {
        Setting setting{.name = std::string(known.name),
                        .meaning = std::string(known.meaning),
                        .usual = std::string(known.usual)};
        find_sources(files, keys_of(known, scope), known.name, setting);
        view.settings.push_back(std::move(setting));
    }
    for (const Known& known : kTables) {
        add_table(known, scope, files, view);
    }
    if (const auto policy = policy::autoenroll_policy(scope, files)) {
        view.ae_policy = policy->bits;
        view.notes = policy->notes;
    } else {
        view.problems.push_back(policy.error().sentence());
    }
    if (const auto own = policy::agent_settings(scope, files); !own) {
        view.problems.push_back(own.error().sentence());
    }
    return view;
}

std::vector<PolicyBit> policy_bits() {
    return {{engine::policy_bit::kEnroll, "enroll for templates that allow autoenrollment"},
            {engine::policy_bit::kManage,
             "renew certificates in advance, archive and clean up old ones"},
            {engine::policy_bit::kPending, "fetch the certificates of pending requests"},
            {engine::policy_bit::kDisabled, "disabled: nothing at all, whatever else is set"}};
}

Result<LocalChange> change_of(Scope scope, std::string_view name, std::string_view value) {
    auto named = find_name(scope, name);
    if (!named) {
        return pass(named);
    }
    LocalChange change{named->local, named->value, {}};
    if (!is_plain(change.name) || !is_plain(value)) {
        return fail(kInvalidArgument, "a name or a value holds characters that no setting may have",
                    "Write plain text without line breaks");
    }
    if (equal_ignoring_case(value, "none")) {
        return change;
    }
    if (named->known->kind == Kind::text) {
        change.data = std::string(value);
    } else if (const auto number = number_of(value)) {
        change.data = *number;
    } else {
        return fail(kInvalidArgument,
                    std::string(named->known->name) + " takes a number, and \"" + printable(value) +
                        "\" is none",
                    "Write 7 or 0x7; \"none\" takes the value away");
    }
    if (named->known->name == kKeyProviders) {
        if (auto place = stores::parse_key_place(value); !place) {
            return pass(place);
        }
    }
    if (Done judged = judge(scope, change); !judged) {
        return pass(judged);
    }
    return change;
}

const Setting& setting_named(const SettingsView& view, std::string_view name) {
    const auto at = std::ranges::find_if(
        view.settings, [&](const Setting& one) { return equal_ignoring_case(one.name, name); });
    static const Setting kNone{};  // of a table, whose value was taken away
    return at == view.settings.end() ? kNone : *at;
}

}  // namespace ae::service
