// Captures that somebody else wrote, or that were damaged: one clear sentence each.

#include "engine/base/hresult_table.h"
#include "tests/service/capture/sample.h"

#include <string>

#include <catch2/catch.hpp>

namespace {

using namespace ae;
using namespace ae::service;
using ae::test::Json;
using ae::test::kServices;

Error refusal(const CaptureText& text) {
    const auto captured = parse_capture(text, {});
    REQUIRE_FALSE(captured);
    return captured.error();
}
std::string problem(const CaptureText& text) {
    const auto error = refusal(text);
    CHECK(error.code == kInvalidData);
    return error.context;
}
std::string problem_with(const char* pointer, const Json& value) {
    auto json = ae::test::sample_json();
    json[Json::json_pointer(pointer)] = value;
    INFO(pointer << " = " << value.dump());
    return problem(ae::test::text_of(json));
}
std::string ldif_problem(const std::string& more) {
    return problem(
        ae::test::text_of(ae::test::sample_json(), ae::test::sample_ldif() + '\n' + more));
}
std::string without(const std::string& line_start) {
    auto ldif = ae::test::sample_ldif();
    const auto at = ldif.find('\n' + line_start);
    REQUIRE(at != std::string::npos);
    ldif.erase(at, ldif.find('\n', at + 1) - at);
    return problem(ae::test::text_of(ae::test::sample_json(), ldif));
}

}  // namespace

TEST_CASE("each member that is needed is missed by its name", "[capture]") {
    for (const auto* name : {"format", "now", "scope", "account", "domain_dns"}) {
        auto json = ae::test::sample_json();
        json.erase(name);
        CHECK(problem(ae::test::text_of(json)) ==
              "machine.json: " + std::string(name) + " is missing");
        CHECK(problem_with(('/' + std::string(name)).c_str(), nullptr) ==
              "machine.json: " + std::string(name) + " is missing");
    }
}

TEST_CASE("a capture of another format is refused with what to do", "[capture]") {
    auto json = ae::test::sample_json();
    json["format"] = 2;
    json["now"] = "in another way";  // nothing else is judged
    const auto newer = refusal(ae::test::text_of(json));
    CHECK(newer.code == kInvalidData);
    CHECK(newer.context ==
          "machine.json: the capture has format 2, and this program reads format 1");
    CHECK(newer.remedy == "Use a newer version of this program.");
    CHECK(problem_with("/format", 0) ==
          "machine.json: the capture has format 0, and this program reads format 1");
    CHECK(problem_with("/format", "1") == "machine.json: format is no whole number from 0 up");
}

TEST_CASE("a member that cannot be used is named with its place", "[capture]") {
    struct Row {
        const char* pointer;
        Json value;
        const char* problem;
    };
    const Json no_list = Json::object();
    for (const auto& row : {
             Row{"/now", "2026-11-21 12:00", "now is no time such as 2026-11-21T12:00:00Z"},
             Row{"/now", 5, "now is no text"},
             Row{"/seed", -1, "seed is no whole number from 0 up"},
             Row{"/seed", 1.5, "seed is no whole number from 0 up"},
             Row{"/force", "yes", "force is no true or false"},
             Row{"/scope", "computer", "scope has an unknown value"},
             Row{"/account", Json::array(), "account is no text"},
             Row{"/domain_controller", "dc1", "domain_controller is no object"},
             Row{"/domain_controller/site", 1, "domain_controller.site is no text"},
             Row{"/policy/bits", 0x100000000, "policy.bits is larger than 32 bits"},
             Row{"/policy/bits", "7", "policy.bits is no whole number from 0 up"},
             Row{"/policy/warn_percent", 101, "policy.warn_percent is no percentage"},
             Row{"/policy/warn_stores", "MY", "policy.warn_stores is no array"},
             Row{"/policy/warn_stores/1", 3, "policy.warn_stores[1] is no text"},
             Row{"/abilities/renewal", 1, "abilities.renewal is no true or false"},
             Row{"/abilities/providers", no_list, "abilities.providers is no array"},
             Row{"/failed_searches", no_list, "failed_searches is no array"},
             Row{"/failed_searches/0/code", "80072023",
                 "failed_searches[0].code is no code such as 0x80092013"},
             Row{"/failed_searches/0/problem", nullptr, "failed_searches[0].problem is missing"},
             Row{"/my", no_list, "my is no array"},
             Row{"/my/1", 5, "my[1] is no object"},
             Row{"/my/1/certificate", "###", "my[1].certificate is no base64"},
             Row{"/my/0/certificate", nullptr, "my[0].certificate is missing"},
             Row{"/my/0/thumbprint", nullptr, "my[0].thumbprint is missing"},
             Row{"/my/0/key", "lost", "my[0].key has an unknown value"},
             Row{"/my/0/chain", "valid", "my[0].chain is no object"},
             Row{"/my/0/chain/state", "fine", "my[0].chain.state has an unknown value"},
             Row{"/my/0/chain/revocation", "0xZ0092013",
                 "my[0].chain.revocation is no code such as 0x80092013"},
             Row{"/request/0/ca/host", nullptr, "request[0].ca.host is missing"},
             Row{"/request/0/request_id", "12",
                 "request[0].request_id is no whole number from 0 up"},
             Row{"/request/1/submitted", "soon",
                 "request[1].submitted is no time such as 2026-11-21T12:00:00Z"},
             Row{"/trust/root", "x", "trust.root is no array"},
             Row{"/trust/intermediate/1", "!", "trust.intermediate[1] is no base64"},
             Row{"/published/0/certificate",
                 "MAA=", "published[0].certificate is no certificate: "},
             Row{"/watched/0/store", nullptr, "watched[0].store is missing"},
             Row{"/memory", 1, "memory is not usable: "},
             Row{"/memory/issued/0/when", "then", "memory is not usable: "},
         }) {
        CHECK_THAT(problem_with(row.pointer, row.value),
                   Catch::Matchers::StartsWith("machine.json: " + std::string(row.problem)));
    }
}

