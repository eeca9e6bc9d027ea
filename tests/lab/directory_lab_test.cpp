// The LDAP adapter against a real Active Directory domain controller; runs inside the lab.

#include "engine/base/hresult_table.h"
#include "policy/dc_locator_dns.h"
#include "policy/ldap_connection.h"
#include "policy/ldap_directory.h"
#include "policy/ldap_error.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdlib>
#include <deque>
#include <filesystem>
#include <memory>
#include <string>
#include <thread>

#include <catch2/catch.hpp>
#include <unistd.h>

namespace {

using namespace ae;
using namespace ae::policy;

const std::string kDomain = "corp.example.test";
const Sid kDomainSid = *Sid::parse("S-1-5-21-1111111111-2222222222-3333333333");

// A credential cache of the machine account, of its own for each test.
class MachineTicket {
  public:
    explicit MachineTicket(const std::string& options = "") {
        const auto command = "kinit -k " + options + " -c " + cache() + " 'WS1$'";
        // NOLINTNEXTLINE(cert-env33-c): a fixed command in a test
        REQUIRE(std::system(command.c_str()) == 0);
    }
    MachineTicket(const MachineTicket&) = delete;
    MachineTicket& operator=(const MachineTicket&) = delete;
    ~MachineTicket() {
        std::error_code ignored;
        std::filesystem::remove(path_, ignored);
    }
    [[nodiscard]] std::string cache() const { return "FILE:" + path_; }

  private:
    std::string path_ = "/tmp/ae-lab-ticket-" + std::to_string(::getpid());
};

DirectoryOptions machine(const MachineTicket& ticket) {
    return {
        .domain_dns = kDomain, .account_name = "WS1$", .credentials = {.cache = ticket.cache()}};
}

bool has(const engine::Account& account, const Sid& sid) {
    return std::binary_search(account.sids.begin(), account.sids.end(), sid);
}

// Says what the test tells it to say, one answer after the other.
class ScriptedLocator final : public DcLocator {
  public:
    explicit ScriptedLocator(std::deque<DomainController> answers) : answers_(std::move(answers)) {}
    Result<DomainController> find(const std::string&, const std::set<std::string>&) override {
        if (answers_.empty()) {
            return fail(kNoSuchDomain, "no further controller");
        }
        auto next = answers_.front();
        answers_.pop_front();
        return next;
    }

  private:
    std::deque<DomainController> answers_;
};

}  // namespace

TEST_CASE("DNS and the netlogon ping find the domain controller and the client's own site",
          "[lab][dc-locator][MS-ADTS:6.3.6]") {
    const auto found = create_dns_dc_locator()->find(kDomain, {});
    REQUIRE(found);
    CHECK(found->dns_name == "dc1.corp.example.test");
    CHECK(found->client_site == "Lab-Site");
    CHECK(found->is_near);
}

TEST_CASE("a domain that DNS does not know is an error that names the record",
          "[lab][dc-locator]") {
    const auto found = create_dns_dc_locator()->find("nowhere.example.test", {});
    REQUIRE_FALSE(found);
    CHECK(found.error().code == kNoSuchDomain);
    CHECK(found.error().context ==
          "DNS has no SRV record \"_ldap._tcp.dc._msdcs.nowhere.example.test\"");
}

TEST_CASE("controllers that were tried in vain are not found again", "[lab][dc-locator]") {
    const auto found = create_dns_dc_locator()->find(kDomain, {"dc1.corp.example.test"});
    REQUIRE_FALSE(found);
    CHECK(found.error().code == kNoSuchDomain);
}

