#include "stores/entry_json.h"

#include "engine/base/hresult_table.h"

#include <limits>
#include <optional>

#include <nlohmann/json.hpp>

namespace ae::stores {
namespace {

using Json = nlohmann::ordered_json;
constexpr std::uint32_t kVersion = 1;

// A name from the directory that is not UTF-8 must not make the library throw.
std::string text_of(const Json& json) {
    return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

// Reads one object member by member and remembers the first that is missing or of another type.
class Members {
  public:
    explicit Members(std::string_view text)
        : json_(Json::parse(text, nullptr, /*allow_exceptions=*/false)) {
        if (!json_.is_object()) {
            problem_ = "it is not a JSON object";
        } else if (number("version").value_or(0) != kVersion && problem_.empty()) {
            problem_ = "its version is not 1";
        }
    }

    std::string text(const char* name) {
        const Json* found = member(name);
        if (found == nullptr || !found->is_string()) {
            blame(name);
            return {};
        }
        return found->get<std::string>();
    }
    // Nothing for JSON's null.
    std::optional<std::uint32_t> number(const char* name) {
        const Json* found = member(name);
        if (found != nullptr && found->is_null()) {
            return std::nullopt;
        }
        if (found == nullptr || !found->is_number_unsigned() ||
            found->get<std::uint64_t>() > std::numeric_limits<std::uint32_t>::max()) {
            blame(name);
            return std::nullopt;
        }
        return found->get<std::uint32_t>();
    }
    Time time(const char* name) {
        const std::optional<Time> found = time_from_string(text(name));
        if (!found) {
            blame(name);
        }
        return found.value_or(Time{});
    }
    bool truth(const char* name) {
        const Json* found = member(name);
        if (found == nullptr || !found->is_boolean()) {
            blame(name);
            return false;
        }
        return found->get<bool>();
    }

    [[nodiscard]] Done finish() const {
        if (!problem_.empty()) {
            return fail(kInvalidData, "entry.json cannot be used: " + problem_);
        }
        return done();
    }

  private:
    const Json* member(const char* name) const {
        if (!json_.is_object()) {
            return nullptr;
        }
        const auto found = json_.find(name);
        return found == json_.end() ? nullptr : &*found;
    }
    void blame(const char* name) {
        if (problem_.empty()) {
            problem_ = std::string("its member \"") + name + "\" is missing or of the wrong type";
        }
    }

    Json json_;
    std::string problem_;
};

}  // namespace

std::string to_json(const MyEntry& entry) {
    Json json;
    json["version"] = kVersion;
    json["friendly_name"] = entry.friendly_name;
    json["template"] = entry.template_name;
    json["template_oid"] = entry.template_oid;
    json["ca_host"] = entry.ca.dns_host;
    json["ca_name"] = entry.ca.name;
    json["request_id"] = entry.request_id;
    json["key_reference"] = entry.key_reference;
    json["origin"] = entry.origin;
    json["installed"] = to_string(entry.installed);
    json["archived"] = entry.archived == Archived::yes;
    return text_of(json);
}

Result<MyEntry> my_entry_from_json(std::string_view text) {
    Members members(text);
    MyEntry entry;
    entry.friendly_name = members.text("friendly_name");
    entry.template_name = members.text("template");
    entry.template_oid = members.text("template_oid");
    entry.ca = {members.text("ca_host"), members.text("ca_name")};
    entry.request_id = members.number("request_id").value_or(0);
    entry.key_reference = members.text("key_reference");
    entry.origin = members.text("origin");
    entry.installed = members.time("installed");
    entry.archived = members.truth("archived") ? Archived::yes : Archived::no;
    if (Done finished = members.finish(); !finished) {
        return pass(finished);
    }
    return entry;
}

std::string to_json(const engine::PendingRequest& request) {
    Json json;
    json["version"] = kVersion;
    json["template"] = request.template_name;
    json["ca_host"] = request.ca.dns_host;
    json["ca_name"] = request.ca.name;
    json["request_id"] = request.request_id ? Json(*request.request_id) : Json(nullptr);
    json["submitted"] = to_string(request.submitted);
    return text_of(json);
}

Result<engine::PendingRequest> pending_from_json(std::string_view text) {
    Members members(text);
    engine::PendingRequest request;
    request.template_name = members.text("template");
    request.ca = {members.text("ca_host"), members.text("ca_name")};
    request.request_id = members.number("request_id");
    request.submitted = members.time("submitted");
    if (Done finished = members.finish(); !finished) {
        return pass(finished);
    }
    return request;
}

}  // namespace ae::stores
