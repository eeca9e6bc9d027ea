#include "engine/base/sid.h"

#include <catch2/catch.hpp>

namespace ae {
namespace {

constexpr const char* kDomain = "S-1-5-21-1004336348-1177238915-682003330";

}  // namespace

TEST_CASE("a SID is the same as text and on the wire", "[sid][MS-DTYP:2.4.2]") {
    struct Case {
        const char* text;
        const char* wire;
    };
    for (const Case& row :
         {Case{"S-1-5", "0100000000000005"}, Case{"S-1-5-9", "010100000000000509000000"},
          Case{"S-1-1-0", "010100000000000100000000"},
          Case{"S-1-5-32-574", "01020000000000052000 00003e020000"},
          Case{"S-1-5-21-1004336348-1177238915-682003330-515",
               "010500000000000515000000dcf4dc3b833d2b46828ba62803020000"},
          Case{"S-1-281474976710655-4294967295", "0101ffffffffffffffffffff"}}) {
        CAPTURE(row.text);
        const auto sid = Sid::parse(row.text);
        REQUIRE(sid);
        CHECK(sid->to_string() == row.text);
        CHECK(to_hex(sid->to_wire()) == to_hex(from_hex(row.wire).value()));
        CHECK(Sid::from_wire(from_hex(row.wire).value()) == sid);
    }
}

TEST_CASE("text that is no SID is refused", "[sid][MS-DTYP:2.4.2.1]") {
    for (const char* bad : {"", "S-1-", "S-2-5-1", "S-1-x", "S-1-5-", "S-1-5-x", "S-1-5--1",
                            "S-1-5-21 ", "S-1-281474976710656-1", "S-1-5-4294967296", "1-5-21"}) {
        CAPTURE(bad);
        CHECK_FALSE(Sid::parse(bad));
    }
    std::string text = "S-1-5";
    for (int i = 0; i < 15; ++i) {
        text += "-1";
    }
    CHECK(Sid::parse(text));
    CHECK_FALSE(Sid::parse(text + "-1"));
}

TEST_CASE("octets that are no SID are refused", "[sid][MS-DTYP:2.4.2.2]") {
    const Bytes wire = Sid::parse(kDomain)->to_wire();
    for (std::size_t cut = 0; cut < wire.size(); ++cut) {
        CHECK_FALSE(Sid::from_wire(ByteView(wire).first(cut)));
    }
    Bytes revision = wire;
    revision[0] = 2;
    CHECK_FALSE(Sid::from_wire(revision));

    Bytes most(8 + 16 * 4, 0);
    most[0] = 1;
    most[1] = 15;
    CHECK(Sid::from_wire(most));
    most[1] = 16;
    CHECK_FALSE(Sid::from_wire(most));
}

TEST_CASE("the octets behind a SID are not its own", "[sid]") {
    Bytes wire = Sid::parse(kDomain)->to_wire();
    const std::size_t size = wire.size();
    wire.push_back(0xEE);
    std::size_t used = 0;
    CHECK(Sid::from_wire(wire, &used)->to_string() == kDomain);
    CHECK(used == size);
}

TEST_CASE("an account's SID is its domain's SID and a relative identifier", "[sid]") {
    const Sid domain = Sid::parse(kDomain).value();
    const Sid computers = domain.child(515);
    CHECK(computers.to_string() == std::string(kDomain) + "-515");
    CHECK(computers.parent() == domain);
    CHECK(domain < computers);
    CHECK(Sid{5, {}}.parent() == Sid{5, {}});
}

}  // namespace ae
