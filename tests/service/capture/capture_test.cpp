#include "service/capture/capture.h"

#include "engine/base/hresult_table.h"
#include "tests/service/capture/sample.h"

#include <filesystem>
#include <fstream>
#include <string>

#include <catch2/catch.hpp>

namespace {

using namespace ae;
using namespace ae::service;
using ae::test::certificate;
using ae::test::Json;
using ae::test::kServices;
using engine::TrustStore;

Captured parse(const CaptureText& text, const engine::Abilities& absent = {}) {
    auto captured = parse_capture(text, absent);
    INFO((captured ? std::string{} : captured.error().sentence()));
    REQUIRE(captured);
    return std::move(*captured);
}
Captured sample() { return parse(ae::test::text_of(ae::test::sample_json())); }

// The smallest machine.json.
Json least() {
    const Json all = ae::test::sample_json();
    Json json;
    for (const auto* name : {"format", "now", "scope", "account", "domain_dns"}) {
        json[name] = all[name];
    }
    return json;
}

// A folder that is gone with the test.
class Folder {
  public:
    Folder() : path_(std::filesystem::temp_directory_path() / ("ae-capture-test-" + unique())) {
        std::filesystem::create_directory(path_);
    }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;
    ~Folder() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    [[nodiscard]] std::filesystem::path file(std::string_view name) const { return path_ / name; }
    void write(std::string_view name, const std::string& content) const {
        std::ofstream(file(name), std::ios::binary) << content;
    }
    [[nodiscard]] const std::filesystem::path& path() const { return path_; }

  private:
    static std::string unique() {
        static int count = 0;
        const auto now = std::chrono::steady_clock::now().time_since_epoch().count();
        return std::to_string(now) + '-' + std::to_string(++count);
    }
    std::filesystem::path path_;
};

}  // namespace

TEST_CASE("every member arrives where the engine looks for it", "[capture]") {
    const auto captured = sample();
    const auto& world = captured.world;
    const engine::CaRef ca{"ca1.corp.example.test", "Corp Issuing CA 1"};
    CHECK(captured.program == "aeclient 0.1.0 linux");
    CHECK(to_string(world.now) == "2026-11-21T12:00:00Z");
    CHECK(world.seed == 0xFFFFFFFFFFFFFFFFU);
    CHECK(world.force);
    CHECK(world.site == "Berlin");
    CHECK(captured.replica.server.dns_name == "dc1.corp.example.test");
    CHECK(captured.replica.server.address == "192.0.2.1");
    CHECK(captured.replica.server.site == "Berlin");
    CHECK(world.policy.bits == 7U);
    CHECK(world.policy.source == "10-pki.reg: HKEY_LOCAL_MACHINE\\Software");
    CHECK(world.policy.warn_percent == 25);
    CHECK(world.policy.warn_stores == std::vector<std::string>{"MY", "CA"});
    CHECK(world.policy.directory_policies ==
          std::vector<std::string>{"{A5E9BF57-71C6-443A-B7FC-79EFA6F73EBD}"});
    CHECK(world.policy.notes == std::vector<std::string>{"an end point was passed over"});
    CHECK(world.abilities.providers.size() == 1);
    CHECK(world.abilities.renewal);
    CHECK(world.abilities.signing);
    CHECK(world.abilities.archival);
    CHECK(world.abilities.attestation);
    CHECK(world.abilities.alternate_signature);
    CHECK(world.abilities.interaction);

    CHECK(world.account.scope == engine::Scope::machine);
    CHECK(world.account.distinguished_name == ae::test::kAccount);
    CHECK(world.account.domain_dns == "corp.example.test");
    CHECK(world.account.sids.size() == 4);
    CHECK(world.account.user_certificates == std::vector<Bytes>{certificate("published")});
    CHECK(world.account.user_certificates_problem == "some values could not be read");
    CHECK(world.account.enrolling_elsewhere == "WS2");
    REQUIRE(world.templates.size() == 1);
    CHECK(world.templates[0].oid == "1.2.3.4");
    REQUIRE(world.services.size() == 1);
    CHECK(world.services[0].ref() == ca);
    CHECK(policy::forest_root_guid(captured.answers).has_value());

    REQUIRE(world.my.size() == 2);
    CHECK(world.my[0].thumbprint == "a1");
    CHECK(world.my[0].facts.subject == "CN=held");
    CHECK(world.my[0].path == "/var/lib/aeclient/machine/my/a1");
    CHECK(world.my[0].key == engine::KeyState::gone);
    CHECK(world.my[0].key_detail == "the file is missing");
    CHECK(world.my[0].successor == "a2");
    CHECK(world.my[0].chain.state == engine::ChainState::revoked);
    CHECK(world.my[0].chain.detail == "by its CA");
    CHECK_FALSE(world.my[0].chain.revocation_problem);
    CHECK(world.my[1].key == engine::KeyState::usable);
    CHECK(world.my[1].chain.revocation_problem == hresult(0x80092013));
    REQUIRE(world.pending.size() == 2);
    CHECK(world.pending[0].key_reference == "r1");
    CHECK(world.pending[0].template_name == "CorpMachine");
    CHECK(world.pending[0].ca == ca);
    CHECK(world.pending[0].request_id == 12U);
    CHECK(to_string(world.pending[0].submitted) == "2026-11-20T12:00:00Z");
    CHECK(world.pending[0].predecessor == "a2");
    CHECK_FALSE(world.pending[1].request_id);
    REQUIRE(world.ca_trust.size() == 1);
    CHECK(world.ca_trust[0].ca == ca);
    CHECK(world.ca_trust[0].chain.state == engine::ChainState::untrusted);
    REQUIRE(world.published.size() == 1);
    CHECK(world.published[0].thumbprint == "b1");
    CHECK(world.published[0].facts.subject == "CN=published");
    CHECK(world.published[0].chain.state == engine::ChainState::expired);
    REQUIRE(world.watched.size() == 1);
    CHECK(world.watched[0].store == "CA");
    CHECK(world.watched[0].thumbprint == "c1");
    CHECK(world.watched[0].facts.subject == "CN=watched");
    CHECK(world.memory.issued.size() == 1);
    CHECK(world.memory.refusals.size() == 1);
    CHECK(world.memory.outages.size() == 1);
    CHECK(world.memory.empty_reads.size() == 1);
    CHECK(world.memory.warned.size() == 1);

    CHECK(captured.trust.at(TrustStore::root) == std::vector<Bytes>{certificate("Corp Root CA")});
    CHECK(captured.trust.at(TrustStore::intermediate) ==
          std::vector<Bytes>{certificate("b"), certificate("a")});
    CHECK(captured.trust.at(TrustStore::nt_auth).size() == 1);
    CHECK(captured.replica.roots.complete);
    CHECK(captured.replica.nt_auth.certificates ==
          std::vector<Bytes>{certificate("Corp Issuing CA 1")});
}

