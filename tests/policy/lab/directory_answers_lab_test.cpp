// What the LDAP adapter records, and what it changes, at a real Active Directory domain controller;
// runs inside the lab.

#include "engine/base/hresult_table.h"
#include "policy/ldap_directory.h"
#include "policy/ldap_error.h"
#include "policy/ldif.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <vector>

#include <catch2/catch.hpp>
#include <unistd.h>

namespace {

using namespace ae;
using namespace ae::policy;

const std::string kDomain = "corp.example.test";
const std::string kAccountDn = "CN=WS1,CN=Computers,DC=corp,DC=example,DC=test";
const std::string kDatabase = " -H /run/ae-lab/dc/private/sam.ldb >/dev/null";

void run(const std::string& command) {
    INFO(command);
    // NOLINTNEXTLINE(cert-env33-c): fixed commands in a test
    REQUIRE(std::system(command.c_str()) == 0);
}

// A file that is gone with the test.
class File {
  public:
    explicit File(const std::string& purpose)
        : path("/tmp/ae-lab-" + purpose + '-' + std::to_string(::getpid())) {}
    File(const File&) = delete;
    File& operator=(const File&) = delete;
    ~File() {
        std::error_code ignored;
        std::filesystem::remove(path, ignored);
    }
    const std::string path;
};

// A credential cache of the machine account.
class MachineTicket {
  public:
    MachineTicket() { run("kinit -k -c " + cache() + " 'WS1$'"); }
    [[nodiscard]] std::string cache() const { return "FILE:" + file_.path; }

  private:
    File file_{"answers-ticket"};
};

struct Pulse {
    MachineTicket ticket{};
    std::vector<DirectoryAnswers> recorded{};
    std::unique_ptr<engine::Directory> directory{};

    Pulse() {
        directory = create_ldap_directory(
            {.domain_dns = kDomain,
             .account_name = "WS1$",
             .credentials = {.cache = ticket.cache()},
             .recorder = [this](const DirectoryAnswers& answers) { recorded.push_back(answers); }});
    }
    engine::Account account() {
        auto found = directory->read_account(engine::Scope::machine);
        INFO((found ? std::string{} : found.error().sentence()));
        REQUIRE(found);
        return std::move(*found);
    }
};

// As the domain's administrator: an LDIF change, by the controller's own tools.
void administrator(const std::string& change) {
    const File file("answers-change");
    std::ofstream(file.path) << change;
    run("ldbmodify" + kDatabase + " " + file.path);
}
void publish(const std::vector<Bytes>& values) {
    std::string change = "dn: " + kAccountDn + "\nchangetype: modify\nreplace: userCertificate\n";
    for (const auto& value : values) {
        change += "userCertificate:: " + to_base64(value) + '\n';
    }
    administrator(change);
}

// The account's security descriptor, to put it back.
Bytes descriptor() {
    const File file("answers-descriptor");
    run("ldbsearch -H /run/ae-lab/dc/private/sam.ldb -s base -b " + kAccountDn +
        " nTSecurityDescriptor > " + file.path);
    std::ifstream stream(file.path);
    const std::string text(std::istreambuf_iterator<char>(stream), {});
    const auto records = parse_ldif(text);
    INFO(text);
    REQUIRE(records);
    REQUIRE(records->size() == 1);
    return values_of(records->front().entry.attributes, "nTSecurityDescriptor").at(0);
}

const Bytes kOne = {0x30, 0x01, 0x00};
const Bytes kTwo = {0x30, 0x01, 0x01};
const Bytes kThree = {0x30, 0x01, 0x02};

}  // namespace

TEST_CASE("the recorder gets the answers that account and replica come from",
          "[lab][directory][C4]") {
    Pulse pulse;
    const auto account = pulse.account();
    REQUIRE(pulse.recorded.size() == 1);
    CHECK(pulse.recorded[0].account.dn == kAccountDn);
    CHECK(pulse.recorded[0].templates.entries.empty());
    const auto replica = pulse.directory->read_replica();
    REQUIRE(replica);
    REQUIRE(pulse.recorded.size() == 2);

    const auto& answers = pulse.recorded[1];
    CHECK(answers.server_name == "dc1.corp.example.test");
    CHECK_FALSE(answers.server_address.empty());
    CHECK(answers.client_site == "Lab-Site");
    CHECK(text_of(answers.root_dse.attributes, "dnsHostName") == "dc1.corp.example.test");
    CHECK(account_of(answers, engine::Scope::machine)->sids == account.sids);
    const auto again = replica_of(answers);
    REQUIRE(again);
    CHECK(again->templates.size() == replica->templates.size());
    CHECK(again->roots.certificates == replica->roots.certificates);
    CHECK(again->roots.complete == replica->roots.complete);

    // The whole of it survives being written down.
    std::vector<LdapEntry> entries{answers.root_dse, answers.account};
    entries.insert(entries.end(), answers.templates.entries.begin(),
                   answers.templates.entries.end());
    const auto records = parse_ldif(write_ldif(entries));
    REQUIRE(records);
    CHECK(std::equal(entries.begin(), entries.end(), records->begin(), records->end(),
                     [](const auto& a, const auto& b) { return a == b.entry; }));
}