TEST_CASE("text that is no JSON is refused with its line", "[capture]") {
    const auto read = [](const std::string& json) {
        return problem({ae::test::sample_ldif(), json});
    };
    CHECK(read("") == "machine.json: line 1: it is no JSON from here on");
    CHECK(read("{\n\"format\": 1,\n\"now\"\n}") ==
          "machine.json: line 4: it is no JSON from here on");
    CHECK(read("{\"format\": 1}\n{}") == "machine.json: line 2: it is no JSON from here on");
    CHECK(read("{\"a\": \"\xFF\"}") == "machine.json: line 1: it is no JSON from here on");
    CHECK(read("[1]") == "machine.json: it is no JSON object");
    CHECK(read("1e999") == "machine.json: it holds a number that is too large");
    CHECK(read(std::string(1000000, '[')) == "machine.json: line 1: it is no JSON from here on");
}

TEST_CASE("chains and published certificates must belong to what the directory lists",
          "[capture]") {
    CHECK(problem_with("/ca_chains/0/ca/name", "Corp Issuing CA 2") ==
          "machine.json: ca_chains[0].ca ca1.corp.example.test\\Corp Issuing CA 2 is no enrollment "
          "service of directory.ldif");
    CHECK(problem_with("/published/0/certificate", ae::test::certificate_text("other")) ==
          "machine.json: published[0].certificate is no value of the account's userCertificate");
    CHECK(problem_with("/failed_searches/0/base", "CN=KRA," + kServices) ==
          "machine.json: failed_searches[0].base CN=KRA," + kServices +
              " is the base of none of the five searches");
}

TEST_CASE("templates or enrollment services that were not read whole are no basis for a decision",
          "[capture][C2]") {
    auto json = ae::test::sample_json();
    json["failed_searches"][0]["base"] = "CN=Certificate Templates," + kServices;
    const auto error = refusal(ae::test::text_of(json));
    CHECK(error.code == hresult(0x80072023));
    CHECK(error.context == "directory.ldif: CN=Certificate Templates," + kServices +
                               ": the size limit cut the answer");
}

TEST_CASE("a directory.ldif that lacks something is refused", "[capture]") {
    CHECK(without("configurationNamingContext") ==
          "directory.ldif: there is no root DSE (an entry with an empty dn) that says what "
          "configurationNamingContext is");
    CHECK(without("tokenGroups") ==
          "directory.ldif: the server sends no tokenGroups for " + ae::test::kAccount);
    CHECK(without("primaryGroupID") == "directory.ldif: primaryGroupID is missing or no number");
    CHECK(problem({"", ae::test::sample_json().dump()}).starts_with("directory.ldif: there is no"));
    CHECK(problem_with("/account", "CN=WS2,CN=Computers,DC=corp,DC=example,DC=test") ==
          "directory.ldif: line 9: " + ae::test::kAccount +
              " is neither the account, nor the forest root domain, nor below Public Key Services");
    auto ldif = ae::test::sample_ldif();
    const auto at = ldif.find("dn: " + ae::test::kAccount);
    ldif.erase(at, ldif.find("dn: DC=corp") - at);
    CHECK(problem(ae::test::text_of(ae::test::sample_json(), ldif)) ==
          "directory.ldif: there is no entry " + ae::test::kAccount +
              ", which machine.json names as the account");
}

TEST_CASE("a directory.ldif that cannot be read is refused with its line", "[capture]") {
    CHECK_THAT(ldif_problem("changetype: delete\n"),
               Catch::Matchers::Matches("directory\\.ldif: line [0-9]+: a record must begin.*"));
    CHECK_THAT(ldif_problem("dn: " + ae::test::kAccount + "\n"),
               Catch::Matchers::Matches("directory\\.ldif: line [0-9]+: a second entry CN=WS1.*"));
    CHECK_THAT(ldif_problem("dn:\n"),
               Catch::Matchers::Matches("directory\\.ldif: line [0-9]+: a second entry .*"));
    CHECK_THAT(ldif_problem("dn: CN=X,CN=Certificate Templates,CN=Public Key Services,DC=typo\n"),
               Catch::Matchers::Matches("directory\\.ldif: line [0-9]+: CN=X.* is neither .*"));
}