TEST_CASE("what is written says the same as what was read, member by member and line by line",
          "[capture]") {
    const auto text = capture_text(sample());
    CHECK(Json::parse(text.machine_json) == ae::test::sample_json());
    const auto again = parse(text);
    CHECK(again.answers == sample().answers);
    CHECK(policy::DirectoryAnswers{} != again.answers);
    const auto second = capture_text(again);
    CHECK(second.machine_json == text.machine_json);
    CHECK(second.directory_ldif == text.directory_ldif);
}

TEST_CASE("a capture with the five members that are needed has neutral values for the rest",
          "[capture]") {
    engine::Abilities absent;
    absent.providers = {"Provider"};
    absent.renewal = true;
    const auto captured = parse(ae::test::text_of(least()), absent);
    const auto& world = captured.world;
    CHECK(captured.program.empty());
    CHECK(world.seed == 0);
    CHECK_FALSE(world.force);
    CHECK(world.site.empty());
    CHECK_FALSE(world.policy.bits);
    CHECK(world.policy.warn_percent == 10);
    CHECK(world.policy.warn_stores == std::vector<std::string>{"MY"});
    CHECK_FALSE(world.policy.directory_policies);
    CHECK(world.abilities.providers == absent.providers);
    CHECK(world.abilities.renewal);
    CHECK_FALSE(world.abilities.signing);
    CHECK(world.my.empty());
    CHECK(world.pending.empty());
    CHECK(world.published.empty());
    CHECK(world.watched.empty());
    CHECK(world.account.user_certificates_problem.empty());
    CHECK(world.account.enrolling_elsewhere.empty());
    CHECK(world.memory.issued.empty());
    CHECK(captured.trust.at(TrustStore::root).empty());
    CHECK(captured.replica.intermediates.complete);

    auto json = least();
    json["abilities"] = {{"signing", true}};
    json["scope"] = "user";
    json["unknown"] = {{"member", 1}};
    const auto partly = parse(ae::test::text_of(json), absent);
    CHECK(partly.world.abilities.renewal);
    CHECK(partly.world.abilities.signing);
    CHECK(partly.world.account.scope == engine::Scope::user);
}

TEST_CASE("an enrollment service whose chain is not told is trusted", "[capture]") {
    const auto captured = parse(ae::test::text_of(least()));
    REQUIRE(captured.world.ca_trust.size() == 1);
    CHECK(captured.world.ca_trust[0].ca.name == "Corp Issuing CA 1");
    CHECK(captured.world.ca_trust[0].chain.state == engine::ChainState::valid);
}

