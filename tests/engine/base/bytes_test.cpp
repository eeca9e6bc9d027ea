#include "engine/base/bytes.h"

#include <random>

#include <catch2/catch.hpp>

namespace ae {

TEST_CASE("hexadecimal is written in lower case and read in both", "[bytes]") {
    CHECK(to_hex(Bytes{0x00, 0x9F, 0xAB, 0xFF}) == "009fabff");
    CHECK(to_hex({}).empty());
    CHECK(from_hex("009FabFf") == Bytes{0x00, 0x9F, 0xAB, 0xFF});
    CHECK(from_hex(" 00\t9f\r\nab ") == Bytes{0x00, 0x9F, 0xAB});
    CHECK(from_hex("") == Bytes{});
    for (const char* bad : {"0", "0 0", "0g", "g0", "00:11", "0x00", "000"}) {
        CAPTURE(bad);
        CHECK_FALSE(from_hex(bad));
    }
}

TEST_CASE("base64 agrees with the vectors of its RFC", "[bytes][RFC4648:10]") {
    struct Case {
        const char* plain;
        const char* coded;
    };
    for (const Case& row :
         {Case{"", ""}, Case{"f", "Zg=="}, Case{"fo", "Zm8="}, Case{"foo", "Zm9v"},
          Case{"foob", "Zm9vYg=="}, Case{"fooba", "Zm9vYmE="}, Case{"foobar", "Zm9vYmFy"},
          Case{"\xFB\xFF", "+/8="}}) {
        CAPTURE(row.coded);
        CHECK(to_base64(as_bytes(row.plain)) == row.coded);
        const auto back = from_base64(row.coded);
        REQUIRE(back);
        CHECK(as_text(*back) == row.plain);
    }
    CHECK(from_base64("Zm9v\r\n Ym Fy\t") == from_base64("Zm9vYmFy"));
    for (const char* bad : {"Z", "Zg", "Zg=", "Zg===", "Zm9v=", "====", "Z===", "Zm9vY",
                            "Zg==Zg==", "Zm-v", "Zm9v!"}) {
        CAPTURE(bad);
        CHECK_FALSE(from_base64(bad));
    }
}

TEST_CASE("base64 and PEM give back what was put in", "[bytes]") {
    std::mt19937_64 random(1);
    for (std::size_t size = 0; size < 200; ++size) {
        Bytes bytes(size);
        for (std::uint8_t& octet : bytes) {
            octet = static_cast<std::uint8_t>(random());
        }
        CHECK(from_base64(to_base64(bytes)) == bytes);
        CHECK(from_pem("CERTIFICATE", to_pem("CERTIFICATE", bytes)) == bytes);
    }
}

TEST_CASE("PEM has 64 characters in a line and the label twice", "[bytes][RFC7468:2]") {
    CHECK(to_pem("X", Bytes(49, 0)) ==
          "-----BEGIN X-----\n" + std::string(64, 'A') + "\nAA==\n-----END X-----\n");
    CHECK(to_pem("X", {}) == "-----BEGIN X-----\n-----END X-----\n");
}

TEST_CASE("the first block with the label is read", "[bytes][RFC7468:3]") {
    const std::string text = "Bag attributes\n" + to_pem("PRIVATE KEY", Bytes{1}) +
                             to_pem("CERTIFICATE", Bytes{2}) + to_pem("CERTIFICATE", Bytes{3});
    CHECK(from_pem("CERTIFICATE", text) == Bytes{2});
    CHECK(from_pem("PRIVATE KEY", text) == Bytes{1});
    CHECK_FALSE(from_pem("KEY", text));
    CHECK_FALSE(from_pem("CERTIFICATE", ""));
    CHECK_FALSE(from_pem("CERTIFICATE", "-----BEGIN CERTIFICATE-----\nAg==\n"));
    CHECK_FALSE(
        from_pem("CERTIFICATE", "-----BEGIN CERTIFICATE-----\nA?==\n-----END CERTIFICATE-----"));
}

TEST_CASE("little-endian values are read in order", "[bytes]") {
    const Bytes bytes{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 0xF0, 0xAA};
    LittleEndianReader reader(bytes);
    CHECK(reader.u8() == 0x01);
    CHECK(reader.u16() == 0x0302);
    CHECK(reader.u32() == 0x07060504);
    CHECK(reader.u64() == 0x0F0E0D0C0B0A0908ULL);
    CHECK(equal(reader.take(1), Bytes{0xF0}));
    CHECK(reader.left() == 1);
    CHECK(reader.ok());
}

TEST_CASE("a read past the end fails and stays failed", "[bytes]") {
    const Bytes bytes{1, 2, 3};
    LittleEndianReader reader(bytes);
    CHECK(reader.u32() == 0);
    CHECK_FALSE(reader.ok());
    CHECK(reader.u8() == 0);
    CHECK(reader.take(0).empty());
    CHECK_FALSE(reader.ok());

    LittleEndianReader exact(bytes);
    exact.take(3);
    CHECK(exact.ok());
    exact.take(1);
    CHECK_FALSE(exact.ok());
}

TEST_CASE("octets are equal only when all are", "[bytes]") {
    CHECK(equal(Bytes{1, 2}, Bytes{1, 2}));
    CHECK(equal({}, Bytes{}));
    CHECK_FALSE(equal(Bytes{1, 2}, Bytes{1}));
    CHECK_FALSE(equal(Bytes{1, 2}, Bytes{1, 3}));
}

}  // namespace ae
