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
          "[autoenroll-policy][MS-CAESO:4.4.5.1]") {
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
