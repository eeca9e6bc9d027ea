// Whom a certificate belongs to, and who tells whether it is revoked.
#include "engine/base/der.h"
#include "engine/certificate.h"
#include "tests/engine/certificate/certificate_builder.h"

#include <catch2/catch.hpp>

namespace ae::engine {
namespace {

constexpr const char* kSid = "1.3.6.1.4.1.311.25.2";
constexpr const char* kCrlPoints = "2.5.29.31";
constexpr const char* kFreshest = "2.5.29.46";
constexpr const char* kInformation = "1.3.6.1.5.5.7.1.1";

using Texts = std::vector<std::string>;

Bytes hex(std::string_view text) { return from_hex(text).value(); }

CertificateFacts file(std::string_view name) {
    return parse_certificate(certificate_file(name)).value();
}

Result<CertificateFacts> parsed_with(std::string_view oid, const Bytes& value) {
    CertificateParts parts = ordinary_parts();
    parts.extensions = {extension(oid, value)};
    return parse_certificate(assemble(parts));
}

Bytes uri(std::string_view text) { return der::write(der::context(6), as_bytes(text)); }
Bytes full_name(const Bytes& names) {
    return der::write(der::context_constructed(0), der::write(der::context_constructed(0), names));
}

Bytes sid_value(std::string_view text, std::string_view name_oid = "1.3.6.1.4.1.311.25.2.1") {
    const Bytes inner = der::write(der::context_constructed(0), der::octet_string(as_bytes(text)));
    return der::sequence({der::write(der::context_constructed(0), {der::oid(name_oid), inner})});
}

}  // namespace

TEST_CASE("a certificate names the places of its lists and its responder",
          "[certificate][RFC5280:4.2.1.13][RFC5280:4.2.2.1]") {
    const CertificateFacts suva = file("suva-issuing-ca");
    CHECK(suva.crl_urls == Texts{"http://pki.suva.ch/crl/Suva%20Root%20CA%201(1).crl"});
    CHECK(suva.ocsp_urls == Texts{"http://pki.suva.ch/ocsp"});
    CHECK(suva.freshest_crl_urls.empty());
    CHECK(suva.subject_key_id == hex("7AF0735FCEC178062CB54DD8AE53FC842D816628"));
    const CertificateFacts sub = file("wstep-ent-sub-ca");
    REQUIRE(sub.crl_urls.size() == 1);
    CHECK(sub.crl_urls[0].starts_with("ldap:///CN=FB_EntRootCA,CN=9-1351C0406A,CN=CDP,"));
    CHECK(sub.ocsp_urls.empty());  // its authority information has the issuer's certificate only
    const CertificateFacts root = file("wstep-ent-root-ca");
    CHECK(root.crl_urls.empty());
    CHECK(root.ocsp_urls.empty());
    CHECK_FALSE(root.sid);
}

TEST_CASE("of the places of lists those count that hold the issuer's own list of all reasons",
          "[certificate][RFC5280:4.2.1.13]") {
    const Bytes name = full_name(uri("http://a/1"));
    const Bytes reasons = hex("81020640");
    const Bytes other_issuer =
        der::write(der::context_constructed(2),
                   der::write(der::context_constructed(4), ordinary_parts().issuer));
    const auto urls = [](const std::vector<Bytes>& points) {
        Bytes all;
        for (const Bytes& point : points) {
            const Bytes element = der::write(der::Tag::sequence, point);
            all.insert(all.end(), element.begin(), element.end());
        }
        return parsed_with(kCrlPoints, der::write(der::Tag::sequence, all)).value().crl_urls;
    };
    CHECK(urls({name}) == Texts{"http://a/1"});
    CHECK(urls({name, full_name(uri("ldap:///b"))}) == Texts{"http://a/1", "ldap:///b"});
    Bytes two = uri("ldap:///b");
    const Bytes more = uri("http://a/1");
    two.insert(two.end(), more.begin(), more.end());
    CHECK(urls({full_name(two)}) == Texts{"ldap:///b", "http://a/1"});
    Bytes some = name;
    some.insert(some.end(), reasons.begin(), reasons.end());
    Bytes indirect = name;
    indirect.insert(indirect.end(), other_issuer.begin(), other_issuer.end());
    CHECK(urls({some, indirect, other_issuer}).empty());
    const Bytes relative =
        der::write(der::context_constructed(0), der::write(der::context_constructed(1), Bytes{}));
    const Bytes directory =
        full_name(der::write(der::context_constructed(4), ordinary_parts().issuer));
    CHECK(urls({relative, directory, name}) == Texts{"http://a/1"});
}

TEST_CASE("where a delta list may be", "[certificate][RFC5280:4.2.1.15]") {
    const Bytes point = der::write(der::Tag::sequence, full_name(uri("http://a/delta")));
    const auto facts = parsed_with(kFreshest, der::write(der::Tag::sequence, point));
    REQUIRE(facts);
    CHECK(facts->freshest_crl_urls == Texts{"http://a/delta"});
    CHECK(facts->crl_urls.empty());
}

TEST_CASE("the account that a certificate is bound to", "[certificate][MS-WCCE:2.2.2.7.7.4]") {
    const std::string text = "S-1-5-21-3162465571-1634282022-2912431234-1105";
    const auto facts = parsed_with(kSid, sid_value(text));
    REQUIRE(facts);
    REQUIRE(facts->sid);
    CHECK(facts->sid->to_string() == text);
    CHECK_FALSE(parsed_with(kSid, sid_value(text, "1.2.3"))->sid);
    CHECK_FALSE(parsed_with(kSid, der::sequence({uri("http://a")}))->sid);
    CHECK_FALSE(parsed_with(kSid, sid_value("S-1-5-x")));
    CHECK_FALSE(parsed_with(kSid, sid_value("")));
    CHECK_FALSE(parsed_with(kSid, hex("ffff")));
}

TEST_CASE("a serial number is kept as it stands there", "[certificate][RFC5280:4.1.2.2]") {
    CertificateParts parts = ordinary_parts();
    for (const char* content : {"01", "0080", "80", "00ff"}) {
        parts.serial = der::write(der::Tag::integer, hex(content));
        CHECK(parse_certificate(assemble(parts))->serial_octets == hex(content));
    }
}

// They only help to find something: a certificate is one without them.
TEST_CASE("addresses and key names that cannot be read are none", "[certificate][revocation]") {
    const Bytes no_ascii =
        der::sequence({der::write(der::Tag::sequence, full_name(hex("8602ff61")))});
    const Bytes no_method = der::sequence({der::sequence({})});
    for (const Bytes& bad : {Bytes{}, hex("00"), hex("0500"), hex("ffff"), hex("300230"),
                             der::sequence({der::integer(1)}), no_ascii, no_method}) {
        for (const char* oid : {kCrlPoints, "2.5.29.46", kInformation, "2.5.29.14"}) {
            CAPTURE(oid, to_hex(bad));
            const auto facts = parsed_with(oid, bad);
            REQUIRE(facts);
            CHECK(facts->crl_urls.empty());
            CHECK(facts->freshest_crl_urls.empty());
            CHECK(facts->ocsp_urls.empty());
            CHECK(facts->subject_key_id.empty());
        }
    }
}

}  // namespace ae::engine
