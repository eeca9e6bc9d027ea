#include "ca-client/wcce/ca_property.h"

#include "engine/base/hresult_table.h"
#include "engine/base/text.h"
#include "tests/ca-client/vectors.h"

#include <catch2/catch.hpp>

using namespace ae;
using namespace ae::ca;

namespace {

// CAINFO of an enterprise subordinate CA: each field another number ([MS-WCCE] 2.2.2.4).
const Bytes kInfo = *from_hex(
    "28000000 01000000 02000000 03000000 04000000 2b000000 01000000 05000000 06000000 01000000");

Bytes utf16(std::string_view text) { return utf16le_from_utf8(text); }
Bytes terminated(std::string_view text) {
    Bytes units = utf16(text);
    units.resize(units.size() + 2);
    return units;
}

// Two properties: 6, text, "Name"; 12, binary and indexed, "Cert".
const Bytes kList = *from_hex(
    "06000000 04 00 0000 18000000  0c000000 03 00 0100 24000000"
    "4e006100 6d006500 00000000    43006500 72007400 0000");

Hresult code_of_list(std::uint32_t count, const Bytes& octets) {
    const auto list = decode_property_list({count, octets});
    return list ? kOk : list.error().code;
}

}  // namespace

TEST_CASE("the table of properties is whole, sorted and without gaps",
          "[property][MS-WCCE:3.2.1.4.3.2]") {
    std::uint32_t id = 0;
    for (const KnownProperty& one : known_properties()) {
        CHECK(one.id == ++id);
        CHECK_FALSE(one.name.empty());
    }
    CHECK(id == 0x32);
    const auto type_of = [](std::uint32_t wanted) { return known_properties()[wanted - 1].type; };
    CHECK(type_of(property::kCaName) == PropertyType::text);
    CHECK(type_of(property::kSigningCertificateCount) == PropertyType::integer);
    CHECK(type_of(property::kSigningCertificate) == PropertyType::binary);
    CHECK(type_of(property::kExchangeCertificate) == PropertyType::binary);
    CHECK(type_of(property::kTemplates) == PropertyType::text);
    CHECK(type_of(property::kCertificateStatus) == PropertyType::integer);
}

TEST_CASE("the older interface has some of the properties under other names",
          "[property][MS-WCCE:3.2.1.4.2.2]") {
    struct Row {
        std::uint32_t id;
        std::uint32_t index;
        std::optional<std::uint32_t> query;
    };
    for (const Row& row : std::vector<Row>{
             {0x01, 0, 0x66696C65},
             {0x02, 0, 0x70726F64},
             {0x03, 0, 0x696E666F},
             {0x04, 0, 0x65780000},
             {0x04, 2, 0x65780002},
             {0x04, kLastIndex, std::nullopt},
             {0x05, 0, 0x706F6C69},
             {0x06, 0, 0x6E616D65},
             {0x06, 1, std::nullopt},  // it is not indexed
             {0x07, 0, 0x73616E69},
             {0x08, 0, 0x73686172},
             {0x09, 0, 0x70617265},
             {0x0A, 0, 0x696E666F},
             {0x0B, 0, 0x696E666F},
             {0x0C, 0, 0x63740000},
             {0x0C, 0xFFFF, 0x6374FFFF},
             {0x0C, 0x10000, std::nullopt},  // it would become another query
             {0x0C, kLastIndex, 0x0},
             {0x0D, 0, std::nullopt},
             {0x0E, 0, 0x696E666F},
             // Archival needs ICertRequestD2, and nothing else is done with it.
             {0x0F, 0, std::nullopt},
             {0x0F, kLastIndex, std::nullopt},
             {0x0F, 1, std::nullopt},
             {0x10, 0, std::nullopt},
             {0x11, 3, 0x636C0003},
             {0x11, kLastIndex, 0x6363726C},
             {0x13, 0, 0x73740000},
             {0x14, 0, 0x736C0000},
             {0x15, 0, 0x696E666F},
             {0x16, 0, std::nullopt},
             {0x17, 0, 0x696E666F},
             {0x18, 0, 0x696E666F},
             {0x19, 0, 0x696E666F},
             {0x1C, 0, 0x696E666F},
             {0x1D, 0, std::nullopt},
             {0x22, 0, std::nullopt},
         }) {
        CAPTURE(row.id, row.index);
        CHECK(get_ca_cert_query({.id = row.id, .index = row.index}) == row.query);
    }
}

TEST_CASE("GetCACert carries the query before the authority", "[property][MS-WCCE:3.2.1.4.2.2]") {
    CHECK(to_hex(ByteView(encode_get_ca_cert(vectors::kCausality, "A", 0x6E616D65)).subspan(32)) ==
          "656d616e"
          "00000200"
          "02000000"
          "00000000"
          "02000000"
          "41000000");
}

TEST_CASE("GetCAPropertyInfo gives a count and octets", "[property][MS-WCCE:3.2.1.4.3.3]") {
    CHECK(to_hex(ByteView(encode_get_ca_property_info(vectors::kCausality, "A")).subspan(32)) ==
          "00000200"
          "02000000"
          "00000000"
          "02000000"
          "41000000");
    const auto info = decode_ca_property_info(
        *from_hex("00000000 00000000 02000000 02000000 00000200 02000000 41420000 00000000"));
    REQUIRE(info);
    CHECK(info->count == 2);
    CHECK(info->octets == Bytes{'A', 'B'});
    const auto refused =
        decode_ca_property_info(*from_hex("00000000 00000000 00000000 00000000 00000000 57000780"));
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == kInvalidArgument);
}

