#include "policy/directory_objects.h"

#include "engine/base/der.h"
#include "tests/policy/support.h"
#include "tests/support/fake_certificate.h"

#include <string>

#include <catch2/catch.hpp>

namespace {

using namespace ae;
using namespace ae::policy;

Bytes certificate(const std::string& subject, int year) {
    const Bytes key = der::sequence(
        {der::sequence({der::oid("1.2.840.10045.2.1")}), der::bit_string(Bytes{0x04})});
    return ae::test::make_certificate({.subject = subject,
                                       .issuer = "Root",
                                       .subject_key = key,
                                       .issuer_key = key,
                                       .not_before = *from_civil({year, 1, 1}),
                                       .not_after = *from_civil({year + 5, 1, 1}),
                                       .is_ca = true});
}
const Bytes kOld = certificate("CA", 2021);
const Bytes kNew = certificate("CA", 2025);
const Bytes kPlaceholder = {0};
const Bytes kGarbage = {0x30, 0x01};
const std::string kDn = "CN=CA,CN=AIA";

engine::TrustSet trust(const AttributeMap& object) {
    engine::TrustSet set;
    add_trust_object(object, kDn, set);
    return set;
}

}  // namespace

TEST_CASE("an enrollment service is read with its templates, sites and certificates",
          "[directory-objects][MS-WCCE:2.2.2.11.2]") {
    auto object = ae::test::object_of({{"cn", {"Corp Issuing CA 1"}},
                                       {"displayName", {"Corp Issuing CA #1"}},
                                       {"dNSHostName", {"ca1.corp.example.test"}},
                                       {"certificateTemplates", {"CorpMachine", "WebServer"}},
                                       {"msPKI-Site-Name", {"Lab-Site"}},
                                       {"nTSecurityDescriptor", {"sd"}}});
    object["cACertificate"] = {kOld, kPlaceholder, kNew, kGarbage, kOld};
    const auto service = parse_enrollment_service(object);
    CHECK(service.name == "Corp Issuing CA #1");
    CHECK(service.cn == "Corp Issuing CA 1");
    CHECK(service.dns_host == "ca1.corp.example.test");
    CHECK(service.templates == std::vector<std::string>{"CorpMachine", "WebServer"});
    CHECK(service.sites == std::vector<std::string>{"Lab-Site"});
    CHECK(service.security_descriptor == Bytes{'s', 'd'});
    CHECK(service.certificates == std::vector<Bytes>{kNew, kOld});  // newest first, once each
}

TEST_CASE("without a display name the CA is called by its cn", "[directory-objects]") {
    CHECK(parse_enrollment_service(ae::test::object_of({{"cn", {"CA"}}})).name == "CA");
    const auto service =
        parse_enrollment_service(ae::test::object_of({{"cn", {"CA"}}, {"displayName", {""}}}));
    CHECK(service.name == "CA");
    CHECK(service.dns_host.empty());
    CHECK(service.certificates.empty());
    CHECK_FALSE(service.security_descriptor);
}

TEST_CASE("a trust object gives each certificate once and names what is none",
          "[directory-objects][K4][K5]") {
    AttributeMap object;
    object["cACertificate"] = {kOld, kPlaceholder, kGarbage, kNew, kOld};
    const auto set = trust(object);
    CHECK(set.certificates == std::vector<Bytes>{kOld, kNew});
    REQUIRE(set.skipped.size() == 1);
    CHECK(
        set.skipped[0].starts_with("a value of cACertificate of CN=CA,CN=AIA is no certificate: "));
    CHECK_FALSE(set.complete);  // for the caller to say
}

TEST_CASE("both members of a cross-certificate pair count", "[directory-objects][RFC4523:2.3]") {
    const auto forward = der::write(der::context_constructed(0), kOld);
    const auto reverse = der::write(der::context_constructed(1), kNew);
    const auto pair = [](std::initializer_list<ByteView> members) {
        AttributeMap object;
        object["crossCertificatePair"] = {der::sequence(members)};
        return trust(object);
    };
    CHECK(pair({forward, reverse}).certificates == std::vector<Bytes>{kOld, kNew});
    CHECK(pair({forward}).certificates == std::vector<Bytes>{kOld});
    CHECK(pair({reverse}).certificates == std::vector<Bytes>{kNew});
    CHECK(pair({}).certificates.empty());
    CHECK(pair({forward, reverse}).skipped.empty());
    CHECK(pair({reverse, forward}).skipped.size() == 1);  // wrong order: not DER of this type
    const auto broken = der::write(der::context_constructed(0), kGarbage);
    CHECK(pair({broken, reverse}).certificates == std::vector<Bytes>{kNew});
    CHECK(pair({broken, reverse}).skipped.size() == 1);
}

TEST_CASE("a crossCertificatePair that is no pair is named; the placeholder is not",
          "[directory-objects][K4]") {
    AttributeMap object;
    object["crossCertificatePair"] = {kPlaceholder, kGarbage, kOld};
    const auto set = trust(object);
    CHECK(set.certificates.empty());
    CHECK(set.skipped.size() == 2);
    CHECK(set.skipped[0].find("crossCertificatePair") != std::string::npos);
}
