#include "ca-client/dcom/object_exporter.h"
#include "ca-client/dcom/rem_unknown.h"
#include "engine/base/hresult_table.h"
#include "tests/ca-client/vectors.h"

#include <catch2/catch.hpp>

using namespace ae;
using namespace ae::ca;

TEST_CASE("RemRelease gives back what was handed out", "[remunknown][MS-DCOM:3.1.1.5.6.1.3][V10]") {
    CHECK(to_hex(encode_release(vectors::kCausality, {{vectors::kIpidD, 5}})) ==
          to_hex(vectors::kReleaseRequest));
}

TEST_CASE("a plain reply is ORPCTHAT and a result", "[remunknown]") {
    CHECK(decode_plain_result(*from_hex("00000000 00000000 57000780")).value() == kInvalidArgument);
    CHECK_FALSE(decode_plain_result(*from_hex("00000000 00000000 570007")));
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
