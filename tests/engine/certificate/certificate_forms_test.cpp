#include "engine/base/der.h"
#include "engine/base/hresult_table.h"
#include "engine/certificate.h"
#include "tests/engine/certificate/certificate_builder.h"

#include <catch2/catch.hpp>

namespace ae::engine {
namespace {

Result<CertificateFacts> parsed_with(const std::vector<Bytes>& extensions) {
    CertificateParts parts = ordinary_parts();
    parts.extensions = extensions;
    return parse_certificate(assemble(parts));
}

Bytes hex(std::string_view text) { return from_hex(text).value(); }

constexpr const char* kTemplateOid = "1.3.6.1.4.1.311.21.7";
constexpr const char* kTemplateName = "1.3.6.1.4.1.311.20.2";
constexpr const char* kKeyUsage = "2.5.29.15";
constexpr const char* kAltName = "2.5.29.17";
constexpr const char* kBasicConstraints = "2.5.29.19";
constexpr const char* kExtendedKeyUsage = "2.5.29.37";

}  // namespace

TEST_CASE("the smallest certificate is read", "[certificate][RFC5280:4.1]") {
    CertificateParts parts = ordinary_parts();
    const auto facts = parse_certificate(assemble(parts));
    REQUIRE(facts);
    CHECK(facts->serial == "01");
    CHECK(facts->subject == "CN=ws1.corp.example.test");
    CHECK(facts->issuer == "CN=Lab CA");
    CHECK(facts->public_key_info == parts.public_key_info);
    CHECK_FALSE(facts->template_reference);
    CHECK(facts->key_usage.empty());

    parts.version.clear();  // version 1
    CHECK(parse_certificate(assemble(parts)));
}

TEST_CASE("unique identifiers are stepped over", "[certificate][RFC5280:4.1.2.8]") {
    CertificateParts parts = ordinary_parts();
    const Bytes unique = hex("8102004182020042");
    parts.public_key_info.insert(parts.public_key_info.end(), unique.begin(), unique.end());
    parts.extensions = {extension(kBasicConstraints, hex("30030101ff"))};
    const auto facts = parse_certificate(assemble(parts));
    REQUIRE(facts);
    CHECK(facts->is_ca);
}

TEST_CASE("a serial number is its magnitude in hexadecimal", "[certificate][RFC5280:4.1.2.2]") {
    struct Case {
        const char* content;
        const char* serial;
    };
    for (const Case& row :
         {Case{"00", "00"}, Case{"7f", "7f"}, Case{"0080", "80"}, Case{"0100", "0100"},
          Case{"00f123456789abcdef0123456789abcdef01234567",
               "f123456789abcdef0123456789abcdef01234567"}}) {
        CAPTURE(row.serial);
        CertificateParts parts = ordinary_parts();
        parts.serial = der::write(der::Tag::integer, hex(row.content));
        CHECK(parse_certificate(assemble(parts))->serial == row.serial);
    }
    for (const char* bad : {"", "0001", "007f"}) {
        CAPTURE(bad);
        CertificateParts parts = ordinary_parts();
        parts.serial = der::write(der::Tag::integer, hex(bad));
        CHECK_FALSE(parse_certificate(assemble(parts)));
    }
}

TEST_CASE("20.2 is read as any string, bare or in a sequence",
          "[certificate][MS-WCCE:2.2.2.7.7.1]") {
    for (const Bytes& value :
         {der::bmp_string("Machine"), der::utf8_string("Machine"),
          der::sequence({der::utf8_string("Machine")}), der::sequence({der::bmp_string("Machine")}),
          der::write(der::Tag::printable_string, as_bytes("Machine"))}) {
        CAPTURE(to_hex(value));
        const auto facts = parsed_with({extension(kTemplateName, value)});
        REQUIRE(facts);
        CHECK(facts->template_reference->name == "Machine");
    }
    for (const Bytes& bad :
         {Bytes{}, der::sequence({}), der::integer(1), hex("1e03004d00"), hex("1e02004d00"),
          der::sequence({der::utf8_string("a"), der::utf8_string("b")}),
          der::sequence({der::sequence({der::utf8_string("a")})})}) {
        CAPTURE(to_hex(bad));
        CHECK_FALSE(parsed_with({extension(kTemplateName, bad)}));
    }
}

TEST_CASE("the versions of 21.7 may be left out", "[certificate][MS-WCCE:2.2.2.7.7.2]") {
    const Bytes oid = der::oid("1.3.6.1.4.1.311.21.8.1.2.3");
    struct Case {
        Bytes value;
        std::uint32_t major;
        std::uint32_t minor;
    };
    for (const Case& row :
         {Case{der::sequence({oid}), 0, 0}, Case{der::sequence({oid, der::integer(100)}), 100, 0},
          Case{der::sequence({oid, der::integer(100), der::integer(4294967295)}), 100,
               4294967295}}) {
        const auto facts = parsed_with({extension(kTemplateOid, row.value)});
        REQUIRE(facts);
        CHECK(facts->template_reference->oid == "1.3.6.1.4.1.311.21.8.1.2.3");
        CHECK(facts->template_reference->major_version == row.major);
        CHECK(facts->template_reference->minor_version == row.minor);
    }
    for (const Bytes& bad :
         {Bytes{}, der::sequence({}), oid, der::sequence({oid, der::integer(-1)}),
          der::sequence({oid, der::integer(4294967296)}), der::sequence({oid, der::null()}),
          der::sequence({oid, der::integer(1), der::integer(2), der::integer(3)})}) {
        CAPTURE(to_hex(bad));
        CHECK_FALSE(parsed_with({extension(kTemplateOid, bad)}));
    }
}

TEST_CASE("both template extensions together give both facts", "[certificate]") {
    const auto facts =
        parsed_with({extension(kTemplateName, der::bmp_string("Machine")),
                     extension(kTemplateOid, der::sequence({der::oid("1.2.3"), der::integer(5)}))});
    REQUIRE(facts);
    CHECK(facts->template_reference->name == "Machine");
    CHECK(facts->template_reference->oid == "1.2.3");
    CHECK(facts->template_reference->major_version == 5);
}

TEST_CASE("only the DNS names of a SAN are kept, in order", "[certificate][RFC5280:4.2.1.6]") {
    const Bytes value = der::sequence(
        {der::write(der::context(2), as_bytes("b.corp.example.test")),
         der::write(der::context(1), as_bytes("ws1@corp.example.test")),
         der::write(der::context_constructed(0),
                    {der::oid("1.3.6.1.4.1.311.25.1"),
                     der::write(der::context_constructed(0), {der::octet_string(Bytes(16, 1))})}),
         der::write(der::context(2), as_bytes("a.corp.example.test"))});
    CHECK(parsed_with({extension(kAltName, value)})->dns_names ==
          std::vector<std::string>{"b.corp.example.test", "a.corp.example.test"});
    CHECK_FALSE(parsed_with({extension(kAltName, hex("30038201ff"))}));
    CHECK_FALSE(parsed_with({extension(kAltName, hex("3003820161 00"))}));
}

TEST_CASE("extended key usages are object identifiers, however large",
          "[certificate][RFC5280:4.2.1.12]") {
    const std::string large = "2.25.340282366920938463463374607431768211455";
    const auto facts = parsed_with({extension(
        kExtendedKeyUsage, der::sequence({der::oid("1.3.6.1.5.5.7.3.2"), der::oid(large)}))});
    REQUIRE(facts);
    CHECK(facts->extended_key_usages == std::vector<std::string>{"1.3.6.1.5.5.7.3.2", large});
    CHECK_FALSE(parsed_with({extension(kExtendedKeyUsage, der::sequence({der::integer(1)}))}));
}

TEST_CASE("the key usage is the octets of its bit string", "[certificate][RFC5280:4.2.1.3]") {
    CHECK(parsed_with({extension(kKeyUsage, hex("030205a0"))})->key_usage == Bytes{0xA0});
    CHECK(parsed_with({extension(kKeyUsage, hex("0303070080"))})->key_usage == Bytes{0x00, 0x80});
    for (const char* bad : {"", "0301", "030205a1", "030208a0", "030205a000", "0401a0"}) {
        CAPTURE(bad);
        CHECK_FALSE(parsed_with({extension(kKeyUsage, hex(bad))}));
    }
}

TEST_CASE("basic constraints are read in every legal form", "[certificate][RFC5280:4.2.1.9]") {
    CHECK_FALSE(parsed_with({extension(kBasicConstraints, hex("3000"))})->is_ca);
    CHECK_FALSE(parsed_with({extension(kBasicConstraints, hex("3003010100"))})->is_ca);
    CHECK(parsed_with({extension(kBasicConstraints, hex("30030101ff"))})->is_ca);
    CHECK(parsed_with({extension(kBasicConstraints, hex("30060101ff020100"))})->is_ca);
    for (const char* bad :
         {"", "30030101", "3003010101", "30060101ff0101ff", "30030101ff00", "30060201000101ff"}) {
        CAPTURE(bad);
        CHECK_FALSE(parsed_with({extension(kBasicConstraints, hex(bad))}));
    }
}

TEST_CASE("an extension that nobody asks for may hold anything", "[certificate]") {
    CHECK(parsed_with({extension("1.3.6.1.4.1.311.21.10", hex("ffff"))}));
    CHECK(parsed_with(
        {der::sequence({der::oid("1.2.3"), der::boolean_true(), der::octet_string(Bytes{1})})}));
}

TEST_CASE("an extension stands there once", "[certificate][RFC5280:4.2]") {
    const Bytes usage = extension(kKeyUsage, hex("030205a0"));
    const auto facts = parsed_with({usage, usage});
    REQUIRE_FALSE(facts);
    CHECK(facts.error().code == kInvalidData);
    CHECK(facts.error().context ==
          "these octets are no certificate: extension 2.5.29.15 stands there twice");
}

TEST_CASE("broken parts are refused", "[certificate]") {
    const auto refused = [](const CertificateParts& parts) {
        const auto facts = parse_certificate(assemble(parts));
        return !facts && facts.error().code == kInvalidData;
    };
    const auto with = [](Bytes CertificateParts::*part, const Bytes& octets) {
        CertificateParts parts = ordinary_parts();
        parts.*part = octets;
        return parts;
    };
    const Bytes time = der::write(der::Tag::utc_time, as_bytes("260101000000Z"));
    CHECK(refused(with(&CertificateParts::serial, der::null())));
    CHECK(refused(with(&CertificateParts::algorithm, der::null())));
    CHECK(refused(with(&CertificateParts::issuer, der::null())));
    CHECK(refused(with(&CertificateParts::issuer, der::sequence({der::null()}))));
    CHECK(refused(with(&CertificateParts::validity, der::sequence({time}))));
    CHECK(refused(with(&CertificateParts::validity, der::sequence({time, time, time}))));
    CHECK(refused(with(&CertificateParts::public_key_info, der::sequence({}))));
    CHECK(refused(
        with(&CertificateParts::version, der::write(der::context_constructed(0), Bytes{}))));
    CHECK(refused(with(&CertificateParts::version,
                       der::write(der::context_constructed(0), {der::integer(3)}))));
    CHECK(refused(with(&CertificateParts::behind_extensions, der::null())));
}

TEST_CASE("octets behind the certificate are refused", "[certificate]") {
    Bytes octets = assemble(ordinary_parts());
    REQUIRE(parse_certificate(octets));
    octets.push_back(0);
    CHECK_FALSE(parse_certificate(octets));
    CHECK_FALSE(parse_certificate({}));
}

}  // namespace ae::engine
