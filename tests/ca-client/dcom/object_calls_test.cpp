#include "ca-client/dcom/object_exporter.h"
#include "ca-client/dcom/rem_unknown.h"
#include "ca-client/rpc/pdu.h"
#include "engine/base/hresult_table.h"
#include "tests/ca-client/vectors.h"

#include <catch2/catch.hpp>

using namespace ae;
using namespace ae::ca;

TEST_CASE("RemQueryInterface asks for more interfaces", "[remunknown][MS-DCOM:3.1.1.5.6.1.1][V7]") {
    CHECK(to_hex(encode_query_interface({.causality = vectors::kCausality,
                                         .ipid = vectors::kIpidD,
                                         .interfaces = {iface::kCertRequestD2.uuid}})) ==
          to_hex(vectors::kQueryInterfaceRequest));
}

TEST_CASE("RemQueryInterface answers each interface by itself", "[remunknown][V7]") {
    const auto results = decode_query_interface(vectors::kQueryInterfaceReply, 2);
    REQUIRE(results);
    REQUIRE(results->size() == 2);
    CHECK((*results)[0].result == kOk);
    CHECK((*results)[0].object.ipid == vectors::kIpidD2);
    CHECK((*results)[0].object.oxid == vectors::kOxid);
    CHECK((*results)[0].object.oid == vectors::kOid);
    CHECK((*results)[0].object.public_references == 5);
    CHECK((*results)[1].result == kNoInterface);
}

TEST_CASE("RemQueryInterface must answer as many as were asked", "[remunknown][hostile]") {
    CHECK(decode_query_interface(vectors::kQueryInterfaceReply, 1).error().code == kInvalidData);
    CHECK(decode_query_interface(vectors::kQueryInterfaceReply, 3).error().code == kInvalidData);
    const Bytes null_on_success(16);
    CHECK(decode_query_interface(null_on_success, 1).error().code == kInvalidData);
    const Bytes refused = *from_hex("00000000 00000000 00000000 05000780");
    CHECK(decode_query_interface(refused, 1).error().code == kAccessDenied);
}

TEST_CASE("RemRelease gives back what was handed out", "[remunknown][MS-DCOM:3.1.1.5.6.1.3][V10]") {
    CHECK(to_hex(encode_release(vectors::kCausality, {{vectors::kIpidD, 5}})) ==
          to_hex(vectors::kReleaseRequest));
}

TEST_CASE("a plain reply is ORPCTHAT and a result", "[remunknown]") {
    CHECK(decode_plain_result(*from_hex("00000000 00000000 57000780")).value() == kInvalidArgument);
    CHECK_FALSE(decode_plain_result(*from_hex("00000000 00000000 570007")));
}

TEST_CASE("ServerAlive2 tells version and bindings", "[exporter][MS-DCOM:3.1.2.5.1.6][V3]") {
    const auto packet = decode_packet(vectors::kServerAlive2Response);
    REQUIRE(packet);
    const auto response = decode_response(*packet);
    REQUIRE(response);
    const auto alive = decode_server_alive2(response->stub);
    REQUIRE(alive);
    CHECK(alive->major == 5);
    CHECK(alive->minor == 7);
    CHECK(alive->bindings ==
          DualStringArray{.strings = {{7, "ca1.lab.test"}}, .security = {{9, ""}, {16, ""}}});
}

TEST_CASE("ResolveOxid2 asks for TCP only", "[exporter][MS-DCOM:3.1.2.5.1.5][V11]") {
    CHECK(to_hex(encode_resolve_oxid2(vectors::kOxid)) == to_hex(vectors::kResolveOxid2Request));
}

TEST_CASE("ResolveOxid2 answers bindings or a status", "[exporter]") {
    NdrWriter out;
    out.pointer();
    // One string binding, "a[9]".
    out.octets(
        *from_hex("08000000 0800 0700"
                  "0700 6100 5b00 3900 5d00 0000 0000 0000"));
    out.uuid(vectors::kIpidRemUnknown);
    out.u32(6);
    out.u16(5);
    out.u16(7);
    out.u32(0);
    const auto resolved = decode_resolve_oxid2(out.view());
    REQUIRE(resolved);
    CHECK(resolved->bindings.strings == std::vector<StringBinding>{{7, "a[9]"}});
    CHECK(resolved->remote_unknown == vectors::kIpidRemUnknown);

    Bytes unknown_oxid(4 + 16 + 4 + 4);
    const Bytes status = *from_hex("06070000");  // OR_INVALID_OXID is 1910; any status will do
    unknown_oxid.insert(unknown_oxid.end(), status.begin(), status.end());
    CHECK(decode_resolve_oxid2(unknown_oxid).error().code == hresult(0x80070706));
    CHECK(decode_resolve_oxid2(Bytes(32)).error().code == kInvalidData);
}

TEST_CASE("ComplexPing adds objects to a new set", "[exporter][MS-DCOM:3.1.2.5.1.3][V11]") {
    CHECK(to_hex(encode_complex_ping(0, 1, {vectors::kOid})) ==
          to_hex(vectors::kComplexPingRequest));
}
