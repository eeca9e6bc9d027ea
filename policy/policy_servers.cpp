#include "policy/policy_servers.h"

#include "engine/base/text.h"
#include "policy/attribute_map.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>
#include <utility>

namespace ae::policy {
namespace {

// The part of `key` directly below `parent`; empty when it is not below.
std::string_view child_of(std::string_view key, std::string_view parent) {
    if (key.size() <= parent.size() + 1 || key[parent.size()] != '\\' ||
        !equal_ignoring_case(key.substr(0, parent.size()), parent)) {
        return {};
    }
    const auto rest = key.substr(parent.size() + 1);
    return rest.substr(0, rest.find('\\'));
}

// Keys directly below `parent` that stand after all files were applied.
std::set<std::string, LessIgnoringCase> child_keys(const std::vector<RegFile>& files,
                                                   const std::string& parent) {
    std::set<std::string, LessIgnoringCase> names;
    const auto prefix = parent + '\\';
    for (const auto& file : files) {
        for (const auto& step : file.operations) {
            if (step.action == RegAction::delete_key) {
                std::erase_if(names, [&](const std::string& name) {
                    return is_key_or_below(prefix + name, step.key);
                });
            } else if (const auto name = child_of(step.key, parent); !name.empty()) {
                names.emplace(name);
            }
        }
    }
    return names;
}

bool is_directory(const EndPoint& end_point) {
    return equal_ignoring_case(trim(end_point.url), "LDAP:");
}

// Rule A6: Kerberos, then anonymous, then the rest.
int rank(const EndPoint& end_point) {
    if ((end_point.auth_flags & kAuthKerberos) != 0) {
        return 0;
    }
    return (end_point.auth_flags & kAuthAnonymous) != 0 ? 1 : 2;
}

// The last members make the order total.
auto order_of(const EndPoint& end_point) {
    return std::tuple(end_point.cost, rank(end_point), to_lower(end_point.url),
                      to_lower(end_point.key));
}

// What people call it.
std::string title(const EndPoint& end_point) {
    return printable(end_point.friendly_name.empty() ? end_point.key : end_point.friendly_name) +
           " (" + printable(end_point.url.empty() ? "no URL" : end_point.url) + ')';
}

}  // namespace

Result<std::vector<EndPoint>> read_end_points(engine::Scope scope,
                                              const std::vector<RegFile>& files) {
    const auto parent = hive_of(scope) + std::string(kPolicyServersKey);
    const auto prefix = parent + '\\';
    std::vector<EndPoint> all;
    for (const auto& name : child_keys(files, parent)) {
        const auto key = prefix + name;
        EndPoint end_point{.key = name};
        for (const auto& [value, into] :
             {std::pair("URL", &end_point.url), std::pair("PolicyID", &end_point.policy_id),
              std::pair("FriendlyName", &end_point.friendly_name)}) {
            auto text = find_text(files, key, value);
            if (!text) {
                return pass(text);
            }
            *into = text->value_or(std::string{});
        }
        for (const auto& [value, into] :
             {std::pair("Flags", &end_point.flags), std::pair("AuthFlags", &end_point.auth_flags),
              std::pair("Cost", &end_point.cost)}) {
            auto number = find_number(files, key, value);
            if (!number) {
                return pass(number);
            }
            *into = number->value_or(*into);
        }
        all.push_back(std::move(end_point));
    }
    return all;
}

EndPointChoice choose_end_points(std::vector<EndPoint> all) {
    EndPointChoice choice;
    choice.is_configured = !all.empty();
    std::sort(all.begin(), all.end(),
              [](const auto& a, const auto& b) { return order_of(a) < order_of(b); });
    std::map<std::string, std::vector<EndPoint>> groups;
    std::vector<std::string> order;  // of the groups: that of their first members
    for (auto& end_point : all) {
        auto& group = groups[to_lower(trim(end_point.policy_id))];
        if (group.empty()) {
            order.push_back(to_lower(trim(end_point.policy_id)));
        }
        group.push_back(std::move(end_point));
    }
    std::vector<std::string> foreign;
    for (const auto& id : order) {
        auto& group = groups[id];
        if ((group.front().flags & kEndPointAutoenrollment) == 0) {
            choice.notes.push_back("policy server " + title(group.front()) +
                                   " does not enable autoenrollment for policy " + printable(id) +
                                   "; its end points are passed over");
            continue;
        }
        for (auto& end_point : group) {
            if (is_directory(end_point)) {
                choice.directory.push_back(std::move(end_point));
            } else {
                foreign.push_back(title(end_point));
            }
        }
    }
    if (!foreign.empty()) {
        choice.notes.push_back("passed over, because this client asks the directory only: " +
                               join(foreign, ", "));
    }
    return choice;
}

}  // namespace ae::policy
