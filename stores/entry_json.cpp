#include "stores/entry_json.h"

#include "engine/base/hresult_table.h"
#include "stores/json_members.h"

namespace ae::stores {
namespace {

constexpr std::uint32_t kVersion = 1;

Done finish(const std::string& problem) {
    if (!problem.empty()) {
        return fail(kInvalidData, "entry.json cannot be used: " + problem);
    }
    return done();
}

Result<MyEntry> my_entry_of(const Json& json) {
    std::string problem;
    Members members(json, Missing::blamed, problem);
    members.expect_version(kVersion);
    MyEntry entry;
    entry.friendly_name = members.text("friendly_name");
    entry.template_name = members.text("template");
    entry.template_oid = members.text("template_oid");
    entry.ca = {members.text("ca_host"), members.text("ca_name")};
    entry.request_id = members.number("request_id").value_or(0);
    entry.key_reference = members.text("key_reference");
    entry.origin = members.text("origin");
    entry.installed = members.time("installed");
    entry.predecessor = members.later_text("predecessor");
    entry.archived = members.truth("archived") ? Archived::yes : Archived::no;
    if (Done finished = finish(problem); !finished) {
        return pass(finished);
    }
    return entry;
}

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
    json["predecessor"] = entry.predecessor;
    json["archived"] = entry.archived == Archived::yes;
    return text_of(json);
}

Result<MyEntry> my_entry_from_json(std::string_view text) { return my_entry_of(parse_json(text)); }

std::string archived_json(std::string_view text) {
    Json json = parse_json(text);
    if (!my_entry_of(json)) {
        return to_json(MyEntry{.archived = Archived::yes});
    }
    json["archived"] = true;
    return text_of(json);
}

std::string to_json(const engine::PendingRequest& request) {
    Json json;
    json["version"] = kVersion;
    json["template"] = request.template_name;
    json["ca_host"] = request.ca.dns_host;
    json["ca_name"] = request.ca.name;
    json["request_id"] = request.request_id ? Json(*request.request_id) : Json(nullptr);
    json["submitted"] = to_string(request.submitted);
    json["predecessor"] = request.predecessor;
    json["archived_key_hash"] = to_hex(request.archived_key_hash);
    return text_of(json);
}

Result<engine::PendingRequest> pending_from_json(std::string_view text) {
    const Json json = parse_json(text);
    std::string problem;
    Members members(json, Missing::blamed, problem);
    members.expect_version(kVersion);
    engine::PendingRequest request;
    request.template_name = members.text("template");
    request.ca = {members.text("ca_host"), members.text("ca_name")};
    request.request_id = members.number("request_id");
    request.submitted = members.time("submitted");
    request.predecessor = members.later_text("predecessor");
    request.archived_key_hash = from_hex(members.later_text("archived_key_hash")).value_or(Bytes());
    if (Done finished = finish(problem); !finished) {
        return pass(finished);
    }
    return request;
}

}  // namespace ae::stores
