#include "ca-client/dcom/activation.h"

#include "ca-client/dcom/activation_properties.h"
#include "ca-client/rpc/interfaces.h"
#include "engine/base/hresult_table.h"
#include "tests/ca-client/vectors.h"

#include <catch2/catch.hpp>

using namespace ae;
using namespace ae::ca;

namespace {

const ActivationRequest kRequest{
    .causality = vectors::kCausality,
    .object_class = kCertRequestClass,
    .interfaces = {iface::kCertRequestD2.uuid, iface::kCertRequestD.uuid}};

Bytes changed(std::size_t at, std::uint8_t value) {
    Bytes reply = vectors::kCreateInstanceReply;
    reply.at(at) = value;
    return reply;
}

std::string rule_of(const Bytes& reply) {
    const auto activation = decode_remote_create_instance(reply, kRequest);
    if (activation) {
        return "accepted";
    }
    CHECK(activation.error().code == kInvalidData);
    const std::string& text = activation.error().context;
    return text.substr(text.rfind(": ") + 2);
}

// The reply of RemoteActivation that says what V6 says.
struct OldReply {
    Hresult result = kOk;
    bool bindings = true;
    std::uint32_t status = 0;
    std::uint64_t object_oxid = vectors::kOxid;
};
Bytes encode(const OldReply& reply) {
    NdrWriter out;
    out.u32(0);
    out.null();
    out.u64(vectors::kOxid);
    if (reply.bindings) {
        out.pointer();
        out.octets(
            *from_hex("08000000 0800 0700"
                      "0700 6100 5b00 3900 5d00 0000 0000 0000"));
    } else {
        out.null();
    }
    out.uuid(vectors::kIpidRemUnknown);
    out.u32(6);
    out.u16(5);
    out.u16(7);
    out.u32(value_of(reply.result));
    out.u32(2);
    out.null();
    out.pointer();
    NdrWriter objref;
    objref.u32(0x574F454D);
    objref.u32(1);
    objref.uuid(iface::kCertRequestD.uuid);
    objref.u32(0);
    objref.u32(5);
    objref.u64(reply.object_oxid);
    objref.u64(vectors::kOid);
    objref.uuid(vectors::kIpidD);
    objref.octets(*from_hex("02000100 00000000"));  // no bindings of the resolver
    out.u32(static_cast<std::uint32_t>(objref.size()));
    out.u32(static_cast<std::uint32_t>(objref.size()));
    out.octets(objref.view());
    out.u32(2);
    out.u32(value_of(kNoInterface));
    out.u32(0);
    out.u32(reply.status);
    return out.take();
}

}  // namespace

TEST_CASE("RemoteCreateInstance asks for both interfaces at once",
          "[activation][MS-DCOM:2.2.22][V5]") {
    CHECK(to_hex(encode_remote_create_instance(kRequest)) ==
          to_hex(vectors::kCreateInstanceRequest));
}

TEST_CASE("the properties that are sent can be read back", "[activation][V5]") {
    const ByteView blob = ByteView(vectors::kCreateInstanceRequest).subspan(0x60);
    NdrReader complaints({});
    const auto properties = decode_property_blob(blob, complaints);
    REQUIRE(complaints.ok());
    REQUIRE(properties.size() == 4);
    CHECK(properties[0].property_class == property_class::kInstantiationInfo);
    CHECK(properties[1].property_class == property_class::kActivationContextInfo);
    CHECK(properties[2].property_class == property_class::kServerLocationInfo);
    CHECK(properties[3].property_class == property_class::kScmRequestInfo);
    CHECK(properties[0].body.size() == 88);
}

TEST_CASE("the reply names exporter, bindings and one result per interface", "[activation][V6]") {
    const auto activation = decode_remote_create_instance(vectors::kCreateInstanceReply, kRequest);
    REQUIRE(activation);
    CHECK(activation->oxid == vectors::kOxid);
    CHECK(activation->remote_unknown == vectors::kIpidRemUnknown);
    CHECK(activation->level_hint == 6);
    CHECK(activation->bindings ==
          DualStringArray{.strings = {{7, "ca1.lab.test[49700]"}, {7, "10.53.57.2[49700]"}},
                          .security = {{9, ""}, {16, ""}}});
    REQUIRE(activation->interfaces.size() == 2);
    CHECK(activation->interfaces[0].result == kNoInterface);
    CHECK_FALSE(activation->interfaces[0].object);
    CHECK(activation->interfaces[1].result == kOk);
    REQUIRE(activation->interfaces[1].object);
    CHECK(*activation->interfaces[1].object == ObjectReference{.flags = 0,
                                                               .public_references = 5,
                                                               .oxid = vectors::kOxid,
                                                               .oid = vectors::kOid,
                                                               .ipid = vectors::kIpidD});
}

TEST_CASE("the blob of the reply is composed from its properties octet for octet",
          "[activation][V6]") {
    const ByteView blob = ByteView(vectors::kCreateInstanceReply).subspan(0x44, 504);
    NdrReader complaints({});
    std::vector<ActivationProperty> properties;
    for (const PropertyView& each : decode_property_blob(blob, complaints)) {
        properties.push_back({each.property_class, Bytes(each.body.begin(), each.body.end())});
    }
    REQUIRE(complaints.ok());
    CHECK(to_hex(encode_property_blob(properties)) == to_hex(blob));
}

