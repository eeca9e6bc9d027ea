#include "policy/directory_answers.h"

#include "engine/base/hresult_table.h"
#include "policy/ldap_error.h"
#include "tests/policy/support.h"
#include "tests/support/fake_certificate.h"

#include <algorithm>
#include <string>

#include <catch2/catch.hpp>

namespace {

using namespace ae;
using namespace ae::policy;
using ae::test::bytes;
using ae::test::object_of;

const Sid kDomain = *Sid::parse("S-1-5-21-1111111111-2222222222-3333333333");
const Sid kForestRoot = *Sid::parse("S-1-5-21-1-2-3");
// A child domain below the forest root: nothing below may be built from its own name (rule C4).
const SearchBases kBases = search_bases("CN=Configuration,DC=corp,DC=example,DC=test");

Bytes certificate(const std::string& subject) {
    const Bytes key = der::sequence(
        {der::sequence({der::oid("1.2.840.10045.2.1")}), der::bit_string(Bytes{0x04})});
    return ae::test::make_certificate({.subject = subject,
                                       .issuer = subject,
                                       .subject_key = key,
                                       .issuer_key = key,
                                       .not_before = *from_civil({2025, 1, 1}),
                                       .not_after = *from_civil({2035, 1, 1}),
                                       .is_ca = true});
}
const Bytes kRootA = certificate("Root A");
const Bytes kRootB = certificate("Root B");

LdapEntry trust_object(const std::string& dn, std::vector<Bytes> certificates) {
    LdapEntry entry{dn, {}};
    entry.attributes["cACertificate"] = std::move(certificates);
    return entry;
}
LdapEntry container(const std::string& dn) { return {dn, object_of({{"objectClass", {"top"}}})}; }
SearchAnswer failed(Hresult code, const std::string& problem) {
    return {.complete = false, .problem = problem, .code = code};
}

DirectoryAnswers answers() {
    DirectoryAnswers all{.server_name = "dc1.child.corp.example.test",
                         .server_address = "192.0.2.1",
                         .client_site = "Berlin",
                         .domain_dns = "child.corp.example.test"};
    all.root_dse.attributes =
        object_of({{"configurationNamingContext", {"CN=Configuration,DC=corp,DC=example,DC=test"}},
                   {"defaultNamingContext", {"DC=child,DC=corp,DC=example,DC=test"}},
                   {"rootDomainNamingContext", {"DC=corp,DC=example,DC=test"}}});
    all.account = {"CN=WS1,CN=Computers,DC=child,DC=corp,DC=example,DC=test",
                   object_of({{"sAMAccountName", {"WS1$"}},
                              {"primaryGroupID", {"515"}},
                              {"userAccountControl", {"4096"}},
                              {"dNSHostName", {"ws1.child.corp.example.test"}}})};
    all.account.attributes["objectSid"] = {kDomain.child(1103).to_wire()};
    all.account.attributes["tokenGroups"] = {kDomain.child(1200).to_wire()};
    for (auto [answer, base] :
         {std::pair(&all.roots, kBases.roots), std::pair(&all.intermediates, kBases.intermediates),
          std::pair(&all.nt_auth, kBases.nt_auth)}) {
        answer->entries = {container(base)};
    }
    return all;
}
engine::Replica replica(const DirectoryAnswers& all) {
    auto found = replica_of(all);
    INFO((found ? std::string{} : found.error().sentence()));
    REQUIRE(found);
    return std::move(*found);
}
Error replica_error(const DirectoryAnswers& all) {
    auto found = replica_of(all);
    REQUIRE_FALSE(found);
    return found.error();
}

}  // namespace

TEST_CASE("every search begins below the configuration partition that the root DSE names",
          "[directory-answers][C4]") {
    CHECK(configuration_nc(answers()) == "CN=Configuration,DC=corp,DC=example,DC=test");
    const std::string root =
        "CN=Public Key Services,CN=Services,CN=Configuration,DC=corp,DC=example,DC=test";
    CHECK(kBases.public_key_services == root);
    CHECK(kBases.templates == "CN=Certificate Templates," + root);
    CHECK(kBases.services == "CN=Enrollment Services," + root);
    CHECK(kBases.roots == "CN=Certification Authorities," + root);
    CHECK(kBases.intermediates == "CN=AIA," + root);
    CHECK(kBases.nt_auth == "CN=NTAuthCertificates," + root);
}