TEST_CASE("the forest root domain is known by its partition", "[lab][directory][A6][S9]") {
    Pulse pulse;
    const auto account = pulse.account();
    const auto& answers = pulse.recorded.at(0);
    REQUIRE(answers.forest_root);
    CHECK(answers.forest_root->dn == "DC=corp,DC=example,DC=test");
    CHECK(values_of(answers.forest_root->attributes, "objectSid") ==
          std::vector<Bytes>{account.object_sid.parent().to_wire()});

    auto connection = LdapConnection::open({"dc1.corp.example.test", kDomain, "127.0.0.2"},
                                           {.cache = pulse.ticket.cache()});
    REQUIRE(connection);
    const auto object =
        connection->search({.base = "DC=corp,DC=example,DC=test", .attributes = {"objectGUID"}});
    REQUIRE(object);
    CHECK(forest_root_guid(answers) ==
          Guid::from_wire(values_of(object->entries.at(0).attributes, "objectGUID").at(0)));
}

SCENARIO("values are taken out of userCertificate one by one", "[lab][directory][D4][X2]") {
    publish({kOne, kTwo, kThree});
    Pulse pulse;
    const auto values = [&] {
        auto found = pulse.account().user_certificates;
        std::sort(found.begin(), found.end());
        return found;
    };
    CHECK(values() == std::vector<Bytes>{kOne, kTwo, kThree});

    GIVEN("an account that may write its own object, as usual") {
        CHECK(pulse.directory->unpublish({}));
        CHECK(pulse.directory->unpublish({kTwo}));
        CHECK(values() == std::vector<Bytes>{kOne, kThree});
        CHECK(pulse.directory->unpublish({kTwo, kThree}));  // the first is gone already
        CHECK(values() == std::vector<Bytes>{kOne});
        CHECK(pulse.directory->unpublish({kOne}));
        CHECK(values().empty());
        CHECK(pulse.directory->unpublish({kOne}));  // and now the attribute is
    }
    GIVEN("an account that may not") {
        const auto before = descriptor();
        run("samba-tool dsacl set --action=deny --objectdn='" + kAccountDn +
            "' --sddl='(OD;;WP;bf967a7f-0de6-11d0-a285-00aa003049e2;;PS)'" + kDatabase);
        const auto removed = pulse.directory->unpublish({kTwo});
        CHECK(values() == std::vector<Bytes>{kOne, kTwo, kThree});
        administrator("dn: " + kAccountDn +
                      "\nchangetype: modify\nreplace: nTSecurityDescriptor\n"
                      "nTSecurityDescriptor:: " +
                      to_base64(before) + '\n');
        REQUIRE_FALSE(removed);
        CHECK(removed.error().code == kAccessDenied);
        CHECK(removed.error().context.find("userCertificate of " + kAccountDn) !=
              std::string::npos);
    }
    publish({});
}

TEST_CASE("nothing is changed before the account was read", "[lab][directory][X2]") {
    const Pulse pulse;
    const auto removed = pulse.directory->unpublish({kOne});
    REQUIRE_FALSE(removed);
    CHECK(removed.error().code == kUnexpected);
}

TEST_CASE("removing a value that is not there has a code of its own", "[lab][ldap][X2]") {
    const MachineTicket ticket;
    auto connection = LdapConnection::open({"dc1.corp.example.test", kDomain, "127.0.0.2"},
                                           {.cache = ticket.cache()});
    REQUIRE(connection);
    const auto nobody =
        connection->remove_value("CN=Nobody,DC=corp,DC=example,DC=test", "userCertificate", kOne);
    REQUIRE_FALSE(nobody);
    CHECK(nobody.error().code == kNoSuchObject);
}
