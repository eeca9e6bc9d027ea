// A capture in which no member has its neutral value, as text.
#pragma once

#include "engine/base/text.h"
#include "service/capture/capture.h"
#include "tests/support/fake_certificate.h"

#include <string>
#include <utility>

#include <nlohmann/json.hpp>

namespace ae::test {

using Json = nlohmann::ordered_json;

inline const std::string kServices =
    "CN=Public Key Services,CN=Services,CN=Configuration,DC=corp,DC=example,DC=test";
inline const std::string kAccount = "CN=WS1,CN=Computers,DC=corp,DC=example,DC=test";

inline Bytes certificate(const std::string& subject) {
    const Bytes key = der::sequence(
        {der::sequence({der::oid("1.2.840.10045.2.1")}), der::bit_string(Bytes{0x04})});
    return make_certificate({.subject = subject,
                             .issuer = "Corp Root CA",
                             .subject_key = key,
                             .issuer_key = key,
                             .not_before = *from_civil({2026, 1, 1}),
                             .not_after = *from_civil({2027, 1, 1})});
}
inline std::string certificate_text(const std::string& subject) {
    return to_base64(certificate(subject));
}

inline std::string sid_text(const std::string& sid) {
    return to_base64(Sid::parse(sid)->to_wire());
}

inline std::string sample_ldif() {
    return "version: 1\n\n"
           "dn:\n"
           "configurationNamingContext: CN=Configuration,DC=corp,DC=example,DC=test\n"
           "defaultNamingContext: DC=corp,DC=example,DC=test\n"
           "dnsHostName: dc1.corp.example.test\n"
           "rootDomainNamingContext: DC=corp,DC=example,DC=test\n\n"
           "dn: " +
           kAccount +
           "\n"
           "dNSHostName: ws1.corp.example.test\n"
           "objectSid:: " +
           sid_text("S-1-5-21-1-2-3-1103") +
           "\n"
           "primaryGroupID: 515\n"
           "sAMAccountName: WS1$\n"
           "tokenGroups:: " +
           sid_text("S-1-5-21-1-2-3-515") +
           "\n"
           "userAccountControl: 4096\n"
           "userCertificate:: " +
           certificate_text("published") +
           "\n\n"
           "dn: DC=corp,DC=example,DC=test\n"
           "objectGUID:: " +
           to_base64(Bytes(16, 7)) +
           "\n"
           "objectSid:: " +
           sid_text("S-1-5-21-1-2-3") +
           "\n\n"
           "dn: CN=CorpMachine,CN=Certificate Templates," +
           kServices +
           "\n"
           "cn: CorpMachine\n"
           "msPKI-Cert-Template-OID: 1.2.3.4\n\n"
           "dn: CN=Corp Issuing CA 1,CN=Enrollment Services," +
           kServices +
           "\n"
           "cn: Corp Issuing CA 1\n"
           "dNSHostName: ca1.corp.example.test\n\n"
           "dn: CN=Certification Authorities," +
           kServices +
           "\n"
           "objectClass: container\n\n"
           "dn: CN=Corp Root CA,CN=Certification Authorities," +
           kServices +
           "\n"
           "cACertificate:: " +
           certificate_text("Corp Root CA") +
           "\n\n"
           "dn: CN=AIA," +
           kServices +
           "\n"
           "objectClass: container\n\n"
           "dn: CN=NTAuthCertificates," +
           kServices +
           "\n"
           "cACertificate:: " +
           certificate_text("Corp Issuing CA 1") + "\n";
}

inline Json sample_json() {
    const Json ca{{"host", "ca1.corp.example.test"}, {"name", "Corp Issuing CA 1"}};
    const auto chain = [](const char* state, const char* detail) {
        return Json{{"state", state}, {"detail", detail}};
    };
    auto unclear = chain("valid", "");
    unclear["revocation"] = "0x80092013";
    return {
        {"format", 1},
        {"program", "aeclient 0.1.0 linux"},
        {"now", "2026-11-21T12:00:00Z"},
        {"seed", 0xFFFFFFFFFFFFFFFFU},
        {"force", true},
        {"scope", "machine"},
        {"account", kAccount},
        {"domain_dns", "corp.example.test"},
        {"domain_controller",
         {{"name", "dc1.corp.example.test"},
          {"address", "192.0.2.1"},
          {"site", "Berlin"},
          {"invocation_id", "0e10c968-78fb-11d2-90d4-00c04f79dc55"}}},
        {"policy",
         {{"bits", 7},
          {"source", "10-pki.reg: HKEY_LOCAL_MACHINE\\Software"},
          {"warn_percent", 25},
          {"warn_stores", {"MY", "CA"}},
          {"directory_policies", Json::array({"{A5E9BF57-71C6-443A-B7FC-79EFA6F73EBD}"})},
          {"notes", Json::array({"an end point was passed over"})}}},
        {"abilities",
         {{"providers", {"Microsoft Software Key Storage Provider"}},
          {"renewal", true},
          {"signing", true},
          {"archival", true},
          {"attestation", true},
          {"alternate_signature", true},
          {"interaction", true}}},
        {"failed_searches",
         {{{"base", "CN=AIA," + kServices},
           {"problem", "the size limit cut the answer"},
           {"code", "0x80072023"}}}},
        {"my",
         {{{"thumbprint", "a1"},
           {"certificate", certificate_text("held")},
           {"path", "/var/lib/aeclient/machine/my/a1"},
           {"key", "gone"},
           {"key_detail", "the file is missing"},
           {"chain", chain("revoked", "by its CA")},
           {"successor", "a2"}},
          {{"thumbprint", "a2"},
           {"certificate", certificate_text("held too")},
           {"path", ""},
           {"key", "usable"},
           {"key_detail", ""},
           {"chain", unclear},
           {"successor", ""}}}},
        {"request",
         {{{"key_reference", "r1"},
           {"template", "CorpMachine"},
           {"ca", ca},
           {"request_id", 12},
           {"submitted", "2026-11-20T12:00:00Z"},
           {"predecessor", "a2"}},
          {{"key_reference", "r2"},
           {"template", ""},
           {"ca", {{"host", ""}, {"name", ""}}},
           {"request_id", nullptr},
           {"submitted", "2026-11-19T12:00:00Z"},
           {"predecessor", ""}}}},
        {"trust",
         {{"root", {certificate_text("Corp Root CA")}},
          {"intermediate", {certificate_text("b"), certificate_text("a")}},
          {"nt_auth", {certificate_text("Corp Issuing CA 1")}}}},
        {"ca_chains", {{{"ca", ca}, {"chain", chain("untrusted", "no root")}}}},
        {"published",
         {{{"thumbprint", "b1"},
           {"certificate", certificate_text("published")},
           {"chain", chain("expired", "yesterday")}}}},
        {"published_problem", "some values could not be read"},
        {"watched",
         {{{"store", "CA"}, {"thumbprint", "c1"}, {"certificate", certificate_text("watched")}}}},
        {"enrolling_elsewhere", "WS2"},
        {"memory",
         {{"issued",
           {{{"template", "CorpMachine"},
             {"reason", "Q1"},
             {"when", "2026-11-21T11:00:00Z"},
             {"lifetime_seconds", 3600}}}},
          {"refusals",
           {{{"template", "CorpMachine"},
             {"version", "100.4"},
             {"ca", ca},
             {"code", "0x80094012"},
             {"count", 2},
             {"last", "2026-11-21T10:00:00Z"}}}},
          {"outages", {{{"ca", ca}, {"when", "2026-11-21T09:00:00Z"}}}},
          {"empty_reads", {{{"store", "root"}, {"first", "2026-11-21T08:00:00Z"}}}},
          {"warned", {{{"thumbprint", "a1"}, {"when", "2026-11-21T07:00:00Z"}}}}}}};
}

inline service::CaptureText text_of(const Json& json, std::string ldif = sample_ldif()) {
    return {std::move(ldif), json.dump()};
}

}  // namespace ae::test
