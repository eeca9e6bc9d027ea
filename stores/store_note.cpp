#include "stores/store_note.h"

#include "stores/json_members.h"

namespace ae::stores {
namespace {

constexpr const char* kMark = "aeclient";
constexpr std::uint32_t kVersion = 1;

std::string text_in(const Json& json, const char* name) {
    const auto at = json.find(name);
    return at != json.end() && at->is_string() ? at->get<std::string>() : std::string();
}

bool truth_in(const Json& json, const char* name) {
    const auto at = json.find(name);
    return at != json.end() && at->is_boolean() && at->get<bool>();
}

}  // namespace

std::string to_json(const StoreNote& note) {
    Json json;
    json[kMark] = kVersion;
    if (note.submitted) {
        json["submitted"] = to_string(*note.submitted);
    }
    if (!note.predecessor.empty()) {
        json["predecessor"] = note.predecessor;
    }
    if (!note.archived_key_hash.empty()) {
        json["archived_key_hash"] = to_hex(note.archived_key_hash);
    }
    if (note.reused) {
        json["reused"] = true;
    }
    if (!note.installs.empty()) {
        json["installs"] = note.installs;
    }
    if (note.archived) {
        json["archived"] = true;
    }
    return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::optional<StoreNote> note_from_json(std::string_view text) {
    const Json json = parse_json(text);
    if (!json.is_object()) {
        return std::nullopt;
    }
    const auto mark = json.find(kMark);
    if (mark == json.end() || *mark != kVersion) {
        return std::nullopt;
    }
    StoreNote note;
    note.submitted = time_from_string(text_in(json, "submitted"));
    note.predecessor = text_in(json, "predecessor");
    note.archived_key_hash = from_hex(text_in(json, "archived_key_hash")).value_or(Bytes());
    note.reused = truth_in(json, "reused");
    note.installs = text_in(json, "installs");
    note.archived = truth_in(json, "archived");
    return note;
}

}  // namespace ae::stores
