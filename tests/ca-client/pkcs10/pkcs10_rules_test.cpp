#include "engine/base/der.h"
#include "engine/base/hresult_table.h"
#include "tests/ca-client/pkcs10/request_fixture.h"

#include <algorithm>

#include <catch2/catch.hpp>

namespace ae::ca {
namespace {

using engine::HashAlgorithm;
using engine::KeyAlgorithm;
using engine::Template;

constexpr const char* kTemplateName = "1.3.6.1.4.1.311.20.2";
constexpr const char* kTemplateOid = "1.3.6.1.4.1.311.21.7";
constexpr const char* kApplicationPolicies = "1.3.6.1.4.1.311.21.10";
constexpr const char* kExtendedKeyUsage = "2.5.29.37";
constexpr const char* kKeyUsage = "2.5.29.15";
constexpr const char* kBasicConstraints = "2.5.29.19";
constexpr const char* kCertificatePolicies = "2.5.29.32";
constexpr const char* kSubjectKeyIdentifier = "2.5.29.14";
constexpr const char* kSmimeCapabilities = "1.2.840.113549.1.9.15";

Result<Bytes> built(const Template& wanted) {
    FixedKey key;
    FixedCrypto crypto;
    return build_pkcs10(input_for(wanted), key, crypto);
}

ReadRequest request_for(const Template& wanted) {
    const auto octets = built(wanted);
    if (!octets) {
        FAIL(octets.error().sentence());
    }
    return read_request(*octets);
}

std::string value_of_extension(const Template& wanted, std::string_view oid) {
    const ReadRequest request = request_for(wanted);
    const ReadExtension* extension = request.extension(oid);
    return extension == nullptr ? "absent" : to_hex(extension->value);
}

std::vector<std::string> oids_of(const ReadRequest& request) {
    std::vector<std::string> oids;
    for (const ReadExtension& extension : request.extensions) {
        oids.push_back(extension.oid);
    }
    return oids;
}

}  // namespace

TEST_CASE("the subject is empty and there is no alternative name",
          "[pkcs10][MS-WCCE:3.1.2.4.2.2.2.10]") {
    const ReadRequest request = request_for(computer_template());
    CHECK(to_hex(request.subject) == "3000");
    CHECK(request.extension("2.5.29.17") == nullptr);
}

TEST_CASE("the request carries the key as the key store gives it", "[pkcs10]") {
    CHECK(request_for(computer_template()).public_key_info == FixedKey().public_key_info_);
}

TEST_CASE("the attributes of Windows are there, sorted", "[pkcs10][MS-WCCE:2.2.2.7]") {
    const ReadRequest request = request_for(computer_template());
    CHECK(request.attributes.size() == 6);
    CHECK(request.values("1.3.6.1.4.1.311.13.2.3") ==
          std::vector<Bytes>{der::ia5_string("10.0.0.2")});
    CHECK(request.values("1.3.6.1.4.1.311.21.20") ==
          std::vector<Bytes>{
              der::sequence({der::integer(0), der::utf8_string("ws1.corp.example.test"),
                             der::utf8_string("CORP\\WS1$"), der::utf8_string("aeclient")})});
    CHECK(request.values("1.3.6.1.4.1.311.13.2.1") ==
          std::vector<Bytes>{
              der::sequence({der::bmp_string("cdc"), der::bmp_string("dc1.corp.example.test")}),
              der::sequence({der::bmp_string("rmd"), der::bmp_string("ws1.corp.example.test")})});
    CHECK(request.values("1.2.840.113549.1.9.14").size() == 1);
    CHECK(request.values("1.3.6.1.4.1.311.2.1.14").empty());

    std::vector<Bytes> encoded;
    for (const auto& [oid, value] : request.attributes) {
        encoded.push_back(der::sequence({der::oid(oid), der::write(der::Tag::set, {value})}));
    }
    CHECK(std::ranges::is_sorted(encoded));
}

TEST_CASE("a name that is not known makes no pair", "[pkcs10][MS-WCCE:3.2.2.6.2.1.1]") {
    const Template wanted = computer_template();
    FixedKey key;
    FixedCrypto crypto;
    const auto pairs = [&](const Pkcs10Input& input) {
        return read_request(build_pkcs10(input, key, crypto).value())
            .values("1.3.6.1.4.1.311.13.2.1")
            .size();
    };
    CHECK(pairs({wanted, "ws1.corp.example.test", "", "CORP\\WS1$", "aeclient"}) == 1);
    CHECK(pairs({wanted, "", "dc1.corp.example.test", "CORP\\WS1$", "aeclient"}) == 1);
    CHECK(pairs({wanted, "", "", "CORP\\WS1$", "aeclient"}) == 0);
}

TEST_CASE("the provider is named when the template names one", "[pkcs10][MS-WCCE:2.2.2.7.2]") {
    Template wanted = computer_template();
    CHECK(request_for(wanted).values("1.3.6.1.4.1.311.13.2.2") ==
          std::vector<Bytes>{der::sequence(
              {der::integer(1), der::bmp_string("Lab Provider"), der::bit_string({})})});
    wanted.default_key_spec = 2;
    CHECK(request_for(wanted).values("1.3.6.1.4.1.311.13.2.2") ==
          std::vector<Bytes>{der::sequence(
              {der::integer(2), der::bmp_string("Lab Provider"), der::bit_string({})})});
    wanted.providers.clear();
    CHECK(request_for(wanted).values("1.3.6.1.4.1.311.13.2.2").empty());
}

TEST_CASE("version 1 names the template, later versions number it",
          "[pkcs10][MS-WCCE:2.2.2.7.7][MS-WCCE:3.1.2.4.2.2]") {
    CHECK(oids_of(request_for(machine_template())) ==
          std::vector<std::string>{kTemplateName, kExtendedKeyUsage, kKeyUsage,
                                   kSubjectKeyIdentifier});
    CHECK(value_of_extension(machine_template(), kTemplateName) ==
          "1e0e004d0061006300680069006e0065");
    for (const std::uint32_t version : {2U, 3U, 4U}) {
        Template wanted = computer_template();
        wanted.schema_version = version;
        const ReadRequest request = request_for(wanted);
        CHECK(request.extension(kTemplateName) == nullptr);
        REQUIRE(request.extension(kTemplateOid) != nullptr);
        CHECK(request.extension(kTemplateOid)->value ==
              der::sequence(
                  {der::oid("1.3.6.1.4.1.311.21.8.1.2"), der::integer(100), der::integer(3)}));
    }
}

TEST_CASE("an unknown schema version gets no request", "[pkcs10][MS-WCCE:3.1.2.4.2.1]") {
    for (const std::uint32_t version : {0U, 5U}) {
        Template wanted = computer_template();
        wanted.schema_version = version;
        const auto request = built(wanted);
        REQUIRE_FALSE(request);
        CHECK(request.error().code == kNotSupported);
        CHECK(request.error().context == "request for template LabComputer: schema version " +
                                             std::to_string(version) + " is unknown");
    }
}

TEST_CASE("policies are for versions 2 and later", "[pkcs10][MS-WCCE:3.1.2.4.2.2.2]") {
    Template wanted = computer_template();
    wanted.enrollment_flags |= engine::enrollment_flag::kIncludeSymmetricAlgorithms;
    CHECK(value_of_extension(wanted, kApplicationPolicies) ==
          "3018300a06082b06010505070302300a06082b06010505070301");
    CHECK(value_of_extension(wanted, kCertificatePolicies) == "3007300506032a0304");
    CHECK(value_of_extension(wanted, kBasicConstraints) == "3000");
    CHECK(value_of_extension(wanted, kSmimeCapabilities) ==
          "3027300b060960864801650304012a300b0609608648016503040116300b0609608648016503040102");

    wanted.schema_version = 1;
    for (const char* oid :
         {kApplicationPolicies, kCertificatePolicies, kBasicConstraints, kSmimeCapabilities}) {
        CAPTURE(oid);
        CHECK(value_of_extension(wanted, oid) == "absent");
    }
}

TEST_CASE("what the template leaves empty is not sent", "[pkcs10]") {
    Template wanted = computer_template();
    wanted.key_usage.clear();
    wanted.extended_key_usages.clear();
    wanted.application_policies.clear();
    wanted.certificate_policies.clear();
    wanted.enrollment_flags = 0;
    CHECK(oids_of(request_for(wanted)) ==
          std::vector<std::string>{kTemplateOid, kSubjectKeyIdentifier});
    wanted.key_usage = {0x00, 0x00};
    CHECK(value_of_extension(wanted, kKeyUsage) == "absent");
}

TEST_CASE("the key usage loses the zero bits at its end", "[pkcs10][MS-CRTD:2.7][X.690:11.2.2]") {
    struct Case {
        Bytes attribute;
        const char* value;
    };
    for (const Case& row : {Case{{0xA0, 0x00}, "030205a0"}, Case{{0xE0}, "030205e0"},
                            Case{{0x86, 0x00}, "03020186"}, Case{{0x00, 0x80}, "0303070080"}}) {
        Template wanted = computer_template();
        wanted.key_usage = row.attribute;
        CHECK(value_of_extension(wanted, kKeyUsage) == row.value);
    }
}

TEST_CASE("a template for certification authorities asks for one",
          "[pkcs10][MS-WCCE:3.1.2.4.2.2.1]") {
    for (const std::uint32_t flag :
         {engine::general_flag::kIsCa, engine::general_flag::kIsCrossCa}) {
        for (const std::uint32_t version : {1U, 2U}) {
            Template wanted = computer_template();
            wanted.schema_version = version;
            wanted.general_flags = flag;
            wanted.max_issuing_depth = -1;
            CHECK(value_of_extension(wanted, kBasicConstraints) == "30030101ff");
            wanted.max_issuing_depth = 0;
            CHECK(value_of_extension(wanted, kBasicConstraints) == "30060101ff020100");
        }
    }
}

TEST_CASE("an extension is critical exactly when the template lists it", "[pkcs10][MS-CRTD:2.11]") {
    Template wanted = computer_template();
    wanted.critical_extensions = {"1.2.3", kExtendedKeyUsage, kTemplateOid};
    for (const ReadExtension& extension : request_for(wanted).extensions) {
        CAPTURE(extension.oid);
        CHECK(extension.critical ==
              (extension.oid == kExtendedKeyUsage || extension.oid == kTemplateOid));
    }
    wanted.critical_extensions.clear();
    for (const ReadExtension& extension : request_for(wanted).extensions) {
        CHECK_FALSE(extension.critical);
    }
}

TEST_CASE("the subject key identifier is the SHA-1 of the key's bits",
          "[pkcs10][RFC5280:4.2.1.2]") {
    FixedKey key;
    FixedCrypto crypto;
    const Template wanted = machine_template();
    const auto request = build_pkcs10(input_for(wanted), key, crypto);
    REQUIRE(request);
    REQUIRE(crypto.digested.size() == 1);
    CHECK(crypto.digested[0].first == HashAlgorithm::sha1);
    CHECK(crypto.digested[0].second == Bytes{1, 2, 3, 4, 5, 6, 7, 8});
    CHECK(read_request(*request).extension(kSubjectKeyIdentifier)->value ==
          der::octet_string(Bytes(20, 0x11)));
}

TEST_CASE("the signature covers the request with the template's hash", "[pkcs10][RFC2986:4.2]") {
    struct Case {
        const char* name;
        HashAlgorithm hash;
        const char* rsa;
        const char* ecdsa;
    };
    for (const Case& row :
         {Case{"", HashAlgorithm::sha256, "1.2.840.113549.1.1.11", "1.2.840.10045.4.3.2"},
          Case{"SHA256", HashAlgorithm::sha256, "1.2.840.113549.1.1.11", "1.2.840.10045.4.3.2"},
          Case{"sha384", HashAlgorithm::sha384, "1.2.840.113549.1.1.12", "1.2.840.10045.4.3.3"},
          Case{"SHA512", HashAlgorithm::sha512, "1.2.840.113549.1.1.13", "1.2.840.10045.4.3.4"},
          Case{"SHA1", HashAlgorithm::sha1, "1.2.840.113549.1.1.5", "1.2.840.10045.4.1"}}) {
        CAPTURE(row.name);
        Template wanted = computer_template();
        wanted.hash_algorithm = row.name;
        for (const KeyAlgorithm algorithm : {KeyAlgorithm::rsa, KeyAlgorithm::ecdsa_p256,
                                             KeyAlgorithm::ecdsa_p384, KeyAlgorithm::ecdsa_p521}) {
            const bool is_rsa = algorithm == KeyAlgorithm::rsa;
            FixedKey key(algorithm);
            FixedCrypto crypto;
            const ReadRequest request =
                read_request(build_pkcs10(input_for(wanted), key, crypto).value());
            CHECK(request.signature_oid == (is_rsa ? row.rsa : row.ecdsa));
            CHECK(to_hex(request.signature_parameters) == (is_rsa ? "0500" : ""));
            CHECK(request.signature == Bytes{0x5A, 0x5A, 0x5A, 0x5A});
            CHECK(key.hashes == std::vector{row.hash});
            CHECK(key.message == request.info);
        }
    }
}

TEST_CASE("a hash that this client does not know is refused", "[pkcs10]") {
    for (const char* name : {"MD5", "SHA-256", "SHA2", " "}) {
        CAPTURE(name);
        Template wanted = computer_template();
        wanted.hash_algorithm = name;
        const auto request = built(wanted);
        REQUIRE_FALSE(request);
        CHECK(request.error().code == kNotSupported);
    }
}

TEST_CASE("the alternate signature format spells its parameters out",
          "[pkcs10][MS-WCCE:3.1.2.4.2.2.2.8][RFC4055:3.1][X9.62]") {
    // RSASSA-PSS: digest, MGF1 with the same one, salt of its length.  SHA-1 is the default of all.
    struct Case {
        const char* hash;
        const char* rsa;
        const char* ecdsa;
    };
    for (const Case& row :
         {Case{"SHA1", "3000", "300906052b0e03021a0500"},
          Case{"",
               "3034a00f300d06096086480165030402010500a11c301a06092a864886f70d0101"
               "08300d06096086480165030402010500a203020120",
               "300d06096086480165030402010500"},
          Case{"SHA384",
               "3034a00f300d06096086480165030402020500a11c301a06092a864886f70d0101"
               "08300d06096086480165030402020500a203020130",
               "300d06096086480165030402020500"},
          Case{"SHA512",
               "3034a00f300d06096086480165030402030500a11c301a06092a864886f70d0101"
               "08300d06096086480165030402030500a203020140",
               "300d06096086480165030402030500"}}) {
        CAPTURE(row.hash);
        Template wanted = computer_template();
        wanted.private_key_flags = engine::private_key_flag::kAlternateSignatureAlgorithm;
        wanted.hash_algorithm = row.hash;
        for (const KeyAlgorithm algorithm : {KeyAlgorithm::rsa, KeyAlgorithm::ecdsa_p384}) {
            const bool is_rsa = algorithm == KeyAlgorithm::rsa;
            FixedKey key(algorithm);
            FixedCrypto crypto;
            const ReadRequest request =
                read_request(build_pkcs10(input_for(wanted), key, crypto).value());
            CHECK(request.signature_oid ==
                  (is_rsa ? "1.2.840.113549.1.1.10" : "1.2.840.10045.4.3"));
            CHECK(to_hex(request.signature_parameters) == (is_rsa ? row.rsa : row.ecdsa));
            CHECK(key.paddings == std::vector{engine::RsaPadding::pss});
            CHECK(key.message == request.info);
        }
    }
}

TEST_CASE("without the flag the padding is the usual one", "[pkcs10][MS-CRTD:2.27]") {
    FixedKey key;
    FixedCrypto crypto;
    const Template wanted = computer_template();
    REQUIRE(build_pkcs10(input_for(wanted), key, crypto));
    CHECK(key.paddings == std::vector{engine::RsaPadding::pkcs1});
}

TEST_CASE("a key that does not sign leaves the digest in the signature's place",
          "[pkcs10][MS-WCCE:2.2.2.6.5]") {
    FixedKey key(KeyAlgorithm::ecdsa_p256);
    key.signs_ = false;
    FixedCrypto crypto;
    Template wanted = computer_template();
    wanted.hash_algorithm = "SHA384";
    const ReadRequest request = read_request(build_pkcs10(input_for(wanted), key, crypto).value());
    CHECK(request.signature_oid == "2.16.840.1.101.3.4.2.2");
    CHECK(to_hex(request.signature_parameters) == "0500");
    REQUIRE(crypto.digested.size() == 2);  // the first is the subject key identifier
    CHECK(crypto.digested[1] == std::pair(HashAlgorithm::sha384, request.info));
    CHECK(request.signature == Bytes(20, 0x11));
    CHECK(key.messages.empty());
}

TEST_CASE("a value that is no object identifier names its attribute", "[pkcs10]") {
    const auto context = [](const Template& wanted) {
        const auto request = built(wanted);
        REQUIRE_FALSE(request);
        CHECK(request.error().code == kInvalidData);
        return request.error().context;
    };
    Template wanted = computer_template();
    wanted.oid.clear();
    CHECK(context(wanted) ==
          "request for template LabComputer: \"\" in msPKI-Cert-Template-OID is no object "
          "identifier");
    wanted = computer_template();
    wanted.extended_key_usages.emplace_back("x");
    CHECK(context(wanted) ==
          "request for template LabComputer: \"x\" in pKIExtendedKeyUsage is no object identifier");
    wanted = computer_template();
    wanted.application_policies = {"1.40x"};
    CHECK(context(wanted) ==
          "request for template LabComputer: \"1.40x\" in "
          "msPKI-Certificate-Application-Policy is no object identifier");
    wanted = computer_template();
    wanted.certificate_policies = {"3.1"};
    CHECK(context(wanted) ==
          "request for template LabComputer: \"3.1\" in msPKI-Certificate-Policy is no object "
          "identifier");
    wanted = machine_template();
    wanted.name.clear();
    CHECK(context(wanted) == "request for template : the template has no name");
}

TEST_CASE("a key that is broken or does not sign makes no request", "[pkcs10]") {
    const Template wanted = computer_template();
    FixedCrypto crypto;
    FixedKey silent;
    silent.signature_ = fail(kAccessDenied, "the key store is closed");
    const auto unsigned_request = build_pkcs10(input_for(wanted), silent, crypto);
    REQUIRE_FALSE(unsigned_request);
    CHECK(unsigned_request.error().code == kAccessDenied);
    CHECK(unsigned_request.error().context ==
          "request for template LabComputer: sign: the key store is closed");

    FixedKey broken;
    for (const char* octets : {"", "30", "3000", "30023000", "3006300003020801"}) {
        CAPTURE(octets);
        broken.public_key_info_ = from_hex(octets).value();
        CHECK_FALSE(build_pkcs10(input_for(wanted), broken, crypto));
    }
}

}  // namespace ae::ca