TEST_CASE("the account is what its own object says", "[directory-answers][S9]") {
    const auto account = account_of(answers(), engine::Scope::machine);
    REQUIRE(account);
    CHECK(account->scope == engine::Scope::machine);
    CHECK(account->distinguished_name == "CN=WS1,CN=Computers,DC=child,DC=corp,DC=example,DC=test");
    CHECK(account->sam_account_name == "WS1$");
    CHECK(account->domain_dns == "child.corp.example.test");
    CHECK(account->dns_host_name == "ws1.child.corp.example.test");
    CHECK(account->object_sid == kDomain.child(1103));
    CHECK(account->sids.size() == 5);
    CHECK(account->user_certificates.empty());
    CHECK(account->user_certificates_problem.empty());
    CHECK(account_of(answers(), engine::Scope::user)->scope == engine::Scope::user);
}

TEST_CASE("a read-only controller gets its group of the forest root, not of its own domain",
          "[directory-answers][S9]") {
    auto all = answers();
    all.account.attributes["userAccountControl"] = {bytes("83890176")};
    CHECK(account_of(all, engine::Scope::machine)->sids.size() == 5);
    all.forest_root = LdapEntry{"DC=corp,DC=example,DC=test", {}};
    CHECK(account_of(all, engine::Scope::machine)->sids.size() == 5);
    all.forest_root->attributes["objectSid"] = {kForestRoot.to_wire()};
    const auto account = account_of(all, engine::Scope::machine);
    REQUIRE(account);
    CHECK(std::count(account->sids.begin(), account->sids.end(), kForestRoot.child(498)) == 1);
}

TEST_CASE("an account without a whole token is an error", "[directory-answers][S9][S10]") {
    auto all = answers();
    all.account.attributes.erase("tokenGroups");
    const auto without = account_of(all, engine::Scope::machine);
    REQUIRE_FALSE(without);
    CHECK(without.error().code == kInvalidData);
    CHECK(without.error().context ==
          "the server sends no tokenGroups for "
          "CN=WS1,CN=Computers,DC=child,DC=corp,DC=example,DC=test");
    all = answers();
    all.account.attributes.erase("objectSid");
    CHECK_FALSE(account_of(all, engine::Scope::machine));
}

TEST_CASE("the root DSE tells whom the tickets of the bind make us", "[directory-answers][S13]") {
    LdapEntry root;
    root.attributes["tokenGroups"] = {kDomain.child(515).to_wire(), kDomain.child(513).to_wire(),
                                      kDomain.child(515).to_wire()};
    const auto sids = session_sids_of(root);
    REQUIRE(sids);
    CHECK(*sids == std::vector<Sid>{kDomain.child(513), kDomain.child(515)});

    root.attributes["tokenGroups"].push_back({1, 2, 3});
    CHECK(session_sids_of(root).error().code == kInvalidData);
    CHECK(session_sids_of({}).error().code == kNotSupported);
}

TEST_CASE("1600 groups are 1600 SIDs of the token", "[directory-answers][S10]") {
    auto all = answers();
    all.account.attributes["tokenGroups"].clear();
    for (std::uint32_t rid = 10000; rid < 11600; ++rid) {
        all.account.attributes["tokenGroups"].push_back(kDomain.child(rid).to_wire());
    }
    CHECK(account_of(all, engine::Scope::machine)->sids.size() == 1600 + 4);
}

TEST_CASE("userCertificate is handed on as it stands, or why it is not known",
          "[directory-answers][D4]") {
    auto all = answers();
    all.account.attributes["userCertificate"] = {kRootA, {1, 2, 3}};
    CHECK(account_of(all, engine::Scope::machine)->user_certificates ==
          std::vector<Bytes>{kRootA, {1, 2, 3}});
    all.user_certificates_problem = "access denied";
    CHECK(account_of(all, engine::Scope::machine)->user_certificates_problem == "access denied");
}

TEST_CASE("the forest root's objectGUID is known when it was read", "[directory-answers][A6]") {
    auto all = answers();
    CHECK_FALSE(forest_root_guid(all));
    all.forest_root = LdapEntry{"DC=corp,DC=example,DC=test", {}};
    CHECK_FALSE(forest_root_guid(all));
    const auto guid = *Guid::parse("a5e9bf57-71c6-443a-b7fc-79efa6f73ebd");
    all.forest_root->attributes["objectGUID"] = {{guid.wire.begin(), guid.wire.end()}};
    CHECK(forest_root_guid(all) == guid);
}

