#include "service/hooks/hook_document.h"

#include <nlohmann/json.hpp>

namespace ae::service {
namespace {

using Json = nlohmann::ordered_json;

constexpr int kVersion = 1;

Json json_of(const HookDocument& document) {
    return {{"version", kVersion},
            {"event", document.event},
            {"context", document.context},
            {"template", document.template_name},
            {"ca", document.ca},
            {"request_id", document.request_id},
            {"thumbprint", document.thumbprint},
            {"replaced", document.replaced},
            {"path", document.path},
            {"live", document.live},
            {"not_after", document.expires}};
}

HookDocument document_of(const Json& json) {
    return {.event = json.at("event"),
            .context = json.at("context"),
            .template_name = json.at("template"),
            .ca = json.at("ca"),
            .request_id = json.at("request_id"),
            .thumbprint = json.at("thumbprint"),
            .replaced = json.at("replaced"),
            .path = json.at("path"),
            .live = json.value("live", std::string()),  // version 0.1 wrote none
            .expires = json.at("not_after")};
}

// A name out of the directory may be no UTF-8.
std::string dump(const Json& json) {
    return json.dump(-1, ' ', true, Json::error_handler_t::replace) + '\n';
}

}  // namespace

std::vector<HookDocument> documents_of(const engine::PulseReport& report, engine::Scope scope) {
    std::vector<HookDocument> documents;
    for (const engine::Enrolled& one : report.enrolled) {
        documents.push_back({.event = one.replaced.empty() ? "enrolled" : "renewed",
                             .context = std::string(to_string(scope)),
                             .template_name = one.template_name,
                             .ca = one.ca.config(),
                             .request_id = one.request_id,
                             .thumbprint = one.where.thumbprint,
                             .replaced = one.replaced,
                             .path = one.where.path,
                             .live = one.where.live,
                             .expires = ae::to_string(one.facts.not_after)});
    }
    return documents;
}

std::string to_json(const HookDocument& document) { return dump(json_of(document)); }

std::string to_json(const std::vector<OwedHook>& owed) {
    Json list = Json::array();
    for (const OwedHook& one : owed) {
        list.push_back(
            {{"hook", one.hook}, {"attempts", one.attempts}, {"document", json_of(one.document)}});
    }
    return dump(list);
}

std::optional<std::vector<OwedHook>> owed_hooks_from_json(std::string_view text) try {
    std::vector<OwedHook> owed;
    for (const Json& one : Json::parse(text)) {
        owed.push_back({.hook = one.at("hook"),
                        .attempts = one.at("attempts"),
                        .document = document_of(one.at("document"))});
    }
    return owed;
} catch (const Json::exception&) {
    return std::nullopt;
}

}  // namespace ae::service