TEST_CASE("a failed activation keeps the server's code", "[activation][V6b]") {
    const auto activation =
        decode_remote_create_instance(vectors::kFailedActivationReply, kRequest);
    REQUIRE_FALSE(activation);
    CHECK(activation.error().code == hresult(0x80040154));
}

TEST_CASE("an activation reply that contradicts itself is refused", "[activation][hostile]") {
    REQUIRE(rule_of(vectors::kCreateInstanceReply) == "accepted");
    CHECK(rule_of(Bytes(16)) == "it succeeds without activation properties");
    CHECK(rule_of(changed(0x0c, 0x29)) ==
          "max_count differs from the size of an interface pointer");
    CHECK(rule_of(changed(0x14, 'X')) == "an object reference has no MEOW signature");
    CHECK(rule_of(changed(0x18, 1)) == "the activation properties are not custom");
    CHECK(rule_of(changed(0x1c, 0xa2)) == "an object reference is for another interface");
    CHECK(rule_of(changed(0x2c, 0x38)) == "the activation properties have an unexpected class");
    CHECK(rule_of(changed(0x44, 0xf8)) == "it ends too early");
    CHECK(rule_of(changed(0x44, 0xe8)) == "the sizes of the activation properties do not add up");
    CHECK(rule_of(changed(0x4c, 0x02)) == "a serialization header is not 01 10 08 00");
    CHECK(rule_of(changed(0x5c, 0xe8)) == "the sizes of the activation properties do not add up");
    CHECK(rule_of(changed(0x6c, 11)) == "there are not 1 to 10 properties");
    CHECK(rule_of(changed(0x6c, 0)) == "there are not 1 to 10 properties");
    CHECK(rule_of(changed(0x6c, 1)) == "max_count differs from its count");
    CHECK(rule_of(changed(0xb4, 0x0f)) == "a property is smaller than its headers");
    CHECK(rule_of(changed(0xa0, 0xb7)) == "a property is missing");
    CHECK(rule_of(changed(0xcc, 3)) == "it answers another number of interfaces");
    CHECK(rule_of(changed(0xe0, 0x3b)) == "it answers another interface");
    CHECK(rule_of(changed(0x107, 0)) == "an interface pointer contradicts its result");
    CHECK(rule_of(changed(0x10c + 3, 0x80)) == "max_count differs from its count");
    CHECK(rule_of(changed(0x124, 2)) == "an object reference is neither standard nor extended");
    CHECK(rule_of(changed(0x140, 0)) == "an interface belongs to another exporter");
}

TEST_CASE("an extended reference is read, a handler is not", "[activation][MS-DCOM:2.2.18]") {
    CHECK(rule_of(changed(0x124, 8)) == "accepted");
    CHECK(rule_of(changed(0x124, 2)) == "an object reference is neither standard nor extended");
    CHECK(rule_of(changed(0x124, 4)) == "an object reference is neither standard nor extended");
}

TEST_CASE("RemoteActivation asks the same of older servers",
          "[activation][MS-DCOM:3.1.2.5.2.3.1][V11]") {
    CHECK(to_hex(encode_remote_activation(kRequest)) == to_hex(vectors::kRemoteActivationRequest));
}

TEST_CASE("RemoteActivation's reply says the same as the newer one", "[activation]") {
    const auto activation = decode_remote_activation(encode({}), kRequest);
    REQUIRE(activation);
    CHECK(activation->oxid == vectors::kOxid);
    CHECK(activation->remote_unknown == vectors::kIpidRemUnknown);
    CHECK(activation->bindings.strings == std::vector<StringBinding>{{7, "a[9]"}});
    CHECK(activation->interfaces[0].result == kNoInterface);
    REQUIRE(activation->interfaces[1].object);
    CHECK(activation->interfaces[1].object->ipid == vectors::kIpidD);
}

TEST_CASE("a refused RemoteActivation keeps the server's code", "[activation][hostile]") {
    const auto code_of = [](const OldReply& reply) {
        const auto activation = decode_remote_activation(encode(reply), kRequest);
        REQUIRE_FALSE(activation);
        return activation.error().code;
    };
    CHECK(code_of({.result = hresult(0x80040154)}) == hresult(0x80040154));
    CHECK(code_of({.result = kAccessDenied, .bindings = false}) == kAccessDenied);
    CHECK(code_of({.status = 5}) == kAccessDenied);
    CHECK(code_of({.bindings = false}) == kInvalidData);
    CHECK(code_of({.object_oxid = 1}) == kInvalidData);
}

TEST_CASE("extensions of a reply are walked over", "[orpc][MS-DCOM:2.2.13.4]") {
    NdrWriter out;
    out.u32(0);
    out.pointer();
    out.u32(1);  // one extension, two slots
    out.u32(0);
    out.pointer();
    out.u32(2);
    out.pointer();
    out.null();
    out.u32(8);
    out.uuid(vectors::kCausality);
    out.u32(5);
    out.octets(Bytes(8));
    out.u32(0xABCD);

    NdrReader in(out.view());
    read_orpc_that(in);
    CHECK(in.u32() == 0xABCD);
    CHECK(in.ok());

    Bytes many(out.view().begin(), out.view().end());
    many[8] = 17;
    NdrReader refused(many);
    read_orpc_that(refused);
    CHECK_FALSE(refused.ok());
}
