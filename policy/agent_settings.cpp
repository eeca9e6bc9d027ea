#include "policy/agent_settings.h"

#include "engine/base/text.h"

#include <filesystem>
#include <utility>

namespace ae::policy {
namespace {

constexpr std::uint32_t kMostJitterMinutes = 1440;  // a day
constexpr std::uint32_t kYes = 1;
constexpr auto kUsualJitterMinutes = static_cast<std::uint32_t>(engine::kDefaultJitter.count());
constexpr auto kMostVerbose = static_cast<std::uint32_t>(LogLevel::all);

std::string_view name_of(Transport transport) {
    switch (transport) {
        case Transport::com:
            return "com";
        case Transport::dcom:
            return "dcom";
        case Transport::icpr:
            break;
    }
    return "icpr";
}

// "\"com\", \"dcom\" or \"icpr\""
std::string choice_of(std::span<const Transport> here) {
    std::vector<std::string> names;
    for (const Transport one : here) {
        names.push_back('"' + std::string(name_of(one)) + '"');
    }
    const std::string last = std::move(names.back());
    names.pop_back();
    return names.empty() ? last : join(names, ", ") + " or " + last;
}

// Reads one setting after the other and keeps the first that cannot be used, so that the list of
// settings below reads as a list.
class Reader {
  public:
    explicit Reader(const std::vector<RegFile>& files) : files_(files) {}

    // The value of the first key that has one; `usual` when none has.
    std::uint32_t number(const std::vector<std::string>& keys, std::string_view name,
                         std::uint32_t usual, std::uint32_t most) {
        for (const std::string& key : keys) {
            auto found = find_number(files_, key, name);
            if (!found) {
                blame(std::move(found.error()));
                return usual;
            }
            if (!*found) {
                continue;
            }
            if (**found > most) {
                blame(
                    value_error(find_value(files_, key, name),
                                std::string(name) + " is " + std::to_string(**found) +
                                    ", it must be at most " + std::to_string(most),
                                "Write a number from 0 to " + std::to_string(most) +
                                    "; .reg files have it in hexadecimal: dword:0000000a is 10."));
                return usual;
            }
            return **found;
        }
        return usual;
    }

    // The same; an empty text is the wish for none, whatever the next key says.
    std::string absolute_path(const std::vector<std::string>& keys, std::string_view name) {
        for (const std::string& key : keys) {
            auto found = find_text(files_, key, name);
            if (!found) {
                blame(std::move(found.error()));
                return {};
            }
            if (!*found) {
                continue;
            }
            if (!(*found)->empty() && !std::filesystem::path(**found).is_absolute()) {
                blame(value_error(find_value(files_, key, name),
                                  std::string(name) + " is \"" + printable(**found) +
                                      "\", which is no absolute path",
                                  "Write the whole path, from the root or the drive on."));
                return {};
            }
            return std::move(**found);
        }
        return {};
    }

    // Nothing when no key has one.
    std::optional<std::uint32_t> optional_number(const std::vector<std::string>& keys,
                                                 std::string_view name) {
        for (const std::string& key : keys) {
            auto found = find_number(files_, key, name);
            if (!found) {
                blame(std::move(found.error()));
                return {};
            }
            if (*found) {
                return *found;
            }
        }
        return {};
    }

    // All texts of the key `below` each of the keys, by their names in lower case; names compare
    // without case.  An empty text is the wish for none, whatever the next key says.
    std::map<std::string, std::string> texts(const std::vector<std::string>& keys,
                                             std::string_view below) {
        std::map<std::string, std::string> all;
        for (const std::string& key : keys) {
            const std::string place = key + '\\' + std::string(below);
            for (const std::string& name : value_names(files_, place)) {
                auto found = find_text(files_, place, name);
                if (!found) {
                    blame(std::move(found.error()));
                    return {};
                }
                all.emplace(to_lower(name), **found);
            }
        }
        std::erase_if(all, [](const auto& one) { return one.second.empty(); });
        return all;
    }

    // One of the platform's, by its name without case; nothing when no key has one.
    std::optional<Transport> transport(const std::vector<std::string>& keys, std::string_view name,
                                       std::span<const Transport> here) {
        for (const std::string& key : keys) {
            auto found = find_text(files_, key, name);
            if (!found) {
                blame(std::move(found.error()));
                return {};
            }
            if (!*found) {
                continue;
            }
            for (const Transport one : here) {
                if (equal_ignoring_case(**found, name_of(one))) {
                    return one;
                }
            }
            blame(value_error(find_value(files_, key, name),
                              std::string(name) + " is \"" + printable(**found) +
                                  "\", which this platform does not have",
                              "Write " + choice_of(here) + ", or remove the value."));
            return {};
        }
        return {};
    }

    Result<AgentSettings> finish(AgentSettings settings) && {
        if (problem_) {
            return fail(std::move(*problem_));
        }
        return settings;
    }

  private:
    void blame(Error error) {
        if (!problem_) {
            problem_ = std::move(error);
        }
    }

    const std::vector<RegFile>& files_;
    std::optional<Error> problem_{};
};

}  // namespace

Result<AgentSettings> agent_settings(engine::Scope scope, const std::vector<RegFile>& files,
                                     std::span<const Transport> transports) {
    const std::string machine = hive_of(engine::Scope::machine);
    const std::vector<std::string> windows_of_machine{machine + std::string(kLocalKey)};
    const std::vector<std::string> windows_of_context{hive_of(scope) + std::string(kLocalKey)};
    const std::vector<std::string> own{machine + std::string(kAgentPolicyKey),
                                       machine + std::string(kAgentLocalKey)};

    AgentSettings settings;
    const auto usual_level = static_cast<std::uint32_t>(settings.log_level);
    Reader reader(files);
    settings.log_level = static_cast<LogLevel>(
        reader.number(windows_of_machine, "LogLevel", usual_level, kMostVerbose));
    settings.express = reader.number(windows_of_context, "AEExpress", 0, kYes) == kYes;
    settings.timer.jitter = std::chrono::minutes(
        reader.number(own, "JitterMinutes", kUsualJitterMinutes, kMostJitterMinutes));
    settings.timer.retry_unreachable = reader.number(own, "RetryUnreachable", kYes, kYes) == kYes;
    settings.timer.retry_expiring = reader.number(own, "RetryExpiring", kYes, kYes) == kYes;
    settings.metrics_file = reader.absolute_path(own, "MetricsFile");
    settings.transport = reader.transport(own, "Transport", transports);
    settings.keep_archived = reader.optional_number(own, "KeepArchived");
    settings.publish_trust = reader.number(own, "PublishTrust", 0, kYes) == kYes;
    settings.key_providers = reader.texts(own, "KeyProviders");
    settings.key_readers = reader.texts(own, "KeyReaders");
    return std::move(reader).finish(std::move(settings));
}

}  // namespace ae::policy