SCENARIO("the machine reads its account and the Public Key Services replica",
         "[lab][directory][MS-WCCE:2.2.2.11]") {
    const MachineTicket ticket;
    const auto directory = create_ldap_directory(machine(ticket));

    auto account = directory->read_account(engine::Scope::machine);
    INFO((account ? std::string{} : account.error().sentence()));
    REQUIRE(account);
    CHECK(account->sam_account_name == "WS1$");
    CHECK(account->dns_host_name == "ws1.corp.example.test");
    CHECK(account->distinguished_name == "CN=WS1,CN=Computers,DC=corp,DC=example,DC=test");
    CHECK(account->object_sid.parent() == kDomainSid);
    CHECK(std::is_sorted(account->sids.begin(), account->sids.end()));

    THEN("the SIDs hold the account, its primary group and the two that everybody has") {
        CHECK(has(*account, account->object_sid));
        CHECK(has(*account, kDomainSid.child(515)));  // Domain Computers
        CHECK(has(*account, *Sid::parse("S-1-1-0")));
        CHECK(has(*account, *Sid::parse("S-1-5-11")));
        CHECK_FALSE(has(*account, *Sid::parse("S-1-5-9")));
    }
    THEN("groups are transitive: Pilot-Machines is a member of PKI-Pilots") {
        auto connection = LdapConnection::open({"dc1.corp.example.test", kDomain, "127.0.0.2"},
                                               {.cache = ticket.cache()});
        REQUIRE(connection);
        for (const auto* name : {"Pilot-Machines", "PKI-Pilots", "PKI-Quarantine"}) {
            const auto group =
                connection->search({.base = "DC=corp,DC=example,DC=test",
                                    .scope = SearchScope::subtree,
                                    .filter = "(sAMAccountName=" + std::string(name) + ")",
                                    .attributes = {"objectSid"}});
            REQUIRE(group);
            REQUIRE(group->entries.size() == 1);
            const auto sid =
                Sid::from_wire(values_of(group->entries[0].attributes, "objectSid").at(0));
            INFO(name);
            REQUIRE(sid);
            CHECK(has(*account, *sid));
        }
    }
    THEN("the replica holds every template with its security descriptor") {
        const auto replica = directory->read_replica();
        INFO((replica ? std::string{} : replica.error().sentence()));
        REQUIRE(replica);
        CHECK(replica->server.dns_name == "dc1.corp.example.test");
        CHECK(replica->server.site == "Lab-Site");
        CHECK(replica->server.configuration_nc == "CN=Configuration,DC=corp,DC=example,DC=test");
        CHECK(replica->templates.size() > 35);
        for (const auto& one : replica->templates) {
            INFO(one.name);
            CHECK(one.security_descriptor.has_value());
            CHECK(one.fault.empty());
        }
        const auto corp = std::find_if(replica->templates.begin(), replica->templates.end(),
                                       [](const auto& one) { return one.name == "CorpMachineEC"; });
        REQUIRE(corp != replica->templates.end());
        CHECK(corp->asymmetric_algorithm == "ECDSA_P256");
        CHECK(corp->schema_version == 4);
    }
}

SCENARIO("trust containers are complete when they were read, and say so when not",
         "[lab][directory][K3]") {
    const MachineTicket ticket;
    const auto replica = create_ldap_directory(machine(ticket))->read_replica();
    REQUIRE(replica);
    CHECK(replica->roots.complete);
    CHECK(replica->intermediates.complete);
    CHECK(replica->roots.skipped.empty());
    CHECK(replica->intermediates.skipped.empty());
    if (replica->services.empty()) {
        WARN("this lab has no certification authority: NTAuth does not exist, as before AD CS");
        CHECK_FALSE(replica->nt_auth.complete);
        CHECK_FALSE(replica->nt_auth.problem.empty());
    } else {
        CHECK(replica->nt_auth.complete);
        CHECK_FALSE(replica->nt_auth.certificates.empty());
        CHECK_FALSE(replica->roots.certificates.empty());
        CHECK_FALSE(replica->intermediates.certificates.empty());
        for (const auto& service : replica->services) {
            INFO(service.name);
            CHECK_FALSE(service.certificates.empty());
            CHECK_FALSE(service.templates.empty());
            CHECK(service.dns_host.ends_with(".corp.example.test"));
            CHECK(service.security_descriptor.has_value());
        }
    }
}

TEST_CASE("the connection is sealed, over IPv4 and IPv6", "[lab][ldap]") {
    const MachineTicket ticket;
    for (const auto* address : {"127.0.0.2", "fd00:ae::2"}) {
        const auto connection = LdapConnection::open({"dc1.corp.example.test", kDomain, address},
                                                     {.cache = ticket.cache()});
        INFO(address << ": " << (connection ? std::string{} : connection.error().sentence()));
        REQUIRE(connection);
        CHECK(connection->strength() >= 56);
    }
}

TEST_CASE("values that a server sends in ranges arrive complete", "[lab][ldap][S10]") {
    const MachineTicket ticket;
    auto connection = LdapConnection::open({"dc1.corp.example.test", kDomain, "127.0.0.2"},
                                           {.cache = ticket.cache()});
    REQUIRE(connection);
    const SearchRequest whole{.base = "CN=Staff,CN=Users,DC=corp,DC=example,DC=test",
                              .attributes = {"member"}};
    const SearchRequest part{.base = whole.base, .attributes = {"member;range=0-0"}};
    const auto all = connection->search(whole);
    const auto again = connection->search(part);
    REQUIRE(all);
    INFO((again ? std::string{} : again.error().sentence()));
    REQUIRE(again);
    auto expected = texts_of(all->entries.at(0).attributes, "member");
    auto seen = texts_of(again->entries.at(0).attributes, "member");
    std::sort(expected.begin(), expected.end());
    std::sort(seen.begin(), seen.end());
    CHECK(expected.size() == 2);
    CHECK(seen == expected);
}

TEST_CASE("a search below a missing object names it", "[lab][ldap]") {
    const MachineTicket ticket;
    auto connection = LdapConnection::open({"dc1.corp.example.test", kDomain, "127.0.0.2"},
                                           {.cache = ticket.cache()});
    REQUIRE(connection);
    const auto answer = connection->search({.base = "CN=Nobody,DC=corp,DC=example,DC=test"});
    REQUIRE_FALSE(answer);
    CHECK(answer.error().code == kNoSuchObject);
    CHECK(answer.error().context.find("CN=Nobody,DC=corp,DC=example,DC=test") != std::string::npos);
}

