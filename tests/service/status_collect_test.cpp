#include "service/status_collect.h"

#include "service/capture/directory_ldif.h"
#include "service/kept_replica.h"
#include "service/state_folder.h"
#include "tests/stores/file_store.h"

#include <filesystem>

#include <catch2/catch.hpp>
#include <sys/stat.h>
#include <unistd.h>

namespace ae::service {
namespace {

using namespace test;
using namespace std::chrono_literals;
using engine::Scope;
namespace fs = std::filesystem;

const std::string kCa = "ca1.corp.example.test\\Corp Issuing CA 1";

// S-1-5-21-1-2-3-1103 and its primary group, in base64.
const std::string kDirectory = R"(version: 1

dn:
configurationNamingContext: CN=Configuration,DC=corp,DC=example,DC=test

dn: CN=WS1,DC=corp,DC=example,DC=test
objectSid:: AQUAAAAAAAUVAAAAAQAAAAIAAAADAAAATwQAAA==
primaryGroupID: 515
sAMAccountName: WS1$
tokenGroups:: AQUAAAAAAAUVAAAAAQAAAAIAAAADAAAAAwIAAA==

dn: CN=CorpMachine,CN=Certificate Templates,CN=Public Key Services,CN=Services,CN=Configuration,DC=corp,DC=example,DC=test
cn: CorpMachine

dn: CN=CA1,CN=Enrollment Services,CN=Public Key Services,CN=Services,CN=Configuration,DC=corp,DC=example,DC=test
cn: CA1

dn: CN=Certification Authorities,CN=Public Key Services,CN=Services,CN=Configuration,DC=corp,DC=example,DC=test
objectClass: container

dn: CN=AIA,CN=Public Key Services,CN=Services,CN=Configuration,DC=corp,DC=example,DC=test
objectClass: container

dn: CN=NTAuthCertificates,CN=Public Key Services,CN=Services,CN=Configuration,DC=corp,DC=example,DC=test
objectClass: certificationAuthority
)";

// A machine after some runs: one certificate, one pending request, one CA that did not answer.
class Machine {
  public:
    Machine() {
        fs::create_directory(policy_dir());
        REQUIRE(::chmod(policy_dir().c_str(), 0755) == 0);
        pending_ = must(store_.keys().create(p256()));
        REQUIRE(store_.certificates().save_pending(pending_for(*pending_)));
        engine::Memory memory;
        memory.outages = {{{"ca1.corp.example.test", "Corp Issuing CA 1"}, kStoreNow - 1h}};
        REQUIRE(store_.memory().save(memory));
        record.last = engine::LastRun{.ended = kStoreNow};
        record.counters.ca_failures[kCa] = 2;
        record.renewals = {{thumbprint(), "CorpMachine", kStoreNow + 10min, kStoreNow + 1h}};
        save();
    }
    [[nodiscard]] fs::path state_dir() const { return held_.folder.path() / "store"; }
    [[nodiscard]] fs::path policy_dir() const { return held_.folder.path() / "policy.d"; }
    [[nodiscard]] const std::string& thumbprint() const { return held_.installed.thumbprint; }
    [[nodiscard]] fs::path entry() const { return held_.inside; }
    void save() const {
        REQUIRE(StateFolder(state_dir(), Scope::machine).write(kRunRecordFile, to_json(record)));
    }
    [[nodiscard]] ContextStatus status(Scope scope = Scope::machine) const {
        return collect_status(scope, {state_dir(), policy_dir()}, kStoreNow);
    }

    RunRecord record{};

  private:
    Held held_{};
    FileStore& store_ = held_.store;
    std::unique_ptr<engine::PrivateKey> pending_{};
};

}  // namespace

TEST_CASE("a status is gathered from the files of its context", "[status][collect]") {
    const Machine machine;
    const ContextStatus status = machine.status();
    CHECK(status.scope == Scope::machine);
    CHECK(status.now == kStoreNow);
    CHECK(status.policy_problem.empty());
    CHECK(status.record == machine.record);
    CHECK(status.record_problem.empty());
    CHECK_FALSE(status.host);
    CHECK(status.warnings.empty());

    REQUIRE(status.held.size() == 1);
    CHECK(status.held[0].thumbprint == machine.thumbprint());
    CHECK(status.held[0].template_name == "CorpMachine");
    CHECK_THAT(status.held[0].subject, Catch::Contains("ws1.corp.example.test"));
    CHECK(status.held[0].valid_from == kStoreNow - 1h);
    CHECK(status.held[0].expires == kStoreNow + 1h);
    CHECK(status.held[0].renewal_begins == kStoreNow + 10min);
    CHECK(status.held[0].key == engine::KeyState::usable);

    REQUIRE(status.pending.size() == 1);
    CHECK(status.pending[0].template_name == "CorpMachine");
    CHECK(status.pending[0].ca == kCa);
    CHECK(status.pending[0].request_id == 17U);
    CHECK(status.pending[0].submitted == kStoreNow);

    REQUIRE(status.cas.size() == 1);
    CHECK(status.cas[0].ca == kCa);
    CHECK(status.cas[0].failures == 2);
    CHECK(status.cas[0].silent_since == kStoreNow - 1h);
}

TEST_CASE("looking changes nothing, and works while a pulse has the stores", "[status][collect]") {
    const Machine machine;  // whose store is open, and so locked
    const auto before = picture_of(machine.state_dir());
    CHECK(machine.status().warnings.empty());
    CHECK(picture_of(machine.state_dir()) == before);
}

