#include "engine/base/hresult_table.h"
#include "service/capture/machine_json.h"
#include "service/capture/machine_names.h"
#include "stores/memory_json.h"

#include <utility>

namespace ae::service {
namespace {

constexpr std::uint32_t kMostPercent = 100;

template <class Value, std::size_t size>
Value word(JsonReader& json, const char* name, const std::array<NamedValue<Value>, size>& table) {
    return json.choice(name, std::span<const NamedValue<Value>>(table));
}

engine::CaRef ca_of(JsonReader json) {
    return {json.text("host", Need::required), json.text("name", Need::required)};
}

engine::ChainStatus chain_of(JsonReader json) {
    return {word(json, "state", kChainStates), json.text("detail"), json.code("revocation")};
}

engine::CertificateFacts facts_of(JsonReader& json) {
    const auto der = json.octets("certificate");
    auto facts = engine::parse_certificate(der);
    if (!facts) {
        json.blame("certificate", "is no certificate: " + facts.error().context);
        return {};
    }
    return std::move(*facts);
}

engine::AutoenrollPolicy policy_of(JsonReader json) {
    engine::AutoenrollPolicy policy;
    policy.bits = json.number("bits");
    policy.source = json.text("source");
    policy.warn_percent = json.number("warn_percent").value_or(policy.warn_percent);
    if (policy.warn_percent > kMostPercent) {
        json.blame("warn_percent", "is no percentage");
    }
    policy.warn_stores = json.texts("warn_stores", policy.warn_stores);
    if (json.has("directory_policies")) {
        policy.directory_policies = json.texts("directory_policies", {});
    }
    policy.notes = json.texts("notes", {});
    return policy;
}

engine::Abilities abilities_of(JsonReader json, const engine::Abilities& absent) {
    return {json.texts("providers", absent.providers),
            json.truth("renewal", absent.renewal),
            json.truth("signing", absent.signing),
            json.truth("archival", absent.archival),
            json.truth("attestation", absent.attestation),
            json.truth("alternate_signature", absent.alternate_signature),
            json.truth("interaction", absent.interaction)};
}

engine::Memory memory_of(JsonReader& json) {
    if (!json.has("memory")) {
        return {};
    }
    auto memory = stores::memory_of(*json.json().find("memory"));
    if (!memory) {
        json.blame("memory", "is not usable: " + memory.error().context);
        return {};
    }
    return std::move(*memory);
}

void read_stores(JsonReader& json, engine::Snapshot& world) {
    for (auto& one : json.objects("my")) {
        const auto thumbprint = one.text("thumbprint", Need::required);
        world.my.push_back({facts_of(one), thumbprint, one.text("path"),
                            word(one, "key", kKeyStates), one.text("key_detail"),
                            chain_of(one.object("chain")), one.text("successor")});
    }
    for (auto& one : json.objects("request")) {
        world.pending.push_back({one.text("key_reference", Need::required), one.text("template"),
                                 ca_of(one.object("ca")), one.number("request_id"),
                                 one.time("submitted"), one.text("predecessor")});
    }
    for (auto& one : json.objects("ca_chains")) {
        world.ca_trust.push_back({ca_of(one.object("ca")), chain_of(one.object("chain"))});
    }
    for (auto& one : json.objects("published")) {
        const auto thumbprint = one.text("thumbprint", Need::required);
        world.published.push_back({facts_of(one), thumbprint, chain_of(one.object("chain"))});
    }
    for (auto& one : json.objects("watched")) {
        const auto thumbprint = one.text("thumbprint", Need::required);
        world.watched.push_back({one.text("store", Need::required), thumbprint, facts_of(one)});
    }
}

}  // namespace

Result<Machine> parse_machine(std::string_view text, const engine::Abilities& absent) {
    auto parsed = parse_json(text);
    if (!parsed) {
        return pass(parsed);
    }
    if (!parsed->is_object()) {
        return fail(kInvalidData, "it is no JSON object");
    }
    std::string problem;
    JsonReader json(*parsed, problem);
    const auto format = json.number("format");
    if (problem.empty() && !format) {
        json.blame("format", "is missing");
    }
    if (problem.empty() && *format != kCaptureFormat) {
        return fail(kInvalidData,
                    "the capture has format " + std::to_string(*format) +
                        ", and this program reads format " + std::to_string(kCaptureFormat),
                    *format > kCaptureFormat ? "Use a newer version of this program." : "");
    }
    Machine machine;
    auto& world = machine.world;
    machine.program = json.text("program");
    world.now = json.time("now");
    world.seed = json.long_number("seed");
    world.force = json.truth("force");
    static_cast<void>(json.text("scope", Need::required));
    world.account.scope = word(json, "scope", kScopes);
    machine.account = json.text("account", Need::required);
    machine.domain_dns = json.text("domain_dns", Need::required);
    auto controller = json.object("domain_controller");
    machine.server_name = controller.text("name");
    machine.server_address = controller.text("address");
    machine.site = controller.text("site");
    machine.invocation_id = controller.text("invocation_id");
    world.site = machine.site;
    world.policy = policy_of(json.object("policy"));
    world.abilities = abilities_of(json.object("abilities"), absent);
    for (auto& one : json.objects("failed_searches")) {
        machine.failed_searches.push_back({one.text("base", Need::required),
                                           one.text("problem", Need::required),
                                           one.code("code").value_or(kOk)});
    }
    read_stores(json, world);
    auto trust = json.object("trust");
    for (const auto& [name, store] : kTrustStores) {
        machine.trust[store] = trust.octet_strings(std::string(name).c_str());
    }
    machine.published_problem = json.text("published_problem");
    world.account.enrolling_elsewhere = json.text("enrolling_elsewhere");
    world.memory = memory_of(json);
    if (!problem.empty()) {
        return fail(kInvalidData, problem);
    }
    return machine;
}

}  // namespace ae::service
