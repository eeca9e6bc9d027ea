#include "engine/base/guid.h"

#include <catch2/catch.hpp>

namespace ae {

TEST_CASE("the first three parts of a GUID are little-endian on the wire",
          "[guid][MS-DTYP:2.3.4]") {
    const auto enroll = Guid::parse("0e10c968-78fb-11d2-90d4-00c04f79dc55");
    REQUIRE(enroll);
    CHECK(to_hex(enroll->wire) == "68c9100efb78d21190d400c04f79dc55");
    CHECK(enroll->to_string() == "0e10c968-78fb-11d2-90d4-00c04f79dc55");
    CHECK(Guid::from_wire(enroll->wire) == enroll);
}

TEST_CASE("braces and capitals make no difference", "[guid]") {
    const auto plain = Guid::parse("a05b8cc2-17bc-4802-a710-e7c15ab866a2");
    CHECK(plain);
    CHECK(Guid::parse("{A05B8CC2-17BC-4802-A710-E7C15AB866A2}") == plain);
}

TEST_CASE("text and octets that are no GUID are refused", "[guid]") {
    for (const char* bad :
         {"", "a05b8cc2-17bc-4802-a710-e7c15ab866a", "a05b8cc2-17bc-4802-a710-e7c15ab866a22",
          "a05b8cc2017bc-4802-a710-e7c15ab866a2", "g05b8cc2-17bc-4802-a710-e7c15ab866a2",
          "{a05b8cc2-17bc-4802-a710-e7c15ab866a2", "(a05b8cc2-17bc-4802-a710-e7c15ab866a2)",
          "a05b8cc2-17bc-4802-a710-e7c15ab866a ", "a05b8cc2--7bc-4802-a710-e7c15ab866a2",
          " 05b8cc2-17bc-4802-a710-e7c15ab866a2"}) {
        CAPTURE(bad);
        CHECK_FALSE(Guid::parse(bad));
    }
    CHECK_FALSE(Guid::from_wire(Bytes(15)));
    CHECK(Guid::from_wire(Bytes(16)) == Guid{});
    CHECK_FALSE(Guid::from_wire(Bytes(17)));
}

}  // namespace ae
