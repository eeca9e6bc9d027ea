#include "engine/base/der.h"

#include "engine/base/hresult_table.h"

#include <catch2/catch.hpp>

namespace ae::der {
namespace {

Bytes hex(std::string_view text) {
    const auto bytes = from_hex(text);
    REQUIRE(bytes);
    return *bytes;
}

// An OCTET STRING header of `header_hex` and so many octets of content.
Bytes with_content(std::string_view header_hex, std::size_t size) {
    Bytes octets = hex(header_hex);
    octets.resize(octets.size() + size, 0x5A);
    return octets;
}

struct Row {
    const char* what;
    const char* octets;
};

}  // namespace

TEST_CASE("a length is read in its shortest form only", "[der][X.690:10.1]") {
    struct Case {
        const char* header;
        std::size_t size;
    };
    for (const Case& good : {Case{"0400", 0}, Case{"0401", 1}, Case{"047f", 127},
                             Case{"048180", 128}, Case{"0481ff", 255}, Case{"04820100", 256},
                             Case{"0482ffff", 65535}, Case{"0483010000", 65536}}) {
        CAPTURE(good.header);
        const Bytes octets = with_content(good.header, good.size);
        Reader reader(octets);
        const auto element = reader.expect(Tag::octet_string);
        REQUIRE(element);
        CHECK(element->content.size() == good.size);
        CHECK(element->whole.size() == octets.size());
        CHECK(reader.finish());
    }
    for (const Case& bad :
         {Case{"048100", 0}, Case{"04817f", 127}, Case{"048200ff", 255}, Case{"04820080", 128},
          Case{"0483000100", 256}, Case{"0484000000ff", 255}}) {
        CAPTURE(bad.header);
        const Bytes octets = with_content(bad.header, bad.size);
        const auto element = Reader(octets).any();
        REQUIRE_FALSE(element);
        CHECK(element.error().code == kInvalidData);
    }
}

TEST_CASE("forms that DER or this reader does not know are refused", "[der][X.690:8.1]") {
    for (const Row& row :
         {Row{"nothing at all", ""}, Row{"a tag alone", "30"}, Row{"indefinite length", "30800000"},
          Row{"reserved length octet", "04ff00"}, Row{"length of five octets", "04850000000001aa"},
          Row{"length beyond the octets", "0484ffffffff"}, Row{"length octets cut off", "048201"},
          Row{"long tag form", "1f8100"}, Row{"long context tag", "bf2200"},
          Row{"end of contents", "0000"}}) {
        CAPTURE(row.what);
        const Bytes octets = hex(row.octets);
        Reader reader(octets);
        CHECK_FALSE(reader.any());
        CHECK(equal(reader.rest(), octets));
    }
}

TEST_CASE("an element cut off at any octet is refused and nothing is consumed", "[der]") {
    for (const std::size_t size : {0, 1, 127, 128, 255, 256, 300}) {
        const Bytes whole = write(Tag::octet_string, Bytes(size, 0xA5));
        for (std::size_t cut = 0; cut < whole.size(); ++cut) {
            const ByteView octets = ByteView(whole).first(cut);
            Reader reader(octets);
            CHECK_FALSE(reader.any());
            CHECK(reader.rest().size() == cut);
        }
    }
}

TEST_CASE("a reader walks through a structure in order", "[der]") {
    const Bytes octets = hex("3009 020105 0101ff 0401aa 0500");
    Reader outer(octets);
    auto inner = outer.enter(Tag::sequence);
    REQUIRE(inner);
    CHECK_FALSE(outer.at_end());

    CHECK(inner->next_is(Tag::integer));
    CHECK_FALSE(inner->optional(Tag::boolean));
    CHECK_FALSE(inner->expect(Tag::octet_string));
    CHECK(inner->rest().size() == 9);  // neither failure consumed anything

    CHECK(read_integer(inner->expect(Tag::integer)->content).value() == 5);
    CHECK(inner->optional(Tag::boolean));
    CHECK_FALSE(inner->finish());
    CHECK(inner->any()->tag == Tag::octet_string);
    CHECK(inner->finish());
    CHECK_FALSE(inner->next_is(Tag::integer));
    CHECK_FALSE(inner->any());

    CHECK(outer.expect(Tag::null));
    CHECK(outer.finish());
}

TEST_CASE("a broken optional element is not taken for an absent one", "[der]") {
    const Bytes octets = hex("0104ff");
    Reader reader(octets);
    CHECK_FALSE(reader.optional(Tag::boolean));
    CHECK_FALSE(reader.finish());
}

TEST_CASE("an error names the tag that is missing and the one that is there", "[der]") {
    const Bytes octets = hex("020105");
    CHECK(Reader(octets).expect(Tag::oid).error().context ==
          "DER: tag 06 is missing, tag 02 is there");
    CHECK(Reader(ByteView{}).expect(Tag::oid).error().context ==
          "DER: tag 06 is missing at the end");
}

TEST_CASE("object identifiers are read as dotted decimals", "[der][X.690:8.19]") {
    struct Case {
        const char* content;
        const char* text;
    };
    for (const Case& good :
         {Case{"00", "0.0"}, Case{"27", "0.39"}, Case{"28", "1.0"}, Case{"4f", "1.39"},
          Case{"50", "2.0"}, Case{"78", "2.40"}, Case{"7f", "2.47"}, Case{"8100", "2.48"},
          Case{"883703", "2.999.3"}, Case{"2a864886f70d", "1.2.840.113549"},
          Case{"2b06010401823715 07", "1.3.6.1.4.1.311.21.7"}, Case{"551d0f", "2.5.29.15"},
          Case{"2a00", "1.2.0"}, Case{"2aff7f", "1.2.16383"},
          Case{"2a8fffffff7f", "1.2.4294967295"}, Case{"2a9080808000", "1.2.4294967296"},
          Case{"2a81ffffffffffffffff7f", "1.2.18446744073709551615"},
          Case{"2a82808080808080808000", "1.2.18446744073709551616"},
          Case{"6983ffffffffffffffffffffffffffffffffff7f",
               "2.25.340282366920938463463374607431768211455"}}) {
        CAPTURE(good.text);
        const auto read = read_oid(hex(good.content));
        REQUIRE(read);
        CHECK(*read == good.text);
        CHECK(oid(*read) == write(Tag::oid, hex(good.content)));
    }
    for (const Row& row : {Row{"empty", ""}, Row{"cut off", "2a86"}, Row{"only a middle", "80"},
                           Row{"padded first", "802a"}, Row{"padded later", "2a8001"}}) {
        CAPTURE(row.what);
        CHECK_FALSE(read_oid(hex(row.octets)));
    }
    CHECK(read_oid(Bytes(256, 0x2A)));
    CHECK_FALSE(read_oid(Bytes(257, 0x2A)));
}

TEST_CASE("integers up to 64 bits are read, in their shortest form only", "[der][X.690:8.3]") {
    struct Case {
        const char* content;
        std::int64_t value;
    };
    for (const Case& good :
         {Case{"00", 0}, Case{"7f", 127}, Case{"0080", 128}, Case{"00ff", 255}, Case{"0100", 256},
          Case{"ff", -1}, Case{"80", -128}, Case{"ff7f", -129}, Case{"8000", -32768},
          Case{"7fffffff", 2147483647}, Case{"0080000000", 2147483648},
          Case{"7fffffffffffffff", std::numeric_limits<std::int64_t>::max()},
          Case{"8000000000000000", std::numeric_limits<std::int64_t>::min()}}) {
        CAPTURE(good.content);
        CHECK(read_integer(hex(good.content)).value() == good.value);
    }
    for (const Row& row : {Row{"empty", ""}, Row{"padded zero", "0000"}, Row{"padded 1", "0001"},
                           Row{"padded 127", "007f"}, Row{"padded -1", "ffff"},
                           Row{"padded -128", "ff80"}, Row{"65 bits", "008000000000000000"},
                           Row{"padded to nine octets", "000000000000000001"}}) {
        CAPTURE(row.what);
        CHECK_FALSE(read_integer(hex(row.octets)));
    }
}

TEST_CASE("a boolean is 00 or FF", "[der][X.690:11.1]") {
    CHECK(read_boolean(hex("ff")).value());
    CHECK_FALSE(read_boolean(hex("00")).value());
    for (const char* bad : {"", "01", "7f", "80", "fe", "ffff"}) {
        CAPTURE(bad);
        CHECK_FALSE(read_boolean(hex(bad)));
    }
}

TEST_CASE("a bit string tells how many bits of its last octet are unused", "[der][X.690:11.2]") {
    struct Case {
        const char* content;
        const char* bits;
    };
    for (const Case& good : {Case{"00", ""}, Case{"05a0", "a0"}, Case{"00ff01", "ff01"},
                             Case{"0780", "80"}, Case{"0000", "00"}, Case{"0600", "00"}}) {
        CAPTURE(good.content);
        const Bytes content = hex(good.content);
        CHECK(to_hex(read_bit_string(content).value()) == good.bits);
    }
    for (const Row& row : {Row{"empty", ""}, Row{"eight unused", "0800"},
                           Row{"unused bits of nothing", "01"}, Row{"unused bit set", "0181"},
                           Row{"unused bits set", "05a1"}, Row{"highest unused bit set", "07c0"}}) {
        CAPTURE(row.what);
        CHECK_FALSE(read_bit_string(hex(row.octets)));
    }
}

TEST_CASE("times are read from both forms", "[der][RFC5280:4.1.2.5]") {
    const auto read = [](Tag tag, std::string_view text) {
        return read_time({tag, as_bytes(text), {}});
    };
    struct Case {
        Tag tag;
        const char* text;
        const char* time;
    };
    for (const Case& good :
         {Case{Tag::utc_time, "500101000000Z", "1950-01-01T00:00:00Z"},
          Case{Tag::utc_time, "991231235959Z", "1999-12-31T23:59:59Z"},
          Case{Tag::utc_time, "000101000000Z", "2000-01-01T00:00:00Z"},
          Case{Tag::utc_time, "491231235959Z", "2049-12-31T23:59:59Z"},
          Case{Tag::utc_time, "240229120000Z", "2024-02-29T12:00:00Z"},
          Case{Tag::generalized_time, "20500101000000Z", "2050-01-01T00:00:00Z"},
          Case{Tag::generalized_time, "99991231235959Z", "9999-12-31T23:59:59Z"},
          Case{Tag::generalized_time, "19490101000000Z", "1949-01-01T00:00:00Z"}}) {
        CAPTURE(good.text);
        const auto time = read(good.tag, good.text);
        REQUIRE(time);
        CHECK(to_string(*time) == good.time);
    }
    for (const Case& bad :
         {Case{Tag::utc_time, "", ""}, Case{Tag::utc_time, "2401010000Z", ""},
          Case{Tag::utc_time, "240101000000", ""}, Case{Tag::utc_time, "240101000000+0100", ""},
          Case{Tag::utc_time, "20240101000000Z", ""},
          Case{Tag::generalized_time, "240101000000Z", ""},
          Case{Tag::generalized_time, "20240101000000.5Z", ""},
          Case{Tag::generalized_time, "20240101000000z", ""},
          Case{Tag::utc_time, "24010100000 Z", ""}, Case{Tag::utc_time, "2401010000-1Z", ""},
          Case{Tag::utc_time, "230229000000Z", ""}, Case{Tag::utc_time, "241301000000Z", ""},
          Case{Tag::utc_time, "240100000000Z", ""}, Case{Tag::utc_time, "240101240000Z", ""},
          Case{Tag::utc_time, "240101006000Z", ""}, Case{Tag::utc_time, "240101000060Z", ""},
          Case{Tag::octet_string, "240101000000Z", ""}}) {
        CAPTURE(bad.text);
        CHECK_FALSE(read(bad.tag, bad.text));
    }
}

TEST_CASE("every directory string becomes UTF-8", "[der][X.690:8.23]") {
    struct Case {
        Tag tag;
        const char* content;
        const char* text;
    };
    for (const Case& good :
         {Case{Tag::utf8_string, "4dc3bc", "M\xC3\xBC"}, Case{Tag::printable_string, "4142", "AB"},
          Case{Tag::ia5_string, "7773312e", "ws1."}, Case{Tag::numeric_string, "3132", "12"},
          Case{Tag::visible_string, "7e", "~"}, Case{Tag::t61_string, "4dfc", "M\xC3\xBC"},
          Case{Tag::bmp_string, "0055007300650072", "User"},
          Case{Tag::bmp_string, "20ac", "\xE2\x82\xAC"},
          Case{Tag::bmp_string, "d83dde00", "\xF0\x9F\x98\x80"}, Case{Tag::bmp_string, "", ""}}) {
        CAPTURE(good.content);
        const Bytes content = hex(good.content);
        CHECK(read_string({good.tag, content, {}}).value() == good.text);
    }
    for (const Case& bad : {Case{Tag::utf8_string, "c3", ""}, Case{Tag::utf8_string, "c080", ""},
                            Case{Tag::printable_string, "80", ""}, Case{Tag::ia5_string, "ff", ""},
                            Case{Tag::bmp_string, "005500", ""}, Case{Tag::octet_string, "41", ""},
                            Case{Tag::integer, "41", ""}}) {
        CAPTURE(bad.content);
        const Bytes content = hex(bad.content);
        CHECK_FALSE(read_string({bad.tag, content, {}}));
    }
}

}  // namespace ae::der
