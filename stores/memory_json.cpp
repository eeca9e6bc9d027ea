#include "stores/memory_json.h"

#include "engine/base/hresult_table.h"
#include "stores/json_members.h"

#include <charconv>

namespace ae::stores {
namespace {

constexpr std::uint32_t kVersion = 1;
constexpr std::string_view kHexPrefix = "0x";
constexpr std::size_t kHexDigits = 8;

constexpr std::string_view name_of(engine::TrustStore store) {
    switch (store) {
        case engine::TrustStore::root:
            return "root";
        case engine::TrustStore::intermediate:
            return "intermediate";
        case engine::TrustStore::nt_auth:
            break;
    }
    return "nt_auth";
}

engine::TrustStore trust_store(Members& item, const char* name) {
    const std::string text = item.text(name);
    for (const auto store : {engine::TrustStore::root, engine::TrustStore::intermediate,
                             engine::TrustStore::nt_auth}) {
        if (text == name_of(store)) {
            return store;
        }
    }
    item.blame(name);  // a store that is guessed at would be emptied
    return {};
}

// "0x80094012"; a missing one is 0.
Hresult code(Members& item, const char* name) {
    const std::string text = item.text(name);
    if (text.empty()) {
        return kOk;
    }
    std::uint32_t value = 0;
    const char* const end = text.data() + text.size();
    bool good = text.starts_with(kHexPrefix) && text.size() == kHexPrefix.size() + kHexDigits;
    if (good) {
        const auto parsed = std::from_chars(text.data() + kHexPrefix.size(), end, value, 16);
        good = parsed.ec == std::errc{} && parsed.ptr == end;
    }
    if (!good) {
        item.blame(name);
    }
    return hresult(value);
}

Json json_of(const engine::CaRef& ca) { return {{"host", ca.dns_host}, {"name", ca.name}}; }

engine::CaRef ca_of(Members ca) { return {ca.text("host"), ca.text("name")}; }

engine::Memory read(Members& members) {
    engine::Memory memory;
    for (Members& item : members.objects("issued")) {
        memory.issued.push_back({item.text("template"), item.text("reason"), item.time("when"),
                                 item.seconds("lifetime_seconds")});
    }
    for (Members& item : members.objects("refusals")) {
        memory.refusals.push_back({item.text("template"), item.text("version"),
                                   ca_of(item.object("ca")), code(item, "code"),
                                   item.number("count").value_or(0), item.time("last")});
    }
    for (Members& item : members.objects("outages")) {
        memory.outages.push_back({ca_of(item.object("ca")), item.time("when")});
    }
    for (Members& item : members.objects("empty_reads")) {
        memory.empty_reads.push_back({trust_store(item, "store"), item.time("first")});
    }
    for (Members& item : members.objects("warned")) {
        memory.warned.push_back({item.text("thumbprint"), item.time("when")});
    }
    return memory;
}

Result<engine::Memory> finish(engine::Memory memory, const std::string& problem) {
    if (!problem.empty()) {
        return fail(kInvalidData, "what earlier pulses noted cannot be used: " + problem);
    }
    return memory;
}

}  // namespace

Json json_of(const engine::Memory& memory) {
    Json json;
    json["issued"] = Json::array();
    for (const engine::Issuance& one : memory.issued) {
        json["issued"].push_back({{"template", one.template_name},
                                  {"reason", one.reason},
                                  {"when", to_string(one.when)},
                                  {"lifetime_seconds", one.lifetime.count()}});
    }
    json["refusals"] = Json::array();
    for (const engine::Refusal& one : memory.refusals) {
        json["refusals"].push_back({{"template", one.template_name},
                                    {"version", one.template_version},
                                    {"ca", json_of(one.ca)},
                                    {"code", to_hex(one.code)},
                                    {"count", one.count},
                                    {"last", to_string(one.last)}});
    }
    json["outages"] = Json::array();
    for (const engine::Outage& one : memory.outages) {
        json["outages"].push_back({{"ca", json_of(one.ca)}, {"when", to_string(one.when)}});
    }
    json["empty_reads"] = Json::array();
    for (const engine::EmptyRead& one : memory.empty_reads) {
        json["empty_reads"].push_back(
            {{"store", name_of(one.store)}, {"first", to_string(one.first)}});
    }
    json["warned"] = Json::array();
    for (const engine::Warning& one : memory.warned) {
        json["warned"].push_back({{"thumbprint", one.thumbprint}, {"when", to_string(one.when)}});
    }
    return json;
}

Result<engine::Memory> memory_of(const Json& json) {
    std::string problem;
    Members members(json, Missing::neutral, problem);
    return finish(read(members), problem);
}

std::string to_json(const engine::Memory& memory) {
    Json json;
    json["version"] = kVersion;
    json.update(json_of(memory));
    return text_of(json);
}

Result<engine::Memory> memory_from_json(std::string_view text) {
    const Json json = parse_json(text);
    std::string problem;
    Members members(json, Missing::neutral, problem);
    members.expect_version(kVersion);
    return finish(read(members), problem);
}

}  // namespace ae::stores