TEST_CASE("the store knows the template of a certificate that no run has named",
          "[status][collect]") {
    Machine machine;
    machine.record.renewals.clear();
    machine.save();
    const ContextStatus status = machine.status();
    REQUIRE(status.held.size() == 1);
    CHECK(status.held[0].template_name == "CorpMachine");
    CHECK_FALSE(status.held[0].renewal_begins);
}

TEST_CASE("a certificate that nobody knows a template of is not managed", "[status][collect]") {
    Machine machine;
    machine.record.renewals.clear();
    machine.save();
    fs::remove(machine.entry() / "entry.json");
    const ContextStatus status = machine.status();
    REQUIRE(status.held.size() == 1);
    CHECK(status.held[0].template_name.empty());
    CHECK_FALSE(status.warnings.empty());
}

TEST_CASE("a machine on which nothing happened yet is empty and complains of nothing",
          "[status][collect]") {
    const TemporaryFolder folder;
    const ContextStatus status =
        collect_status(Scope::machine, {folder.path() / "none", folder.path() / "none"}, kStoreNow);
    CHECK(status.record == RunRecord{});
    CHECK(status.record_problem.empty());
    CHECK(status.held.empty());
    CHECK(status.warnings.empty());
    CHECK_FALSE(status.policy.bits);
    CHECK_FALSE(fs::exists(folder.path() / "none"));
}

TEST_CASE("machine and user know nothing of each other", "[status][collect][T7]") {
    const ContextStatus status = Machine().status(Scope::user);
    CHECK(status.scope == Scope::user);
    CHECK(status.record == RunRecord{});
    CHECK(status.held.empty());
    CHECK(status.cas.empty());
}

TEST_CASE("a record that cannot be used is named, and the rest still shows", "[status][collect]") {
    const Machine machine;
    write_text(machine.state_dir() / "machine" / "run.json", "{\"version\": 2}\n");
    const ContextStatus status = machine.status();
    CHECK_THAT(status.record_problem,
               Catch::Contains("machine/run.json") && Catch::Contains("version"));
    CHECK_FALSE(status.record.last);
    CHECK(status.held.size() == 1);
}

TEST_CASE("a broken certificate is named, and the rest still shows", "[status][collect]") {
    const Machine machine;
    write_text(machine.entry() / "cert.pem", "garbage");
    const ContextStatus status = machine.status();
    CHECK(status.held.empty());
    REQUIRE(status.warnings.size() == 1);
    CHECK_THAT(status.warnings[0], Catch::Contains(machine.thumbprint()));
    CHECK(status.pending.size() == 1);
}

TEST_CASE("stores that others may write to are not believed", "[status][collect]") {
    const Machine machine;
    REQUIRE(::chmod((machine.state_dir() / "machine").c_str(), 0777) == 0);
    const ContextStatus status = machine.status();
    CHECK(status.held.empty());
    REQUIRE(status.warnings.size() == 2);
    CHECK_THAT(status.warnings[0], Catch::Contains("read the replica"));
    CHECK_THAT(status.warnings[1], Catch::Contains("look at the stores"));
}

TEST_CASE("a status says what is kept of the directory", "[status][collect][replica]") {
    const Machine machine;
    CHECK_FALSE(machine.status().replica);
    auto answers = parse_directory(kDirectory, "CN=WS1,DC=corp,DC=example,DC=test");
    REQUIRE(answers);
    answers->server_name = "dc1.corp.example.test";
    answers->invocation_id = "0e10c968-78fb-11d2-90d4-00c04f79dc55";
    const StateFolder folder(machine.state_dir(), Scope::machine);
    REQUIRE(keep_replica(folder, Scope::machine, {kStoreNow - 3h, *answers}));
    const ContextStatus status = machine.status();
    CHECK(status.warnings.empty());
    REQUIRE(status.replica);
    CHECK(status.replica->source.read == kStoreNow - 3h);
    CHECK(status.replica->source.controller == "dc1.corp.example.test");
    CHECK(status.replica->source.invocation_id == answers->invocation_id);
    CHECK(status.replica->templates == 1);
    CHECK(status.replica->cas == 1);
}

TEST_CASE("a replica that cannot be read is named, and the rest still shows",
          "[status][collect][replica]") {
    const Machine machine;
    const StateFolder folder(machine.state_dir(), Scope::machine);
    REQUIRE(folder.write(kReplicaFile, "garbage"));
    const ContextStatus status = machine.status();
    REQUIRE(status.warnings.size() == 1);
    CHECK_THAT(status.warnings[0], Catch::Contains("replica.tar"));
    CHECK(status.held.size() == 1);
}

TEST_CASE("the policy in force is read now, and a broken one is named", "[status][collect][C3]") {
    if (::geteuid() != 0) {
        WARN("not run as root: a policy has to belong to root, so nothing is checked");
        return;
    }
    const Machine machine;
    const fs::path file = machine.policy_dir() / "10.reg";
    const std::string head =
        "Windows Registry Editor Version 5.00\n[HKEY_LOCAL_MACHINE\\"
        "Software\\Policies\\Microsoft\\Cryptography\\AutoEnrollment]\n";
    write_text(file, head + "\"AEPolicy\"=dword:00000007\n");
    REQUIRE(::chmod(file.c_str(), 0644) == 0);
    CHECK(machine.status().policy.bits == 7U);
    CHECK_THAT(machine.status().policy.source, Catch::Contains("10.reg"));
    write_text(file, head + "\"AEPolicy\"=\"7\"\n");
    const ContextStatus broken = machine.status();
    CHECK_THAT(broken.policy_problem, Catch::Contains("10.reg"));
    CHECK_FALSE(broken.policy.bits);
    CHECK(broken.held.size() == 1);
}

}  // namespace ae::service
