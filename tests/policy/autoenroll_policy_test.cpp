#include "policy/autoenroll_policy.h"

#include "engine/base/hresult_table.h"
#include "tests/policy/support.h"

#include <string>

#include <catch2/catch.hpp>

namespace {

using namespace ae;
using namespace ae::policy;
using engine::Scope;

const std::string kHead = "Windows Registry Editor Version 5.00\n";
const std::string kMachine = "[HKEY_LOCAL_MACHINE\\" + std::string(kPolicyKey) + "]\n";
const std::string kUser = "[HKEY_CURRENT_USER\\" + std::string(kPolicyKey) + "]\n";
const std::string kMachineLocal = "[HKEY_LOCAL_MACHINE\\" + std::string(kLocalKey) + "]\n";

std::vector<RegFile> files(const std::vector<std::string>& texts) {
    std::vector<RegFile> all;
    for (const auto& text : texts) {
        auto operations = parse_reg_file(as_bytes(kHead + text));
        REQUIRE(operations);
        all.push_back({std::to_string(all.size() + 1) + ".reg", std::move(*operations)});
    }
    return all;
}
std::optional<std::uint32_t> bits(Scope scope, const std::vector<std::string>& texts) {
    const auto policy = autoenroll_policy(scope, files(texts));
    REQUIRE(policy);
    return policy->bits;
}

}  // namespace

TEST_CASE("AEPolicy is taken as it stands: 0, 1, 6, 7, 0x8000, absent",
          "[autoenroll-policy][A1][MS-CAESO:4.4.5.1]") {
    struct Row {
        const char* digits;
        std::uint32_t bits;
    };
    for (const auto& row : {Row{"0", 0}, Row{"1", 1}, Row{"6", 6}, Row{"7", 7}, Row{"8000", 0x8000},
                            Row{"8007", 0x8007}}) {
        CHECK(bits(Scope::machine, {kMachine + "\"AEPolicy\"=dword:" + row.digits}) == row.bits);
    }
    CHECK(bits(Scope::machine, {}) == std::nullopt);
    CHECK(bits(Scope::machine, {kMachine}) == std::nullopt);
    CHECK(bits(Scope::machine, {kMachine + "\"Other\"=dword:7"}) == std::nullopt);
}

TEST_CASE("the local machine steers the machine, the current user every user",
          "[autoenroll-policy]") {
    const std::vector<std::string> both = {kMachine + "\"AEPolicy\"=dword:7\n" + kUser +
                                           "\"AEPolicy\"=dword:1\n"};
    CHECK(bits(Scope::machine, both) == 7);
    CHECK(bits(Scope::user, both) == 1);
    CHECK(bits(Scope::user, {kMachine + "\"AEPolicy\"=dword:7"}) == std::nullopt);
}

TEST_CASE("the policy key wins over the local key, whatever the order", "[autoenroll-policy][A4]") {
    const auto policy = kMachine + "\"AEPolicy\"=dword:0\n";
    const auto local = kMachineLocal + "\"AEPolicy\"=dword:7\n";
    CHECK(bits(Scope::machine, {local}) == 7);
    CHECK(bits(Scope::machine, {policy, local}) == 0);
    CHECK(bits(Scope::machine, {local, policy}) == 0);
}

TEST_CASE("a later file wins, and names compare without case", "[autoenroll-policy]") {
    const auto seven = kMachine + "\"AEPolicy\"=dword:7\n";
    CHECK(bits(Scope::machine, {seven, kMachine + "\"aepolicy\"=dword:1\n"}) == 1);
    CHECK(bits(Scope::machine, {seven,
                                "[hkey_local_machine\\SOFTWARE\\policies\\microsoft\\cryptography\\"
                                "autoenrollment]\n\"AEPOLICY\"=dword:2\n"}) == 2);
    CHECK(bits(Scope::machine, {seven, kMachine + "\"AEPolicy\"=-\n"}) == std::nullopt);
    CHECK(bits(Scope::machine, {seven, "[-HKEY_LOCAL_MACHINE\\Software\\Policies\\Microsoft]\n"}) ==
          std::nullopt);
    CHECK(bits(Scope::machine, {seven, "[-HKEY_LOCAL_MACHINE\\Software\\Policies\\Micro]\n"}) == 7);
    CHECK(bits(Scope::machine, {"[-HKEY_LOCAL_MACHINE\\Software]\n", seven}) == 7);
}

TEST_CASE("the source names file and key", "[autoenroll-policy]") {
    const auto policy =
        autoenroll_policy(Scope::machine, files({"", kMachine + "\"AEPolicy\"=dword:7\n"}));
    REQUIRE(policy);
    CHECK(policy->source ==
          "2.reg: HKEY_LOCAL_MACHINE\\Software\\Policies\\Microsoft\\Cryptography\\AutoEnrollment");
    CHECK(autoenroll_policy(Scope::machine, {})->source.empty());
}