TEST_CASE("a search that has a limit of its own ends there and costs no other search",
          "[lab][ldap][revocation]") {
    const MachineTicket ticket;
    auto connection = LdapConnection::open({"dc1.corp.example.test", kDomain, "127.0.0.2"},
                                           {.cache = ticket.cache()});
    REQUIRE(connection);
    const SearchRequest everything{.base = "DC=corp,DC=example,DC=test",
                                   .scope = SearchScope::subtree};
    const auto late = connection->search(everything, std::chrono::milliseconds{0});
    REQUIRE_FALSE(late);
    CHECK(late.error().code == kTimeout);
    const auto in_time = connection->search(everything, std::chrono::milliseconds{20'000});
    REQUIRE(in_time);
    CHECK(in_time->entries.size() > 100);
    CHECK(connection->search({.attributes = {"dnsHostName"}}));
}

TEST_CASE("a controller that refuses the connection is passed over", "[lab][directory]") {
    const MachineTicket ticket;
    std::deque<DomainController> answers{
        {.dns_name = "dc9.corp.example.test", .address = "127.0.0.9"},
        {.dns_name = "dc1.corp.example.test", .address = "127.0.0.2"}};
    const auto account =
        create_ldap_directory(machine(ticket), std::make_unique<ScriptedLocator>(answers))
            ->read_account(engine::Scope::machine);
    INFO((account ? std::string{} : account.error().sentence()));
    CHECK(account);

    answers.pop_back();
    const auto none =
        create_ldap_directory(machine(ticket), std::make_unique<ScriptedLocator>(answers))
            ->read_account(engine::Scope::machine);
    REQUIRE_FALSE(none);
    CHECK(none.error().code == kNoSuchDomain);
    CHECK(none.error().context ==
          "find a domain controller of corp.example.test: connect to dc9.corp.example.test "
          "(127.0.0.9): it refused the connection; then no further controller");
}

TEST_CASE("without a credential cache the error says so", "[lab][directory][kerberos]") {
    const auto account =
        create_ldap_directory({.domain_dns = kDomain,
                               .account_name = "WS1$",
                               .credentials = {.cache = "FILE:/tmp/ae-no-such-cache"}})
            ->read_account(engine::Scope::machine);
    REQUIRE_FALSE(account);
    CHECK(account.error().code == kNoCredentials);
    CHECK(account.error().context.find("/tmp/ae-no-such-cache") != std::string::npos);
}

TEST_CASE("an expired ticket is reported as expired", "[lab][directory][kerberos]") {
    const MachineTicket ticket("-l 1s");
    // NOLINTNEXTLINE(cert-env33-c): a fixed command in a test
    while (std::system(("klist -s -c " + ticket.cache()).c_str()) == 0) {
        std::this_thread::yield();
    }
    const auto account =
        create_ldap_directory(machine(ticket))->read_account(engine::Scope::machine);
    REQUIRE_FALSE(account);
    INFO(account.error().sentence());
    CHECK(account.error().code == kContextExpired);
}

TEST_CASE("a host that is no domain controller gets no ticket", "[lab][directory][kerberos]") {
    const MachineTicket ticket;
    const auto connection = LdapConnection::open(
        {"impostor.corp.example.test", kDomain, "127.0.0.2"}, {.cache = ticket.cache()});
    REQUIRE_FALSE(connection);
    CHECK(connection.error().code == kTargetUnknown);
}

TEST_CASE("a member that registered ldap/<itself> is still no domain controller",
          "[lab][directory][kerberos][MS-ADTS:5.1.1.4]") {
    const std::string spn = "ldap/ca1.corp.example.test";
    const std::string settings = " -H /run/ae-lab/dc/private/sam.ldb >/dev/null";
    // NOLINTNEXTLINE(cert-env33-c): fixed commands in a test
    REQUIRE(std::system(("samba-tool spn add " + spn + " 'CA1$'" + settings).c_str()) == 0);
    const MachineTicket ticket;
    // NOLINTNEXTLINE(cert-env33-c)
    CHECK(std::system(("kvno -c " + ticket.cache() + " -q " + spn).c_str()) == 0);
    const auto connection = LdapConnection::open({"ca1.corp.example.test", kDomain, "127.0.0.2"},
                                                 {.cache = ticket.cache()});
    // NOLINTNEXTLINE(cert-env33-c)
    CHECK(std::system(("samba-tool spn delete " + spn + " 'CA1$'" + settings).c_str()) == 0);
    REQUIRE_FALSE(connection);
    CHECK(connection.error().code == kTargetUnknown);
    CHECK(connection.error().context.find(spn + '/' + kDomain) != std::string::npos);
}

TEST_CASE("an account that the domain does not have is an error", "[lab][directory]") {
    const MachineTicket ticket;
    auto options = machine(ticket);
    options.account_name = "*";  // escaped: matches nothing instead of everything
    const auto account = create_ldap_directory(options)->read_account(engine::Scope::machine);
    REQUIRE_FALSE(account);
    CHECK(account.error().code == kNoSuchObject);
}
