#include "stores/json_members.h"

#include <limits>
#include <utility>

namespace ae::stores {

Json parse_json(std::string_view text) {
    return Json::parse(text, nullptr, /*allow_exceptions=*/false);
}

std::string text_of(const Json& json) {
    return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

Members::Members(const Json& json, Missing missing, std::string& problem)
    : Members(json.is_object() ? &json : nullptr, missing, &problem, {}) {
    if (json_ == nullptr && problem.empty()) {
        problem = "it is not a JSON object";
    }
}

Members::Members(const Json* json, Missing missing, std::string* problem, std::string where)
    : json_(json), missing_(missing), problem_(problem), where_(std::move(where)) {}

const Json* Members::member(const char* name) {
    const Json* found = nullptr;
    if (json_ != nullptr) {
        const auto at = json_->find(name);
        found = at == json_->end() ? nullptr : &*at;
    }
    if (found == nullptr && missing_ == Missing::blamed) {
        blame(name);
    }
    return found;
}

void Members::blame(const std::string& name) {
    if (problem_->empty()) {
        *problem_ = "its member \"" + where_ + name + "\" is missing or of the wrong type";
    }
}

std::string Members::text(const char* name) {
    const Json* found = member(name);
    if (found == nullptr) {
        return {};
    }
    if (!found->is_string()) {
        blame(name);
        return {};
    }
    return found->get<std::string>();
}

std::string Members::later_text(const char* name) {
    const Missing usual = std::exchange(missing_, Missing::neutral);
    std::string found = text(name);
    missing_ = usual;
    return found;
}

std::optional<std::uint32_t> Members::number(const char* name) {
    const Json* found = member(name);
    if (found == nullptr || found->is_null()) {
        return std::nullopt;
    }
    if (!found->is_number_unsigned() ||
        found->get<std::uint64_t>() > std::numeric_limits<std::uint32_t>::max()) {
        blame(name);
        return std::nullopt;
    }
    return found->get<std::uint32_t>();
}

Seconds Members::seconds(const char* name) {
    const Json* found = member(name);
    if (found == nullptr) {
        return Seconds{0};
    }
    if (!found->is_number_integer() ||
        (found->is_number_unsigned() &&
         !std::in_range<std::int64_t>(found->get<std::uint64_t>()))) {
        blame(name);
        return Seconds{0};
    }
    return Seconds{found->get<std::int64_t>()};
}

Time Members::time(const char* name) {
    const Json* found = member(name);
    if (found == nullptr) {
        return Time{};
    }
    const std::optional<Time> value =
        found->is_string() ? time_from_string(found->get_ref<const std::string&>()) : std::nullopt;
    if (!value) {
        blame(name);
    }
    return value.value_or(Time{});
}

bool Members::truth(const char* name) {
    const Json* found = member(name);
    if (found == nullptr) {
        return false;
    }
    if (!found->is_boolean()) {
        blame(name);
        return false;
    }
    return found->get<bool>();
}

Members Members::object(const char* name) {
    const Json* found = member(name);
    if (found != nullptr && !found->is_object()) {
        blame(name);
        found = nullptr;
    }
    return {found, missing_, problem_, where_ + name + "."};
}

std::vector<Members> Members::objects(const char* name) {
    std::vector<Members> all;
    const Json* found = member(name);
    if (found == nullptr) {
        return all;
    }
    if (!found->is_array()) {
        blame(name);
        return all;
    }
    all.reserve(found->size());
    for (std::size_t i = 0; i < found->size(); ++i) {
        const std::string item = std::string(name) + "[" + std::to_string(i) + "]";
        if (!(*found)[i].is_object()) {
            blame(item);
            return all;
        }
        all.push_back(Members(&(*found)[i], missing_, problem_, where_ + item + "."));
    }
    return all;
}

void Members::expect_version(std::uint32_t version) {
    const Missing usual = std::exchange(missing_, Missing::blamed);
    const std::optional<std::uint32_t> found = number("version");
    missing_ = usual;
    if (problem_->empty() && found != version) {
        *problem_ = "its version is not " + std::to_string(version);
    }
}

}  // namespace ae::stores
