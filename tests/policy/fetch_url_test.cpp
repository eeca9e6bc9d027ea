// The URLs in certificates: what is asked for, and what never is.
#include "policy/fetch_url.h"

#include "engine/base/hresult_table.h"

#include <catch2/catch.hpp>

namespace ae::policy {
namespace {

const std::string kEntry =
    "CN=Corp%20CA,CN=ca1,CN=CDP,CN=Public%20Key%20Services,CN=Services,CN=Configuration,"
    "DC=corp,DC=example,DC=test";
const std::string kList = "?certificateRevocationList?base?objectClass=cRLDistributionPoint";

template <class T>
Hresult code_of(const Result<T>& result) {
    return result ? kOk : result.error().code;
}

TEST_CASE("schemes are read without case", "[url][RFC3986:3.1]") {
    CHECK(scheme_of("HTTP://x") == "http");
    CHECK(scheme_of("ldap:///x") == "ldap");
    CHECK(scheme_of("/path") == "");
    CHECK(scheme_of("path/a:b") == "");
    CHECK(scheme_of("1http://x") == "");
    CHECK(scheme_of("") == "");
    CHECK(scheme_of("http") == "");
}

TEST_CASE("only http and https of a host, without user, are fetched", "[url]") {
    struct Row {
        const char* url;
        Hresult code;
    };
    const auto row = GENERATE(values<Row>({
        {"http://pki.corp.example.test/ca.crl", kOk},
        {"HTTPS://pki.corp.example.test:8443/ca.crl?x=1", kOk},
        {"http://[fd00:ae::2]/ca.crl", kOk},
        {"http://pki.corp.example.test", kOk},
        {"file:///etc/passwd", kNotSupported},
        {"ftp://pki.corp.example.test/ca.crl", kNotSupported},
        {"gopher://pki.corp.example.test/ca.crl", kNotSupported},
        {"ldap:///CN=x", kNotSupported},
        {"http://user:secret@pki.corp.example.test/", kNotSupported},
        {"http://user@pki.corp.example.test/", kNotSupported},
        {"http:/pki.corp.example.test/", kInvalidData},
        {"http:///ca.crl", kInvalidData},
        {"http://:80/ca.crl", kInvalidData},
        {"http://pki.corp.example.test/a b", kInvalidData},
        {"http://pki.corp.example.test/\r\nHost: other", kInvalidData},
        {"http://pki.corp.example.test\\@other/", kInvalidData},
        {"", kNotSupported},
    }));
    CAPTURE(row.url);
    CHECK(code_of(check_http_url(row.url)) == row.code);
}

TEST_CASE("a URL of 4096 octets is read and one more is not", "[url]") {
    const std::string host = "http://pki.corp.example.test/";
    CHECK(check_http_url(host + std::string(4096 - host.size(), 'x')));
    CHECK(code_of(check_http_url(host + std::string(4097 - host.size(), 'x'))) == kInvalidData);
}

TEST_CASE("a redirect leads where RFC 3986 says", "[url][RFC3986:5.4]") {
    struct Row {
        const char* location;
        const char* target;
    };
    // The examples of RFC 3986 5.4.1 for a base of ours.
    const auto row = GENERATE(values<Row>({
        {"http://other.example.test/y", "http://other.example.test/y"},
        {"//g.example.test/x", "http://g.example.test/x"},
        {"/g", "http://a.example.test:81/g"},
        {"g", "http://a.example.test:81/b/c/g"},
        {"./g", "http://a.example.test:81/b/c/g"},
        {"g/", "http://a.example.test:81/b/c/g/"},
        {"../g", "http://a.example.test:81/b/g"},
        {"../..", "http://a.example.test:81/"},
        {"../../../g", "http://a.example.test:81/g"},
        {"?y=1", "http://a.example.test:81/b/c/d?y=1"},
        {"g?y=../x", "http://a.example.test:81/b/c/g?y=../x"},
        {"g#s", "http://a.example.test:81/b/c/g"},
    }));
    const auto target = redirected("http://a.example.test:81/b/c/d?q", row.location);
    CAPTURE(row.location);
    REQUIRE(target);
    CHECK(*target == row.target);
}

TEST_CASE("a base without a path has the root's", "[url][RFC3986:5.2.3]") {
    CHECK(redirected("http://a.example.test", "g").value() == "http://a.example.test/g");
    CHECK(redirected("http://a.example.test?q", "?y").value() == "http://a.example.test/?y");
}

TEST_CASE("a redirect to another scheme is refused", "[url]") {
    const std::string location =
        GENERATE(as<std::string>(), "file:///etc/passwd", "ldap:///CN=x", "https://a.example.test/",
                 "FILE:/x", "http://user@a.example.test/", "javascript:x");
    CAPTURE(location);
    CHECK(code_of(redirected("http://a.example.test/ca.crl", location)) == kNotSupported);
}

TEST_CASE("the LDAP URL of a Windows authority names entry and attribute", "[url][RFC4516]") {
    const auto url = parse_ldap_url("ldap:///" + kEntry + kList);
    REQUIRE(url);
    CHECK(*url == LdapUrl{"CN=Corp CA,CN=ca1,CN=CDP,CN=Public Key Services,CN=Services,"
                          "CN=Configuration,DC=corp,DC=example,DC=test",
                          "certificateRevocationList", "(objectClass=cRLDistributionPoint)"});
}

TEST_CASE("the host of an LDAP URL is dropped", "[url]") {
    const auto plain = parse_ldap_url("ldap:///" + kEntry + kList);
    CHECK(parse_ldap_url("ldap://attacker.example.test:3389/" + kEntry + kList).value() ==
          plain.value());
    CHECK(parse_ldap_url("LDAP://user@attacker.example.test/" + kEntry + kList).value() ==
          plain.value());
}

TEST_CASE("what may be missing has the meaning of RFC 4516", "[url][RFC4516:2]") {
    const auto url = parse_ldap_url("ldap:///CN=x?certificateRevocationList;binary");
    REQUIRE(url);
    CHECK(*url == LdapUrl{"CN=x", "certificateRevocationList", "(objectClass=*)"});
    CHECK(parse_ldap_url("ldap:///CN=x?cACertificate?base?(cn=a%3Fb)").value().filter ==
          "(cn=a?b)");
    CHECK(parse_ldap_url("ldap:///CN=x?deltaRevocationList???x-a=b"));
}

TEST_CASE("an LDAP URL cannot make this machine read anything else", "[url]") {
    struct Row {
        std::string url;
        Hresult code;
    };
    const auto row = GENERATE(values<Row>({
        {"ldap:///CN=x", kNotSupported},
        {"ldap:///CN=x?*", kNotSupported},
        {"ldap:///CN=x?unicodePwd", kNotSupported},
        {"ldap:///CN=x?certificateRevocationList,unicodePwd", kNotSupported},
        {"ldap:///CN=x?certificateRevocationList?sub", kNotSupported},
        {"ldap:///CN=x?certificateRevocationList?one", kNotSupported},
        {"ldap:///CN=x?certificateRevocationList?base?"
         "?!x-critical",
         kNotSupported},
        {"ldap:///?certificateRevocationList", kInvalidData},  // the root DSE
        {"ldap://dc1.corp.example.test", kInvalidData},
        {"ldaps:///CN=x?certificateRevocationList", kInvalidData},
        {"ldap:///CN=x%00?certificateRevocationList", kInvalidData},
        {"ldap:///CN=x%4?certificateRevocationList", kInvalidData},
        {"ldap:///CN=x%zz?certificateRevocationList", kInvalidData},
        {"ldap:///CN=%FF?certificateRevocationList", kInvalidData},
        {"ldap:///CN=x?certificateRevocationList?base?a=b?c?d", kInvalidData},
        {"ldap:///CN=x?certificateRevocationList?base?" + std::string(17, '('), kInvalidData},
        {"ldap:///" + std::string(4096, 'x') + "?certificateRevocationList", kInvalidData},
    }));
    CAPTURE(row.url);
    CHECK(code_of(parse_ldap_url(row.url)) == row.code);
}

}  // namespace
}  // namespace ae::policy
