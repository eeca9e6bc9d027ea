// Our wire for programs that are not ours: prints what the encoders make of known values, and what
// the decoders read in octets from elsewhere.
//   wire_values encode            every stub: {"NAME": "hex", ...}
//   wire_values decode NAME       octets in hex on standard input: {"FIELD": value, ...}
#include "ca-client/dcom/activation.h"
#include "ca-client/dcom/object_exporter.h"
#include "ca-client/dcom/rem_unknown.h"
#include "ca-client/rpc/endpoint_mapper.h"
#include "ca-client/rpc/interfaces.h"
#include "ca-client/wcce/ca_property.h"
#include "ca-client/wcce/cert_passage.h"
#include "ca-client/wcce/cert_request.h"
#include "engine/base/hresult_table.h"

#include <functional>
#include <iostream>
#include <iterator>
#include <map>
#include <string>

#include <nlohmann/json.hpp>

namespace ae::ca {
namespace {

using nlohmann::json;

const Guid kCausality = known_guid("00112233-4455-6677-8899-aabbccddeeff");
const Guid kIpid = known_guid("0000c002-1111-2222-3333-444455556666");
const Guid kOtherIpid = known_guid("0000c001-1111-2222-3333-444455556666");
constexpr std::uint64_t kOxid = 0x1122334455667788;
const std::string kAuthority = "Corp Issuing CA 1";

ActivationRequest activation_request() {
    return {.causality = kCausality,
            .object_class = kCertRequestClass,
            .interfaces = {iface::kCertRequestD2.uuid, iface::kCertRequestD.uuid}};
}

json encode_all() {
    const Bytes octets{0x30, 3, 2, 1, 5};
    const CertificateRequest request{.causality = kCausality,
                                     .authority = kAuthority,
                                     .flags = 0x40400,
                                     .request_id = 77,
                                     .attributes = "CertificateTemplate:Machine\n",
                                     .octets = octets};
    const CaProperty property{.causality = kCausality,
                              .authority = kAuthority,
                              .id = 29,
                              .index = 0xFFFFFFFF,
                              .type = PropertyType::text};
    return {{"RemoteCreateInstance", to_hex(encode_remote_create_instance(activation_request()))},
            {"RemoteActivation", to_hex(encode_remote_activation(activation_request()))},
            {"RemRelease", to_hex(encode_release(kCausality, {{kIpid, 5}, {kOtherIpid, 1}}))},
            {"ResolveOxid2", to_hex(encode_resolve_oxid2(kOxid))},
            {"Request2", to_hex(encode_request2(request))},
            {"Request", to_hex(encode_request(request))},
            {"GetCAProperty", to_hex(encode_get_ca_property(property))},
            {"GetCACert", to_hex(encode_get_ca_cert(kCausality, kAuthority, 0x63740002))},
            {"GetCAPropertyInfo", to_hex(encode_get_ca_property_info(kCausality, kAuthority))},
            {"Ping2", to_hex(encode_ping2(kCausality, kAuthority))},
            {"CertServerRequest", to_hex(encode_cert_server_request(request))},
            {"ept_map", to_hex(encode_ept_map(iface::kCertPassage))},
            {"ept_lookup_handle_free", to_hex(encode_ept_lookup_handle_free(Bytes(20, 7)))}};
}

json of(const DualStringArray& bindings) {
    json all = {{"strings", json::array()}, {"security", json::array()}};
    for (const StringBinding& each : bindings.strings) {
        all["strings"].push_back({each.tower, each.address});
    }
    for (const SecurityBinding& each : bindings.security) {
        all["security"].push_back({each.service, each.principal});
    }
    return all;
}

json of(const ObjectReference& object) {
    return {{"flags", object.flags},
            {"public_references", object.public_references},
            {"oxid", object.oxid},
            {"oid", object.oid},
            {"ipid", object.ipid.to_string()}};
}

json of(const Activation& activation) {
    json all = {{"oxid", activation.oxid},
                {"bindings", of(activation.bindings)},
                {"remote_unknown", activation.remote_unknown.to_string()},
                {"level_hint", activation.level_hint},
                {"interfaces", json::array()}};
    for (const ActivatedInterface& each : activation.interfaces) {
        all["interfaces"].push_back(
            {{"result", to_hex(each.result)}, {"object", each.object ? of(*each.object) : json()}});
    }
    return all;
}

json of(const ResolvedOxid& resolved) {
    return {{"bindings", of(resolved.bindings)},
            {"remote_unknown", resolved.remote_unknown.to_string()}};
}

json of(const CertificateAnswer& answer) {
    return {{"request_id", answer.request_id},
            {"disposition", answer.disposition},
            {"full_response", to_hex(answer.full_response)},
            {"certificate", to_hex(answer.certificate)},
            {"message", answer.message},
            {"result", to_hex(answer.result)}};
}

json of(const PropertyInfo& info) {
    json all = {{"count", info.count}, {"properties", json::array()}};
    const auto list = decode_property_list(info);
    if (!list) {
        return {{"error", list.error().sentence()}};
    }
    for (const ListedProperty& each : *list) {
        all["properties"].push_back({each.id, each.type, each.indexed == Indexed::yes, each.name});
    }
    return all;
}

json of(const MappedEndpoints& mapped) {
    return {{"ports", mapped.ports}, {"handle", to_hex(mapped.handle)}};
}

json of(const Bytes& value) { return {{"value", to_hex(value)}}; }
json of(Hresult result) { return {{"result", to_hex(result)}}; }

template <class T>
json report(const Result<T>& result) {
    return result ? of(*result) : json{{"error", result.error().sentence()}};
}

const std::map<std::string, std::function<json(ByteView)>> kDecoders = {
    {"RemoteCreateInstance",
     [](ByteView stub) {
         return report(decode_remote_create_instance(stub, activation_request()));
     }},
    {"RemoteActivation",
     [](ByteView stub) { return report(decode_remote_activation(stub, activation_request())); }},
    {"RemRelease", [](ByteView stub) { return report(decode_plain_result(stub)); }},
    {"ResolveOxid2", [](ByteView stub) { return report(decode_resolve_oxid2(stub)); }},
    {"Request2", [](ByteView stub) { return report(decode_certificate_answer(stub)); }},
    {"GetCAProperty", [](ByteView stub) { return report(decode_ca_property(stub)); }},
    {"GetCAPropertyInfo", [](ByteView stub) { return report(decode_ca_property_info(stub)); }},
    {"CertServerRequest", [](ByteView stub) { return report(decode_cert_server_request(stub)); }},
    {"ept_map", [](ByteView stub) { return report(decode_ept_map(stub, iface::kCertPassage)); }},
};

int run(const std::vector<std::string>& words) {
    if (words == std::vector<std::string>{"encode"}) {
        std::cout << encode_all() << '\n';
        return 0;
    }
    if (words.size() == 2 && words[0] == "decode" && kDecoders.contains(words[1])) {
        const std::string text(std::istreambuf_iterator<char>(std::cin), {});
        const auto octets = from_hex(text);
        if (octets) {
            std::cout << kDecoders.at(words[1])(*octets) << '\n';
            return 0;
        }
    }
    std::cerr << "usage: wire_values encode | decode NAME < HEX\n";
    return 2;
}

}  // namespace
}  // namespace ae::ca

int main(int argc, char** argv) { return ae::ca::run({argv + 1, argv + argc}); }