TEST_CASE("the list of properties", "[property][MS-WCCE:2.2.2.3.1]") {
    const auto list = decode_property_list({2, kList});
    REQUIRE(list);
    REQUIRE(list->size() == 2);
    CHECK((*list)[0].id == 6);
    CHECK((*list)[0].type == 4);
    CHECK((*list)[0].indexed == Indexed::no);
    CHECK((*list)[0].name == "Name");
    CHECK((*list)[1].id == 12);
    CHECK((*list)[1].indexed == Indexed::yes);
    CHECK((*list)[1].name == "Cert");
    CHECK(decode_property_list({0, {}})->empty());
}

TEST_CASE("a list of properties that contradicts itself is refused", "[property][hostile]") {
    CHECK(code_of_list(2, kList) == kOk);
    CHECK(code_of_list(3, kList) == kInvalidData);  // the third would be made of names
    CHECK(code_of_list(kMaxListedProperties + 1, Bytes(20000)) == kInvalidData);
    Bytes changed = kList;
    changed[8] = 0x1A;  // not aligned
    CHECK(code_of_list(2, changed) == kInvalidData);
    changed[8] = 0x14;  // in the array
    CHECK(code_of_list(2, changed) == kInvalidData);
    changed[8] = static_cast<std::uint8_t>(kList.size() + 2);  // behind the end
    CHECK(code_of_list(2, changed) == kInvalidData);
    changed = kList;
    changed.resize(kList.size() - 2);  // the last name has no end
    CHECK(code_of_list(2, changed) == kInvalidData);
}

TEST_CASE("CAINFO has ten numbers, and older ones fewer", "[property][MS-WCCE:2.2.2.4]") {
    const auto info = decode_ca_info(kInfo);
    REQUIRE(info);
    CHECK(info->type == 1);
    CHECK(info->signing_certificates == 2);
    CHECK(info->exchange_certificates == 3);
    CHECK(info->exit_modules == 4);
    CHECK(info->max_property_id == 0x2B);
    CHECK(info->role_separation == 1);
    CHECK(info->recovery_agents_used == 5);
    CHECK(info->recovery_agents == 6);
    CHECK(info->advanced_server == 1);

    Bytes shorter(kInfo.begin(), kInfo.begin() + 12);
    shorter[0] = 12;
    const auto old = decode_ca_info(shorter);
    REQUIRE(old);
    CHECK(old->signing_certificates == 2);
    CHECK(old->exchange_certificates == 0);
    Bytes longer = kInfo;
    longer.resize(48);
    longer[0] = 48;
    CHECK(decode_ca_info(longer)->advanced_server == 1);
}

TEST_CASE("a CAINFO that contradicts its octets is refused", "[property][hostile]") {
    Bytes info = kInfo;
    info[0] = 0x29;
    CHECK(decode_ca_info(info).error().code == kInvalidData);
    info[0] = 7;
    CHECK(decode_ca_info(info).error().code == kInvalidData);
    info[0] = 8;
    CHECK(decode_ca_info(info));
    CHECK(decode_ca_info(ByteView(kInfo).first(7)).error().code == kInvalidData);
    CHECK(decode_ca_info({}).error().code == kInvalidData);
}

TEST_CASE("a number stands in its own field of a CAINFO, or alone",
          "[property][MS-WCCE:3.2.1.4.3.2.11]") {
    struct Row {
        std::uint32_t id;
        std::uint32_t value;
    };
    for (const Row& row : {Row{0x0A, 1}, Row{0x0B, 2}, Row{0x0E, 3}, Row{0x03, 4}, Row{0x15, 0x2B},
                           Row{0x17, 1}, Row{0x18, 5}, Row{0x19, 6}, Row{0x1C, 1}}) {
        CAPTURE(row.id);
        CHECK(decode_scalar(row.id, kInfo).value() == row.value);
        CHECK(decode_scalar(row.id, *from_hex("07000000")).value() == 7);
    }
    CHECK(decode_scalar(property::kCertificateStatus, *from_hex("0a010b80")).value() == 0x800B010A);
    // It is a number of its own, so a CAINFO is none.
    CHECK(decode_scalar(property::kCertificateStatus, kInfo).error().code == kInvalidData);
    CHECK(decode_scalar(property::kCaType, *from_hex("0700")).error().code == kInvalidData);
    Bytes shorter(kInfo.begin(), kInfo.begin() + 8);
    shorter[0] = 8;
    CHECK(decode_scalar(property::kCaType, shorter).value() == 1);
    CHECK(decode_scalar(property::kSigningCertificateCount, shorter).error().code == kInvalidData);
}

TEST_CASE("a text ends at its terminator or at the end", "[property][MS-WCCE:2.2.2.2.1]") {
    CHECK(decode_text(terminated("Corp Issuing CA 1")).value() == "Corp Issuing CA 1");
    CHECK(decode_text(utf16("Corp")).value() == "Corp");
    CHECK(decode_text({}).value().empty());
    Bytes more = terminated("A");
    more.push_back('B');
    more.push_back(0);
    CHECK(decode_text(more).value() == "A");
    CHECK(decode_text(Bytes{'A'}).error().code == kInvalidData);
}

TEST_CASE("the templates are pairs of name and OID", "[property][MS-WCCE:3.2.1.4.3.2.29]") {
    const auto offered =
        decode_templates(terminated("Machine\n\nCorpMachine\n1.3.6.1.4.1.311.21.8.1\n"));
    REQUIRE(offered);
    CHECK(*offered ==
          std::vector<OfferedTemplate>{{"Machine", ""}, {"CorpMachine", "1.3.6.1.4.1.311.21.8.1"}});
    CHECK(decode_templates(terminated(""))->empty());
    CHECK(decode_templates({})->empty());
    CHECK(decode_templates(terminated("Machine\n")).error().code == kInvalidData);
    CHECK(decode_templates(terminated("\n1.2.3\n")).error().code == kInvalidData);
}