TEST_CASE("a search that failed leaves its part of the replica incomplete", "[capture][K3]") {
    const auto captured = sample();
    CHECK_FALSE(captured.replica.intermediates.complete);
    CHECK(captured.replica.intermediates.problem.starts_with("CN=AIA," + kServices +
                                                             ": the size limit cut the answer: "));
    CHECK_FALSE(captured.answers.intermediates.complete);
    CHECK(captured.answers.intermediates.code == hresult(0x80072023));

    // No such object is an answer too: no CA was ever set up.
    auto json = least();
    json["failed_searches"] = {{{"base", "cn=ntauthcertificates," + kServices},
                                {"problem", "No such object"},
                                {"code", "0x80072030"}}};
    CHECK(parse(ae::test::text_of(json)).replica.nt_auth.complete);
}

TEST_CASE("a trust container that is not in the capture was not readable", "[capture][K3]") {
    auto ldif = ae::test::sample_ldif();
    const auto at = ldif.find("dn: CN=AIA,");
    ldif.erase(at, ldif.find("dn: CN=NTAuth") - at);
    const auto captured = parse(ae::test::text_of(least(), ldif));
    CHECK_FALSE(captured.replica.intermediates.complete);
    CHECK(captured.replica.roots.complete);
}

TEST_CASE("a whole export of Public Key Services is a directory.ldif too", "[capture]") {
    const auto captured = parse(ae::test::text_of(
        least(), ae::test::sample_ldif() + "\ndn: " + kServices + "\nobjectClass: container\n" +  //
                     "\ndn: CN=Certificate Templates," + kServices + "\nobjectClass: container\n" +
                     "\ndn: CN=Group,CN=Certificate Templates," + kServices +
                     "\nobjectClass: top\nobjectClass: group\n" +  //
                     "\ndn: CN=2,CN=OID," + kServices + "\nobjectClass: msPKI-Enterprise-Oid\n" +
                     "\ndn: CN=WebServer,CN=Certificate Templates," + kServices +
                     "\nobjectClass: top\nobjectClass: pKICertificateTemplate\ncn: WebServer\n"));
    CHECK(captured.world.templates.size() == 2);
    CHECK(captured.answers.templates.entries.size() == 2);
    CHECK(captured.world.services.size() == 1);
}

TEST_CASE("an archive and its unpacked folder are the same capture", "[capture]") {
    const auto captured = sample();
    const Folder folder;
    REQUIRE(write_capture(folder.file("pulse.tar"), captured));
    const auto archive = read_capture(folder.file("pulse.tar"), {});
    REQUIRE(archive);
    CHECK(archive->answers == captured.answers);
    CHECK(capture_archive(*archive) == capture_archive(captured));

    const auto text = capture_text(captured);
    folder.write(kDirectoryFile, text.directory_ldif);
    folder.write(kMachineFile, text.machine_json);
    folder.write("story.md", "not looked at");
    const auto unpacked = read_capture(folder.path(), {});
    REQUIRE(unpacked);
    CHECK(capture_archive(*unpacked) == capture_archive(captured));
}

TEST_CASE("writing replaces what was there", "[capture]") {
    const Folder folder;
    folder.write("pulse.tar", "something else");
    REQUIRE(write_capture(folder.file("pulse.tar"), sample()));
    CHECK(read_capture(folder.file("pulse.tar"), {}));
    CHECK(std::distance(std::filesystem::directory_iterator(folder.path()), {}) == 1);
}

TEST_CASE("what is no capture is named with its path", "[capture]") {
    const Folder folder;
    const auto problem = [](const std::filesystem::path& path) {
        const auto captured = read_capture(path, {});
        REQUIRE_FALSE(captured);
        CHECK(captured.error().context.find("ae-capture-test-") != std::string::npos);
        return captured.error();
    };
    const auto missing = problem(folder.file("missing.tar"));
    CHECK(missing.code == kFileNotFound);
    CHECK(missing.context.ends_with("missing.tar does not exist"));
    const auto empty = problem(folder.path());
    CHECK(empty.code == kFileNotFound);
    CHECK(empty.context.ends_with("directory.ldif does not exist"));
    folder.write("text", "dn:\n");
    CHECK(problem(folder.file("text")).context.ends_with("text: it is no ustar archive"));
    folder.write("large", "");
    std::filesystem::resize_file(folder.file("large"), kMaxCaptureOctets + 1);
    CHECK(problem(folder.file("large")).context.ends_with("large is larger than 64 MiB"));
    const auto whole = capture_archive(sample());
    folder.write("half", whole.substr(whole.find(kMachineFile)));
    CHECK(problem(folder.file("half")).code == kInvalidData);
    folder.write("cut", whole.substr(0, whole.size() / 2));
    CHECK(problem(folder.file("cut")).context.find("cut off") != std::string::npos);
}

TEST_CASE("a capture that cannot be written is an error that names the path", "[capture]") {
    const Folder folder;
    const auto written = write_capture(folder.file("no-such-folder") / "pulse.tar", sample());
    REQUIRE_FALSE(written);
    CHECK(written.error().context.starts_with("write "));
    CHECK(written.error().context.find("pulse.tar") != std::string::npos);
}
