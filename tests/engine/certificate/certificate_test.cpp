#include "engine/certificate.h"

#include "tests/engine/certificate/certificate_builder.h"

#include <algorithm>

#include <catch2/catch.hpp>

namespace ae::engine {
namespace {

CertificateFacts facts_of(std::string_view name) {
    auto facts = parse_certificate(certificate_file(name));
    if (!facts) {
        FAIL(facts.error().sentence());
    }
    return *facts;
}

const std::string kUserSubject =
    "E=abby@D9-1351C0406A.NTTEST.MICROSOFT.COM, CN=abby, CN=Users, DC=d9-1351C0406A, DC=nttest, "
    "DC=microsoft, DC=com";

}  // namespace

TEST_CASE("a user certificate of Windows tells all its facts", "[certificate][MS-WSTEP:4]") {
    const CertificateFacts facts = facts_of("wstep-user-abby-first");
    CHECK(facts.serial == "18d9d5d300000000003d");
    CHECK(facts.subject == kUserSubject);
    CHECK(facts.issuer == "CN=FB_EntSubCA, OU=Microsoft PKI Team");
    CHECK(to_string(facts.not_before) == "2009-03-05T18:25:45Z");
    CHECK(to_string(facts.not_after) == "2010-03-05T18:25:45Z");
    CHECK(facts.extended_key_usages == std::vector<std::string>{"1.3.6.1.4.1.311.10.3.4",
                                                                "1.3.6.1.5.5.7.3.4",
                                                                "1.3.6.1.5.5.7.3.2"});
    CHECK(facts.key_usage == Bytes{0xA0});
    CHECK(facts.dns_names.empty());  // its SAN has a UPN and an e-mail address only
    CHECK_FALSE(facts.is_ca);
    REQUIRE(facts.template_reference);
    CHECK(facts.template_reference->name == "User");
    CHECK(facts.template_reference->oid.empty());
    CHECK(facts.der == certificate_file("wstep-user-abby-first"));
}

TEST_CASE("21.7 gives object identifier and versions", "[certificate][MS-WCCE:2.2.2.7.7.2]") {
    struct Case {
        const char* file;
        const char* oid;
        std::uint32_t major;
        std::uint32_t minor;
    };
    for (const Case& row :
         {Case{"otp-logon-2day",
               "1.3.6.1.4.1.311.21.8.1192431.8041771.2508686.496728.101300.15292747.2096859.926925"
               ".15060085",
               100, 2},
          Case{
              "globalsign-aeg-user",
              "1.3.6.1.4.1.311.21.8.576053.14993924.82565.311682.11263097.1554819.103976.674830.208"
              "1",
              100, 8},
          Case{"suva-issuing-ca",
               "1.3.6.1.4.1.311.21.8.1141719.100966037.1370567.802427.11109892.11594395.118519."
               "1800943.5543213",
               100, 7}}) {
        CAPTURE(row.file);
        const auto reference = facts_of(row.file).template_reference;
        REQUIRE(reference);
        CHECK(reference->oid.starts_with("1.3.6.1.4.1.311.21.8."));
        CHECK(reference->name.empty());
        CHECK(reference->major_version == row.major);
        CHECK(reference->minor_version == row.minor);
    }
}

TEST_CASE("20.2 gives the name", "[certificate][MS-WCCE:2.2.2.7.7.1]") {
    CHECK(facts_of("wstep-ent-root-ca").template_reference->name == "CA");
    CHECK(facts_of("wstep-ent-sub-ca").template_reference->name == "SubCA");
}

TEST_CASE("a certificate without either extension has no template", "[certificate]") {
    CHECK_FALSE(facts_of("forest-a-test-ca").template_reference);
}

TEST_CASE("an empty subject is an empty text, and the SAN names the machine", "[certificate]") {
    const CertificateFacts facts = facts_of("otp-logon-2day");
    CHECK(facts.subject.empty());
    CHECK(to_hex(facts.subject_der) == "3000");
    CHECK(facts.dns_names == std::vector<std::string>{"DA1.domain1.corp.company.com"});
    CHECK(facts.issuer == "CN=RootCA-DC1, DC=domain1, DC=corp, DC=company, DC=com");
    CHECK(facts.key_usage == Bytes{0x80});
}

TEST_CASE("certification authorities are told from others", "[certificate][RFC5280:4.2.1.9]") {
    for (const char* file :
         {"wstep-ent-root-ca", "wstep-ent-sub-ca", "suva-issuing-ca", "forest-a-test-ca"}) {
        CAPTURE(file);
        CHECK(facts_of(file).is_ca);
    }
    CHECK_FALSE(facts_of("globalsign-aeg-user").is_ca);  // says cA FALSE
    CHECK_FALSE(facts_of("otp-logon-2day").is_ca);       // says nothing
}

TEST_CASE("a date after 2049 is read", "[certificate][RFC5280:4.1.2.5.2]") {
    const CertificateFacts facts = facts_of("forest-a-test-ca");
    CHECK(to_string(facts.not_before) == "2023-11-30T08:57:36Z");
    CHECK(to_string(facts.not_after) == "2073-11-30T09:07:35Z");
    CHECK(facts.subject == "CN=TEST-CA, DC=forest-a, DC=local");
}

TEST_CASE("special characters of a name are escaped", "[certificate][RFC4514:2.4]") {
    CHECK(facts_of("globalsign-aeg-user").subject ==
          "E=aegadmin@aegdomain2.com, CN=aegadmin, OU=Test Profile 2, O=GMO GlobalSign\\, Inc., "
          "L=Portsmouth, ST=New Hampshire, C=US");
}

TEST_CASE("issuer and subject of a chain are the same octets", "[certificate]") {
    const CertificateFacts root = facts_of("wstep-ent-root-ca");
    const CertificateFacts sub = facts_of("wstep-ent-sub-ca");
    const CertificateFacts user = facts_of("wstep-user-abby-first");
    CHECK(root.issuer_der == root.subject_der);
    CHECK(sub.issuer_der == root.subject_der);
    CHECK(user.issuer_der == sub.subject_der);
    CHECK(user.issuer_der != root.subject_der);
}

TEST_CASE("names and key are the octets of the certificate", "[certificate]") {
    const CertificateFacts facts = facts_of("wstep-user-abby-first");
    for (const Bytes& part : {facts.subject_der, facts.issuer_der, facts.public_key_info}) {
        REQUIRE(part.size() > 2);
        CHECK_FALSE(std::ranges::search(facts.der, part).empty());
    }
    CHECK(facts.public_key_info.size() == 294);  // RSA 2048
}

}  // namespace ae::engine
