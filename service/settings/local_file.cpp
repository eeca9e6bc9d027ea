#include "service/settings/local_file.h"

#include "engine/base/hresult_table.h"
#include "engine/base/text.h"

#include <algorithm>

namespace ae::service {
namespace {

using policy::RegAction;
using policy::RegOperation;

constexpr std::string_view kHead =
    "Windows Registry Editor Version 5.00\r\n"
    "\r\n"
    "; Local settings: \"aeclient policy set\" and \"aeclient log-level\" write this file.\r\n"
    "; Group policy stands in other files and wins.\r\n";

std::string quoted(std::string_view text) {
    std::string result = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\') {
            result += '\\';
        }
        result += c;
    }
    return result + '"';
}

std::string data_text(const policy::RegData& data) {
    constexpr std::size_t kLeading = 2;
    if (const auto* number = std::get_if<std::uint32_t>(&data)) {
        return "dword:" + to_lower(to_hex(hresult(*number)).substr(kLeading));
    }
    return quoted(std::get<std::string>(data));
}

bool is_ours(const RegOperation& step) {
    return step.action == RegAction::open_key ||
           (step.action == RegAction::set_value && !step.name.empty() &&
            !std::holds_alternative<policy::OtherRegData>(step.data));
}

bool same_value(const RegOperation& one, std::string_view key, std::string_view name) {
    return equal_ignoring_case(one.key, key) && equal_ignoring_case(one.name, name);
}

// Each value once: the last that was written counts.
void put(std::vector<RegOperation>& values, RegOperation value) {
    std::erase_if(values,
                  [&](const RegOperation& one) { return same_value(one, value.key, value.name); });
    values.push_back(std::move(value));
}

std::string text_of(std::vector<RegOperation> values) {
    std::ranges::stable_sort(values, {}, [](const RegOperation& one) {
        return std::pair(to_lower(one.key), to_lower(one.name));
    });
    std::string text(kHead);
    std::string key;
    for (const RegOperation& one : values) {
        if (!equal_ignoring_case(one.key, key)) {
            key = one.key;
            text += "\r\n[" + key + "]\r\n";
        }
        text += quoted(one.name) + '=' + data_text(one.data) + "\r\n";
    }
    return text;
}

}  // namespace

Result<std::string> changed_local_file(std::string_view text, const LocalChange& change) {
    std::vector<RegOperation> values;
    if (!text.empty()) {
        auto steps = policy::parse_reg_file(as_bytes(text));
        if (!steps) {
            return pass(steps);
        }
        if (!std::ranges::all_of(*steps, is_ours)) {
            return fail(kInvalidData, "it holds more than plain values, so somebody else wrote it",
                        "Give that file another name, or edit it by hand");
        }
        for (RegOperation& step : *steps) {
            if (step.action == RegAction::set_value) {
                put(values, std::move(step));
            }
        }
    }
    if (change.data) {
        put(values, {RegAction::set_value, change.key, change.name, *change.data});
    } else {
        std::erase_if(values, [&](const RegOperation& one) {
            return same_value(one, change.key, change.name);
        });
    }
    std::string after = text_of(std::move(values));
    // What the reader would refuse would stop every pulse from now on.
    if (auto read = policy::parse_reg_file(as_bytes(after)); !read) {
        return pass(read, "take the change in");
    }
    return after;
}

}  // namespace ae::service
