#include "service/capture/json_reader.h"

#include "engine/base/hresult_table.h"
#include "engine/base/text.h"

#include <algorithm>
#include <charconv>
#include <limits>
#include <set>

namespace ae::service {
namespace {

constexpr std::size_t kCodeSize = 10;  // "0x80092013"

std::optional<Hresult> parse_code(std::string_view text) {
    std::uint32_t value = 0;
    if (text.size() != kCodeSize || !text.starts_with("0x")) {
        return std::nullopt;
    }
    const auto* end = text.data() + text.size();
    const auto [at, error] = std::from_chars(text.data() + 2, end, value, 16);
    return error == std::errc{} && at == end ? std::optional(hresult(value)) : std::nullopt;
}

}  // namespace

// Members of one object; none that this program writes comes near.  It also keeps the reader quick,
// because the library finds a member by walking over those before it.
constexpr std::size_t kMostMembers = 256;

Result<Json> parse_json(std::string_view text) {
    std::vector<std::set<std::string>> open;  // the names of each object that is being read
    std::string problem;
    const auto watch = [&](int, Json::parse_event_t event, Json& value) {
        if (event == Json::parse_event_t::object_start) {
            open.emplace_back();
        } else if (event == Json::parse_event_t::object_end) {
            open.pop_back();
        } else if (event == Json::parse_event_t::key && problem.empty()) {
            const auto& name = value.get_ref<const std::string&>();
            if (!open.back().insert(name).second) {
                problem = "member " + printable(name) + " stands there twice";
            } else if (open.back().size() > kMostMembers) {
                problem = "an object has more than " + std::to_string(kMostMembers) + " members";
            }
        }
        return problem.empty();
    };
    try {
        Json json = Json::parse(text, watch);
        if (!problem.empty()) {
            return fail(kInvalidData, problem);
        }
        return json;
    } catch (const Json::parse_error& error) {
        const auto read = text.substr(0, error.byte == 0 ? 0 : error.byte - 1);
        const auto line = 1 + std::count(read.begin(), read.end(), '\n');
        return fail(kInvalidData, "line " + std::to_string(line) + ": it is no JSON from here on");
    } catch (const Json::exception&) {  // a number that fits no type
        return fail(kInvalidData, "it holds a number that is too large");
    }
}

bool JsonReader::has(const char* name) const {
    const auto at = json_->find(name);
    return at != json_->end() && !at->is_null();
}

void JsonReader::blame(const std::string& name, std::string_view what) {
    if (problem_->empty()) {
        *problem_ = where_ + name + ' ' + std::string(what);
    }
}

const Json* JsonReader::member(const char* name, bool (Json::*is_kind)() const noexcept,
                               std::string_view kind, Need need) {
    if (!has(name)) {
        if (need == Need::required) {
            blame(name, "is missing");
        }
        return nullptr;
    }
    const Json& found = *json_->find(name);
    if ((found.*is_kind)()) {
        return &found;
    }
    blame(name, "is no " + std::string(kind));
    return nullptr;
}

std::string JsonReader::text(const char* name, Need need) {
    const Json* found = member(name, &Json::is_string, "text", need);
    return found == nullptr ? std::string{} : found->get<std::string>();
}

std::vector<std::string> JsonReader::texts(const char* name, std::vector<std::string> absent) {
    const Json* found = member(name, &Json::is_array, "array", Need::optional);
    if (found == nullptr) {
        return absent;
    }
    std::vector<std::string> all;
    for (const Json& item : *found) {
        if (!item.is_string()) {
            blame(std::string(name) + '[' + std::to_string(all.size()) + ']', "is no text");
            break;
        }
        all.push_back(item.get<std::string>());
    }
    return all;
}

bool JsonReader::truth(const char* name, bool absent) {
    const Json* found = member(name, &Json::is_boolean, "true or false", Need::optional);
    return found == nullptr ? absent : found->get<bool>();
}

std::optional<std::uint32_t> JsonReader::number(const char* name) {
    const std::uint64_t value = long_number(name);
    if (!has(name)) {
        return std::nullopt;
    }
    if (value > std::numeric_limits<std::uint32_t>::max()) {
        blame(name, "is larger than 32 bits");
        return std::nullopt;
    }
    return static_cast<std::uint32_t>(value);
}

std::uint64_t JsonReader::long_number(const char* name) {
    const Json* found =
        member(name, &Json::is_number_unsigned, "whole number from 0 up", Need::optional);
    return found == nullptr ? 0 : found->get<std::uint64_t>();
}

std::optional<Hresult> JsonReader::code(const char* name) {
    const Json* found = member(name, &Json::is_string, "text", Need::optional);
    if (found == nullptr) {
        return std::nullopt;
    }
    const auto value = parse_code(found->get_ref<const std::string&>());
    if (!value) {
        blame(name, "is no code such as 0x80092013");
    }
    return value;
}

Time JsonReader::time(const char* name) {
    const Json* found = member(name, &Json::is_string, "text", Need::required);
    if (found == nullptr) {
        return {};
    }
    const auto value = time_from_string(found->get_ref<const std::string&>());
    if (!value) {
        blame(name, "is no time such as 2026-11-21T12:00:00Z");
    }
    return value.value_or(Time{});
}

Bytes JsonReader::octets(const char* name) {
    const Json* found = member(name, &Json::is_string, "text", Need::required);
    if (found == nullptr) {
        return {};
    }
    auto value = from_base64(found->get_ref<const std::string&>());
    if (!value) {
        blame(name, "is no base64");
    }
    return std::move(value).value_or(Bytes{});
}

std::vector<Bytes> JsonReader::octet_strings(const char* name) {
    std::vector<Bytes> all;
    for (const auto& text : texts(name)) {
        auto value = from_base64(text);
        if (!value) {
            blame(std::string(name) + '[' + std::to_string(all.size()) + ']', "is no base64");
            break;
        }
        all.push_back(std::move(*value));
    }
    return all;
}

JsonReader JsonReader::object(const char* name) {
    static const Json none = Json::object();
    const Json* found = member(name, &Json::is_object, "object", Need::optional);
    return {found == nullptr ? none : *found, *problem_, where_ + name + '.'};
}

std::vector<JsonReader> JsonReader::objects(const char* name) {
    std::vector<JsonReader> all;
    const Json* found = member(name, &Json::is_array, "array", Need::optional);
    if (found == nullptr) {
        return all;
    }
    all.reserve(found->size());
    for (const Json& item : *found) {
        const auto place = std::string(name) + '[' + std::to_string(all.size()) + ']';
        if (!item.is_object()) {
            blame(place, "is no object");
            break;
        }
        all.emplace_back(item, *problem_, where_ + place + '.');
    }
    return all;
}

}  // namespace ae::service
