#include "engine/base/der.h"

#include <limits>

#include <catch2/catch.hpp>

namespace ae::der {

TEST_CASE("a length is written in its shortest form", "[der][X.690:10.1]") {
    struct Case {
        std::size_t size;
        const char* header;
    };
    for (const Case& row : {Case{0, "0400"}, Case{1, "0401"}, Case{127, "047f"},
                            Case{128, "048180"}, Case{255, "0481ff"}, Case{256, "04820100"},
                            Case{65535, "0482ffff"}, Case{65536, "0483010000"}}) {
        const Bytes octets = octet_string(Bytes(row.size, 0x5A));
        const std::size_t header_size = octets.size() - row.size;
        CHECK(to_hex(ByteView(octets).first(header_size)) == row.header);
    }
}

TEST_CASE("each writer returns one whole element", "[der]") {
    CHECK(to_hex(null()) == "0500");
    CHECK(to_hex(boolean_true()) == "0101ff");
    CHECK(to_hex(octet_string(Bytes{1, 2})) == "04020102");
    CHECK(to_hex(utf8_string("M\xC3\xBC")) == "0c034dc3bc");
    CHECK(to_hex(ia5_string("10.0")) == "160431302e30");
    CHECK(to_hex(bmp_string("User")) == "1e080055007300650072");
    CHECK(to_hex(bmp_string("\xE2\x82\xAC")) == "1e0220ac");
    CHECK(to_hex(bmp_string("")) == "1e00");
    CHECK(to_hex(sequence({})) == "3000");
    CHECK(to_hex(sequence({integer(1), null()})) == "30050201010500");
    CHECK(to_hex(write(context_constructed(0), {integer(2)})) == "a003020102");
    CHECK(to_hex(write(context(2), as_bytes("a"))) == "820161");
}

TEST_CASE("an integer is written in its shortest form", "[der][X.690:8.3]") {
    struct Case {
        std::int64_t value;
        const char* octets;
    };
    for (const Case& row :
         {Case{0, "020100"}, Case{1, "020101"}, Case{127, "02017f"}, Case{128, "02020080"},
          Case{255, "020200ff"}, Case{256, "02020100"}, Case{-1, "0201ff"}, Case{-128, "020180"},
          Case{-129, "0202ff7f"}, Case{4294967295, "020500ffffffff"},
          Case{std::numeric_limits<std::int64_t>::max(), "02087fffffffffffffff"},
          Case{std::numeric_limits<std::int64_t>::min(), "02088000000000000000"}}) {
        CAPTURE(row.value);
        CHECK(to_hex(integer(row.value)) == row.octets);
    }
    CHECK(to_hex(integer_from_unsigned({})) == "020100");
    CHECK(to_hex(integer_from_unsigned(Bytes{0, 0})) == "020100");
    CHECK(to_hex(integer_from_unsigned(Bytes{0x7F})) == "02017f");
    CHECK(to_hex(integer_from_unsigned(Bytes{0x80})) == "02020080");
    CHECK(to_hex(integer_from_unsigned(Bytes{0, 0, 0x80, 1})) == "0203008001");
    CHECK(to_hex(integer_from_unsigned(Bytes{0, 1, 0})) == "02020100");
}

TEST_CASE("object identifiers are written, and other text is not", "[der][X.690:8.19]") {
    struct Case {
        const char* text;
        const char* octets;
    };
    for (const Case& row :
         {Case{"0.0", "060100"}, Case{"0.39", "060127"}, Case{"1.39", "06014f"},
          Case{"2.0", "060150"}, Case{"2.47", "06017f"}, Case{"2.48", "06028100"},
          Case{"2.999.3", "0603883703"}, Case{"1.2.840.113549", "06062a864886f70d"},
          Case{"1.3.6.1.4.1.311.20.2", "06092b0601040182371402"},
          Case{"1.2.18446744073709551616", "060b2a82808080808080808000"}}) {
        CAPTURE(row.text);
        CHECK(is_oid(row.text));
        CHECK(to_hex(oid(row.text)) == row.octets);
    }
    for (const char* bad : {"", "1", "1.", ".1", "1..2", "3.1", "0.40", "1.40", "1.100", "10.1",
                            "1.2.03", "01.2", "1.2.x", "1.2 ", "1.-2", "Machine"}) {
        CAPTURE(bad);
        CHECK_FALSE(is_oid(bad));
        CHECK(oid(bad).empty());
    }
    CHECK(is_oid("1.2." + std::string(1020, '1')));
    CHECK_FALSE(is_oid("1.2." + std::string(1021, '1')));
}

TEST_CASE("the elements of a SET OF are sorted", "[der][X.690:11.6]") {
    CHECK(to_hex(set_of({})) == "3100");
    CHECK(to_hex(set_of({integer(2), integer(1)})) == "3106020101020102");
    CHECK(to_hex(set_of({integer(256), integer(7), boolean_true()})) == "310a0101ff02010702020100");
    CHECK(to_hex(set_of({integer(1), integer(1)})) == "3106020101020101");
}

TEST_CASE("a named bit string has no zero bits at its end", "[der][X.690:11.2.2]") {
    struct Case {
        Bytes octets;
        const char* element;
    };
    for (const Case& row :
         {Case{{0xA0}, "030205a0"}, Case{{0xA0, 0x00}, "030205a0"}, Case{{0xE0}, "030205e0"},
          Case{{0x86}, "03020186"}, Case{{0x01}, "03020001"}, Case{{0x80}, "03020780"},
          Case{{0x00, 0x80}, "0303070080"}, Case{{0x00}, "030100"}, Case{{}, "030100"}}) {
        CHECK(to_hex(named_bit_string(row.octets)) == row.element);
    }
    CHECK(to_hex(bit_string(Bytes{0xDE, 0xAD})) == "030300dead");
    CHECK(to_hex(bit_string(Bytes{0xA0}, 5)) == "030205a0");
    CHECK(to_hex(bit_string({})) == "030100");
}

}  // namespace ae::der