TEST_CASE("the replica names its server and sorts what the server sent in any order",
          "[directory-answers][C4]") {
    auto all = answers();
    for (const auto* name : {"b", "C", "A"}) {
        all.templates.entries.push_back({"CN=" + std::string(name), object_of({{"cn", {name}}})});
        all.services.entries.push_back({"CN=" + std::string(name), object_of({{"cn", {name}}})});
    }
    const auto found = replica(all);
    CHECK(found.server.dns_name == "dc1.child.corp.example.test");
    CHECK(found.server.address == "192.0.2.1");
    CHECK(found.server.site == "Berlin");
    CHECK(found.server.configuration_nc == "CN=Configuration,DC=corp,DC=example,DC=test");
    REQUIRE(found.templates.size() == 3);
    CHECK(found.templates[0].name == "A");
    CHECK(found.templates[1].name == "b");
    CHECK(found.templates[2].name == "C");
    REQUIRE(found.services.size() == 3);
    CHECK(found.services[0].cn == "A");
    CHECK(found.services[2].cn == "C");
}

TEST_CASE("a trust store is the set of all objects below its container, each certificate once",
          "[directory-answers][K3][K5]") {
    auto all = answers();
    all.roots.entries.push_back(trust_object("CN=A," + kBases.roots, {kRootA, kRootB}));
    all.roots.entries.push_back(trust_object("CN=B," + kBases.roots, {kRootB}));
    all.nt_auth.entries = {trust_object(kBases.nt_auth, {kRootB})};
    const auto found = replica(all);
    CHECK(found.roots.complete);
    CHECK(found.roots.problem.empty());
    CHECK(found.roots.certificates == std::vector<Bytes>{kRootA, kRootB});
    CHECK(found.nt_auth.complete);
    CHECK(found.nt_auth.certificates == std::vector<Bytes>{kRootB});
    CHECK(found.intermediates.complete);
    CHECK(found.intermediates.certificates.empty());
}

TEST_CASE("a value that is no certificate is left out and named", "[directory-answers][K4]") {
    auto all = answers();
    all.roots.entries.push_back(trust_object("CN=A," + kBases.roots, {{0x30, 1}, {0}, kRootA}));
    const auto found = replica(all).roots;
    CHECK(found.complete);
    CHECK(found.certificates == std::vector<Bytes>{kRootA});
    REQUIRE(found.skipped.size() == 1);  // the single zero octet is Windows' own placeholder
    CHECK(found.skipped[0].find("CN=A," + kBases.roots) != std::string::npos);
}

TEST_CASE("an empty set counts only when the container itself was read",
          "[directory-answers][K3]") {
    auto all = answers();
    all.roots.entries.clear();
    CHECK_FALSE(replica(all).roots.complete);
    CHECK(replica(all).roots.problem == kBases.roots + " is not readable for this account");

    // Nor does a full one whose container is out of sight: it may be only a part.
    all.roots.entries = {trust_object("CN=A," + kBases.roots, {kRootA})};
    CHECK_FALSE(replica(all).roots.complete);
    CHECK(replica(all).roots.certificates == std::vector<Bytes>{kRootA});

    all.roots.entries.push_back(
        container("cn=certification authorities" + kBases.roots.substr(kBases.roots.find(','))));
    CHECK(replica(all).roots.complete);
}

TEST_CASE("a search that failed, was cut or referred leaves the trust store incomplete, with why",
          "[directory-answers][K3]") {
    for (const auto code : {kTimeout, kDirectorySizeLimit, kDirectoryReferral, kAccessDenied}) {
        auto all = answers();
        all.intermediates = failed(code, "because");
        all.intermediates.entries = {container(kBases.intermediates)};
        const auto found = replica(all);
        CHECK_FALSE(found.intermediates.complete);
        CHECK(found.intermediates.problem.starts_with(kBases.intermediates + ": because: "));
        CHECK(found.intermediates.problem.find(to_hex(code)) != std::string::npos);
        CHECK(found.roots.complete);  // the others are not its business
        CHECK(found.nt_auth.complete);
    }
}

TEST_CASE("a forest that never had a CA has no NTAuthCertificates: an empty, complete set",
          "[directory-answers][K3]") {
    auto all = answers();
    all.nt_auth = failed(kNoSuchObject, "No such object");
    const auto found = replica(all).nt_auth;
    CHECK(found.complete);
    CHECK(found.problem.empty());
    CHECK(found.certificates.empty());
}

TEST_CASE("templates or enrollment services that were not read whole are an error",
          "[directory-answers][C2]") {
    auto all = answers();
    all.templates = failed(kDirectorySizeLimit, "it was cut");
    CHECK(replica_error(all).code == kDirectorySizeLimit);
    CHECK(replica_error(all).context == kBases.templates + ": it was cut");
    all = answers();
    all.services = failed(kServerUnavailable, "it went away");
    CHECK(replica_error(all).code == kServerUnavailable);
    CHECK(replica_error(all).context == kBases.services + ": it went away");
    all.services.code = kOk;  // a capture need not say which code it was
    CHECK(replica_error(all).code == kReadFault);
}