TEST_CASE("an AEPolicy of the wrong type is an error that names file and line",
          "[autoenroll-policy]") {
    struct Row {
        const char* data;
        const char* type;
    };
    for (const auto& row : {Row{"\"7\"", "REG_SZ"}, Row{"hex:07,00,00,00", "REG_BINARY"},
                            Row{"hex(b):07,00,00,00,00,00,00,00", "REG_QWORD"}}) {
        const auto policy =
            autoenroll_policy(Scope::machine, files({kMachine + "\"AEPolicy\"=" + row.data + "\n" +
                                                     kMachineLocal + "\"AEPolicy\"=dword:7\n"}));
        REQUIRE_FALSE(policy);
        CHECK(policy.error().code == kInvalidData);
        CHECK(policy.error().context == "policy 1.reg line 3: AEPolicy is a " +
                                            std::string(row.type) + ", it must be a REG_DWORD");
    }
}

TEST_CASE("expiry warnings begin at 10 percent in MY unless policy says otherwise",
          "[autoenroll-policy][X3]") {
    const auto nothing = autoenroll_policy(Scope::machine, {});
    REQUIRE(nothing);
    CHECK(nothing->warn_percent == 10);
    CHECK(nothing->warn_stores == std::vector<std::string>{"MY"});

    const auto set = autoenroll_policy(
        Scope::machine,
        files({kMachine + "\"OfflineExpirationPercent\"=dword:19\n"
                          "\"OfflineExpirationStoreNames\"=\"CA, my ,,WebHosting,ca\"\n"}));
    INFO((set ? std::string{} : set.error().context));
    REQUIRE(set);
    CHECK(set->bits == std::nullopt);  // warnings need no AEPolicy
    CHECK(set->warn_percent == 25);
    CHECK(set->warn_stores == std::vector<std::string>{"MY", "CA", "WebHosting"});
}

TEST_CASE("expiry warnings are read from the policy key only, each context for itself",
          "[autoenroll-policy][X3]") {
    const std::string percent = "\"OfflineExpirationPercent\"=dword:19\n";
    for (const auto& text : {kMachineLocal + percent, kUser + percent}) {
        const auto policy = autoenroll_policy(Scope::machine, files({text}));
        REQUIRE(policy);
        CHECK(policy->warn_percent == 10);
    }
    CHECK(autoenroll_policy(Scope::user, files({kUser + percent}))->warn_percent == 25);
}

TEST_CASE("expiry settings that make no sense are errors that name file and line",
          "[autoenroll-policy][X3]") {
    struct Row {
        const char* line;
        const char* problem;
    };
    for (const auto& row :
         {Row{"\"OfflineExpirationPercent\"=dword:65",
              "OfflineExpirationPercent is 101, which is no percentage"},
          Row{"\"OfflineExpirationPercent\"=\"10\"",
              "OfflineExpirationPercent is a REG_SZ, it must be a REG_DWORD"},
          Row{"\"OfflineExpirationStoreNames\"=dword:1",
              "OfflineExpirationStoreNames is a REG_DWORD, it must be a REG_SZ"},
          Row{"\"OfflineExpirationStoreNames\"=\"MY,../etc\"",
              "OfflineExpirationStoreNames names \"../etc\", which is no name of a store"},
          Row{"\"OfflineExpirationStoreNames\"=\".hidden\"",
              "OfflineExpirationStoreNames names \".hidden\", which is no name of a store"}}) {
        const auto policy =
            autoenroll_policy(Scope::machine, files({kMachine + row.line + std::string("\n")}));
        INFO(row.line);
        REQUIRE_FALSE(policy);
        CHECK(policy.error().code == kInvalidData);
        CHECK(policy.error().context == "policy 1.reg line 3: " + std::string(row.problem));
    }
    for (const auto* whole : {"0", "64"}) {
        CHECK(autoenroll_policy(Scope::machine,
                                files({kMachine + "\"OfflineExpirationPercent\"=dword:" + whole})));
    }
}

TEST_CASE("the ids of the LDAP: policy servers go to the engine; none configured is no list",
          "[autoenroll-policy][A6]") {
    const std::string servers =
        "[HKEY_LOCAL_MACHINE\\Software\\Policies\\Microsoft\\Cryptography\\PolicyServers\\";
    const auto without = autoenroll_policy(Scope::machine, files({kMachine}));
    REQUIRE(without);
    CHECK_FALSE(without->directory_policies);

    const auto both = autoenroll_policy(
        Scope::machine,
        files({servers +
               "one]\n\"URL\"=\"LDAP:\"\n\"PolicyID\"=\" {A5E9BF57-71C6-443A-B7FC-"
               "79EFA6F73EBD} \"\n\"Flags\"=dword:10\n" +
               servers +
               "two]\n\"URL\"=\"https://ca.example.test/CEP\"\n\"PolicyID\"=\"{B}\"\n"
               "\"Flags\"=dword:10\n"}));
    REQUIRE(both);
    REQUIRE(both->directory_policies);
    CHECK(*both->directory_policies ==
          std::vector<std::string>{"{A5E9BF57-71C6-443A-B7FC-79EFA6F73EBD}"});
    CHECK(both->notes.size() == 1);  // the HTTPS end point

    const auto https_only = autoenroll_policy(
        Scope::machine, files({servers + "two]\n\"URL\"=\"https://ca.example.test/CEP\"\n"
                                         "\"PolicyID\"=\"{B}\"\n\"Flags\"=dword:10\n"}));
    REQUIRE(https_only);
    REQUIRE(https_only->directory_policies);
    CHECK(https_only->directory_policies->empty());
}
