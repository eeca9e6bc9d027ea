#include "ca-client/rpc/ndr.h"

#include "engine/base/hresult_table.h"

#include <catch2/catch.hpp>

using namespace ae;
using namespace ae::ca;

TEST_CASE("every primitive is aligned to its size with zeros", "[ndr][C706:14.2.2]") {
    NdrWriter out;
    out.u8(1);
    out.u16(2);
    out.u8(3);
    out.u32(4);
    out.u8(5);
    out.u64(6);
    CHECK(to_hex(out.view()) ==
          "01000200"
          "03000000"
          "04000000"
          "05000000"
          "0600000000000000");

    NdrReader in(out.view());
    CHECK(in.u8() == 1);
    CHECK(in.u16() == 2);
    CHECK(in.u8() == 3);
    CHECK(in.u32() == 4);
    CHECK(in.u8() == 5);
    CHECK(in.u64() == 6);
    CHECK(in.ok());
    CHECK(in.left() == 0);
}

TEST_CASE("a unique string counts its terminator, and nothing is a null pointer",
          "[ndr][C706:14.3.4.2]") {
    NdrWriter out;
    out.unique_string(std::nullopt);
    out.unique_string("AB");
    out.unique_string("");
    CHECK(to_hex(out.view()) ==
          "00000000"
          "00000200"
          "03000000"
          "00000000"
          "03000000"
          "4100"
          "4200"
          "0000"
          "0000"
          "04000200"
          "01000000"
          "00000000"
          "01000000"
          "0000");
}

TEST_CASE("an empty blob is a null pointer", "[ndr][MS-WCCE:2.2.2.2]") {
    NdrWriter out;
    out.blob({});
    CHECK(to_hex(out.view()) ==
          "00000000"
          "00000000");
    NdrReader in(out.view());
    CHECK(in.blob(10).empty());
    CHECK(in.ok());
}

TEST_CASE("a blob is read only within its limits", "[ndr][hostile]") {
    const auto read = [](std::string_view hex) {
        const Bytes octets = *from_hex(hex);
        NdrReader in(octets);
        in.blob(4);
        return in.ok() ? std::string("accepted") : in.failure().value().context;
    };
    CHECK(read("04000000 01000000 04000000 11223344") == "accepted");
    CHECK(read("05000000 01000000 05000000 11223344 55") ==
          "malformed reply at octet 4: a blob exceeds its limit");
    CHECK(read("04000000 01000000 03000000 11223344") ==
          "malformed reply at octet 12: max_count differs from its count");
    CHECK(read("04000000 01000000 04000000 112233") ==
          "malformed reply at octet 12: an array is longer than the octets left");
    CHECK(read("04000000 00000000") ==
          "malformed reply at octet 8: a blob has a size and no octets");
}

TEST_CASE("after a failure everything reads as zero and the first complaint stays",
          "[ndr][hostile]") {
    const Bytes octets = {1, 2, 3};
    NdrReader in(octets);
    CHECK(in.u32() == 0);
    CHECK_FALSE(in.ok());
    in.require(false, "something later");
    CHECK(in.u8() == 0);
    CHECK(in.failure().value().context == "malformed reply at octet 0: it ends too early");
    CHECK(in.failure().value().code == kInvalidData);
}

TEST_CASE("an array that cannot fit is refused before anything is allocated", "[ndr][hostile]") {
    const Bytes octets = *from_hex("ffffffff 00000000");
    NdrReader in(octets);
    CHECK_FALSE(in.array_of(0xFFFFFFFF, 48));
}
