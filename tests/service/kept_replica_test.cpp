#include "service/kept_replica.h"

#include "engine/base/hresult_table.h"
#include "policy/ldap_error.h"
#include "service/capture/directory_ldif.h"
#include "service/preview_report.h"
#include "tests/service/capture/sample.h"
#include "tests/service/state_folder_world.h"

#include <catch2/catch.hpp>

namespace ae::service {
namespace {

using namespace test;
using namespace std::chrono_literals;
using engine::Scope;

const Time kRead = *from_civil({2026, 11, 21, 9, 0, 0});

policy::DirectoryAnswers whole() {
    auto answers = parse_directory(sample_ldif(), kAccount);
    REQUIRE(answers);
    answers->server_name = "dc1.corp.example.test";
    answers->server_address = "192.0.2.1";
    answers->client_site = "Berlin";
    answers->domain_dns = "corp.example.test";
    answers->invocation_id = "0e10c968-78fb-11d2-90d4-00c04f79dc55";
    return *answers;
}

KeptReplica kept_in(const StateFolder& folder) {
    auto kept = kept_replica(folder);
    REQUIRE(kept);
    REQUIRE(*kept);
    return std::move(**kept);
}

}  // namespace

TEST_CASE("what the directory said whole is kept with when and who", "[replica][offline]") {
    const StateWorld world;
    REQUIRE(keep_replica(world.state, Scope::machine, {kRead, whole()}));
    const KeptReplica kept = kept_in(world.state);
    CHECK(kept.answers == whole());
    CHECK(kept.read == kRead);
    CHECK(kept.source().controller == "dc1.corp.example.test");
    CHECK(kept.source().invocation_id == "0e10c968-78fb-11d2-90d4-00c04f79dc55");
}

TEST_CASE("where no run has read the directory yet, there is no replica", "[replica][offline]") {
    const StateWorld world;
    const auto kept = kept_replica(world.state);
    REQUIRE(kept);
    CHECK_FALSE(*kept);
}

TEST_CASE("an answer with a part missing leaves the last good one", "[replica][offline][K3]") {
    const StateWorld world;
    REQUIRE(keep_replica(world.state, Scope::machine, {kRead, whole()}));
    struct Part {
        const char* name;
        policy::SearchAnswer policy::DirectoryAnswers::*answer;
    };
    for (const Part& part : {Part{"templates", &policy::DirectoryAnswers::templates},
                             Part{"services", &policy::DirectoryAnswers::services},
                             Part{"roots", &policy::DirectoryAnswers::roots},
                             Part{"intermediates", &policy::DirectoryAnswers::intermediates},
                             Part{"NTAuth", &policy::DirectoryAnswers::nt_auth}}) {
        CAPTURE(part.name);
        auto answers = whole();
        (answers.*part.answer).complete = false;
        (answers.*part.answer).code = kTimeout;
        (answers.*part.answer).problem = "the server took too long";
        CHECK_FALSE(is_whole(answers, Scope::machine));
        REQUIRE(keep_replica(world.state, Scope::machine, {kRead + 1h, answers}));
        CHECK(kept_in(world.state).read == kRead);
    }
    auto nobody = whole();
    nobody.account = {};
    REQUIRE(keep_replica(world.state, Scope::machine, {kRead + 1h, nobody}));
    CHECK(kept_in(world.state).read == kRead);
    REQUIRE(keep_replica(world.state, Scope::machine, {kRead + 1h, whole()}));
    CHECK(kept_in(world.state).read == kRead + 1h);
}

TEST_CASE("a forest without NTAuthCertificates is read whole all the same", "[replica][K3]") {
    auto answers = whole();
    answers.nt_auth = {{}, false, "no such object", policy::kNoSuchObject};
    CHECK(is_whole(answers, Scope::machine));
}

TEST_CASE("an answer that is too large is not kept, and says so", "[replica][offline]") {
    const StateWorld world;
    REQUIRE(keep_replica(world.state, Scope::machine, {kRead, whole()}));
    auto answers = whole();
    answers.account.attributes["userCertificate"].emplace_back(kLargestStateFile);
    const Done kept = keep_replica(world.state, Scope::machine, {kRead + 1h, answers});
    REQUIRE_FALSE(kept);
    CHECK_THAT(kept.error().sentence(), Catch::Contains("16 MiB"));
    CHECK(kept_in(world.state).read == kRead);
}

TEST_CASE("a file that is no replica is an error that names it", "[replica][offline]") {
    const StateWorld world;
    for (const std::string content : {"", "no archive", "{}"}) {
        REQUIRE(world.state.write(kReplicaFile, content));
        const auto kept = kept_replica(world.state);
        REQUIRE_FALSE(kept);
        CHECK(kept.error().code == kInvalidData);
        CHECK_THAT(kept.error().sentence(), Catch::Contains("replica.tar"));
    }
}

TEST_CASE("the offline directory says what the controller said, and changes nothing",
          "[replica][offline]") {
    const auto directory = offline_directory({kRead, whole()});
    const auto account = directory->read_account(Scope::machine);
    REQUIRE(account);
    CHECK(account->sam_account_name == "WS1$");
    CHECK(account->user_certificates.size() == 1);
    const auto replica = directory->read_replica();
    REQUIRE(replica);
    CHECK(replica->server.dns_name == "dc1.corp.example.test");
    REQUIRE(replica->templates.size() == 1);
    CHECK(replica->templates[0].name == "CorpMachine");
    REQUIRE(replica->services.size() == 1);
    CHECK(replica->roots.certificates.size() == 1);
    const Done changed = directory->unpublish(account->user_certificates);
    REQUIRE_FALSE(changed);
    CHECK(changed.error().code == kNotSupported);
}

TEST_CASE("a plan that rests on the replica says so, and why", "[replica][offline][plan]") {
    Preview preview;
    preview.world.now = kRead + 3h;
    CHECK_THAT(preview_as_text(preview), !Catch::Contains("as of 3 h ago"));
    CHECK_FALSE(Json::parse(preview_as_json(preview)).contains("offline"));
    preview.offline = Offline{{kRead, "dc1.corp.example.test", "0e10c968"}, "no answer\x1b"};
    CHECK_THAT(preview_as_text(preview),
               Catch::Contains("\nthe directory is as of 3 h ago from dc1.corp.example.test "
                               "(2026-11-21T09:00:00Z), because none answers now: no answer") &&
                   !Catch::Contains("\x1b"));
    CHECK(Json::parse(preview_as_json(preview))["offline"] ==
          Json{{"as_of", "2026-11-21T09:00:00Z"},
               {"age_seconds", 3 * 60 * 60},
               {"domain_controller", "dc1.corp.example.test"},
               {"invocation_id", "0e10c968"},
               {"problem", "no answer\x1b"}});
}

TEST_CASE("the age of an answer is said as people say it", "[replica][offline]") {
    const ReplicaSource source{kRead, "dc1.corp.example.test", {}};
    CHECK(as_of(source, kRead + 3h) == "as of 3 h ago from dc1.corp.example.test");
    CHECK(as_of(source, kRead) == "as of 0 s ago from dc1.corp.example.test");
    CHECK(as_of(source, kRead - 2h) ==
          "as of 2 h ahead: was the clock set back? from dc1.corp.example.test");
    CHECK(as_of({kRead, "dc1\x1b[31m", {}}, kRead).find('\x1b') == std::string::npos);
}

}  // namespace ae::service
