#include "engine/base/hresult_table.h"
#include "service/capture/machine_json.h"
#include "service/capture/machine_names.h"
#include "stores/memory_json.h"

namespace ae::service {
namespace {

template <class Value, std::size_t size>
std::string_view word(Value value, const std::array<NamedValue<Value>, size>& table) {
    return name_of(value, std::span<const NamedValue<Value>>(table));
}

Json json_of(const engine::CaRef& ca) { return {{"host", ca.dns_host}, {"name", ca.name}}; }

Json json_of(const engine::ChainStatus& chain) {
    Json json{{"state", word(chain.state, kChainStates)}, {"detail", chain.detail}};
    if (chain.revocation_problem) {
        json["revocation"] = to_hex(*chain.revocation_problem);
    }
    return json;
}

Json json_of(const std::vector<Bytes>& certificates) {
    Json json = Json::array();
    for (const auto& certificate : certificates) {
        json.push_back(to_base64(certificate));
    }
    return json;
}

Json json_of(const engine::AutoenrollPolicy& policy) {
    Json json;
    json["bits"] = policy.bits ? Json(*policy.bits) : Json(nullptr);
    json["source"] = policy.source;
    json["warn_percent"] = policy.warn_percent;
    json["warn_stores"] = policy.warn_stores;
    if (policy.directory_policies) {
        json["directory_policies"] = *policy.directory_policies;
    }
    json["notes"] = policy.notes;
    return json;
}

Json json_of(const engine::Abilities& abilities) {
    return {{"providers", abilities.providers},
            {"renewal", abilities.renewal},
            {"signing", abilities.signing},
            {"archival", abilities.archival},
            {"attestation", abilities.attestation},
            {"alternate_signature", abilities.alternate_signature},
            {"interaction", abilities.interaction}};
}

Json json_of(const FailedSearch& search) {
    Json json{{"base", search.base}, {"problem", search.problem}};
    if (search.code != kOk) {
        json["code"] = to_hex(search.code);
    }
    return json;
}

Json json_of(const engine::HeldCertificate& held) {
    return {{"thumbprint", held.thumbprint},
            {"certificate", to_base64(held.facts.der)},
            {"path", held.path},
            {"key", word(held.key, kKeyStates)},
            {"key_detail", held.key_detail},
            {"chain", json_of(held.chain)},
            {"successor", held.successor}};
}

Json json_of(const engine::PendingRequest& request) {
    return {{"key_reference", request.key_reference},
            {"template", request.template_name},
            {"ca", json_of(request.ca)},
            {"request_id", request.request_id ? Json(*request.request_id) : Json(nullptr)},
            {"submitted", to_string(request.submitted)},
            {"predecessor", request.predecessor}};
}

Json json_of(const engine::CaTrust& trust) {
    return {{"ca", json_of(trust.ca)}, {"chain", json_of(trust.chain)}};
}

Json json_of(const engine::PublishedCertificate& published) {
    return {{"thumbprint", published.thumbprint},
            {"certificate", to_base64(published.facts.der)},
            {"chain", json_of(published.chain)}};
}

Json json_of(const engine::WatchedCertificate& watched) {
    return {{"store", watched.store},
            {"thumbprint", watched.thumbprint},
            {"certificate", to_base64(watched.facts.der)}};
}

template <class Item>
Json list_of(const std::vector<Item>& items) {
    Json json = Json::array();
    for (const auto& item : items) {
        json.push_back(json_of(item));
    }
    return json;
}

}  // namespace

std::string write_machine(const Machine& machine) {
    const auto& world = machine.world;
    Json json;
    json["format"] = kCaptureFormat;
    json["program"] = machine.program;
    json["now"] = to_string(world.now);
    json["seed"] = world.seed;
    json["force"] = world.force;
    json["scope"] = word(world.account.scope, kScopes);
    json["account"] = machine.account;
    json["domain_dns"] = machine.domain_dns;
    json["domain_controller"] = {{"name", machine.server_name},
                                 {"address", machine.server_address},
                                 {"site", machine.site},
                                 {"invocation_id", machine.invocation_id}};
    json["policy"] = json_of(world.policy);
    json["abilities"] = json_of(world.abilities);
    json["failed_searches"] = list_of(machine.failed_searches);
    json["my"] = list_of(world.my);
    json["request"] = list_of(world.pending);
    json["trust"] = Json::object();
    for (const auto& [name, store] : kTrustStores) {
        const auto found = machine.trust.find(store);
        json["trust"][std::string(name)] =
            found == machine.trust.end() ? Json::array() : json_of(found->second);
    }
    json["ca_chains"] = list_of(world.ca_trust);
    json["published"] = list_of(world.published);
    json["published_problem"] = machine.published_problem;
    json["watched"] = list_of(world.watched);
    json["enrolling_elsewhere"] = world.account.enrolling_elsewhere;
    json["memory"] = stores::json_of(world.memory);
    // Text that is not UTF-8 must not make the library throw.
    return json.dump(2, ' ', false, Json::error_handler_t::replace) + '\n';
}

}  // namespace ae::service
