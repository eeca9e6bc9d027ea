#include "policy/policy_servers.h"

#include "engine/base/hresult_table.h"
#include "engine/base/text.h"

#include <algorithm>
#include <string>

#include <catch2/catch.hpp>

namespace {

using namespace ae;
using namespace ae::policy;
using engine::Scope;

const std::string kHead = "Windows Registry Editor Version 5.00\n";
const std::string kKey = "[HKEY_LOCAL_MACHINE\\" + std::string(kPolicyServersKey);
const std::string kForest = "{A5E9BF57-71C6-443A-B7FC-79EFA6F73EBD}";
const std::string kOther = "{5AD0BE6D-3393-4940-BFC3-6E19555A8919}";

std::vector<RegFile> files(const std::string& text) {
    auto operations = parse_reg_file(as_bytes(kHead + text));
    INFO((operations ? std::string{} : operations.error().context));
    REQUIRE(operations);
    return {{"1.reg", std::move(*operations)}};
}
EndPoint end_point(const std::string& key, const std::string& url, const std::string& id,
                   std::uint32_t cost, std::uint32_t auth = kAuthKerberos,
                   std::uint32_t flags = kEndPointAutoenrollment) {
    return {key, url, id, "", flags, auth, cost};
}
std::vector<std::string> keys(const EndPointChoice& choice) {
    std::vector<std::string> names;
    for (const auto& one : choice.directory) {
        names.push_back(one.key);
    }
    return names;
}
using Names = std::vector<std::string>;

}  // namespace

TEST_CASE("no PolicyServers key is one implicit end point: the directory", "[policy-servers][A6]") {
    const auto none = read_end_points(Scope::machine, {});
    REQUIRE(none);
    CHECK(none->empty());
    const auto choice = choose_end_points(*none);
    CHECK_FALSE(choice.is_configured);
    CHECK(choice.notes.empty());
}

TEST_CASE("end points are read with their six values; the key's own values are none",
          "[policy-servers][A6]") {
    const auto all = read_end_points(
        Scope::machine,
        files(kKey + "]\n@=\"" + kForest + "\"\n\"Flags\"=dword:0\n" +  //
              kKey + "\\37c9]\n\"URL\"=\"LDAP:\"\n\"PolicyID\"=\"" + kForest +
              "\"\n\"FriendlyName\"=\"Active Directory Enrollment Policy\"\n"
              "\"Flags\"=dword:14\n\"AuthFlags\"=dword:2\n\"Cost\"=dword:7ffffffd\n" +
              kKey + "\\144B]\n\"url\"=\"https://example.test/CEP\"\n"));
    REQUIRE(all);
    REQUIRE(all->size() == 2);
    CHECK(all->at(0).key == "144B");
    CHECK(all->at(0).url == "https://example.test/CEP");
    CHECK(all->at(0).policy_id.empty());
    CHECK(all->at(0).flags == 0);
    CHECK(all->at(0).auth_flags == 0);
    CHECK(all->at(0).cost == 0x7FFFFFFD);
    CHECK(all->at(1).key == "37c9");
    CHECK(all->at(1).url == "LDAP:");
    CHECK(all->at(1).policy_id == kForest);
    CHECK(all->at(1).friendly_name == "Active Directory Enrollment Policy");
    CHECK(all->at(1).flags == 0x14);
    CHECK(all->at(1).auth_flags == 2);
    CHECK(read_end_points(Scope::user, files(kKey + "\\a]\n\"URL\"=\"LDAP:\"\n"))->empty());
}

TEST_CASE("a key that is deleted later is no end point", "[policy-servers][A6]") {
    const auto one = kKey + "\\a]\n\"URL\"=\"LDAP:\"\n";
    const auto count = [](const std::string& text) {
        const auto all = read_end_points(Scope::machine, files(text));
        REQUIRE(all);
        return all->size();
    };
    CHECK(count(one + "[-" + kKey.substr(1) + "]\n") == 0);
    CHECK(count(one + "[-" + kKey.substr(1) + "\\A]\n") == 0);
    CHECK(count(one + "[-" + kKey.substr(1) + "\\b]\n") == 1);
    CHECK(count("[-" + kKey.substr(1) + "]\n" + one) == 1);
    CHECK(count(one + kKey + "\\A]\n\"Cost\"=dword:1\n") == 1);         // the same key
    CHECK(count(one + kKey + "Backup\\c]\n\"URL\"=\"LDAP:\"\n") == 1);  // another key
}

TEST_CASE("an end point's value of the wrong type is an error that names file and line",
          "[policy-servers][A6]") {
    const auto text = read_end_points(Scope::machine, files(kKey + "\\a]\n\"URL\"=dword:1\n"));
    REQUIRE_FALSE(text);
    CHECK(text.error().code == kInvalidData);
    CHECK(text.error().context == "policy 1.reg line 3: URL is a REG_DWORD, it must be a REG_SZ");
    const auto number = read_end_points(Scope::machine, files(kKey + "\\a]\n\"Cost\"=\"1\"\n"));
    REQUIRE_FALSE(number);
    CHECK(number.error().context ==
          "policy 1.reg line 3: Cost is a REG_SZ, it must be a REG_DWORD");
}

TEST_CASE("end points of one policy: cheapest first, then Kerberos, then anonymous, then the rest",
          "[policy-servers][A6]") {
    std::vector<EndPoint> all = {
        end_point("cheap certificate", "ldap:", kForest, 1, 8),
        end_point("Kerberos", "LDAP:", kForest, 2, 2),
        end_point("anonymous", "LDAP:", kForest, 2, 1),
        end_point("user name", "LDAP:", kForest, 2, 4),
        end_point("dear Kerberos", "LDAP:", kForest, 0x80000000, 2),
    };
    const Names expected = {"cheap certificate", "Kerberos", "anonymous", "user name",
                            "dear Kerberos"};
    std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.key < b.key; });
    do {
        CHECK(keys(choose_end_points(all)) == expected);
    } while (std::next_permutation(all.begin(), all.end(),
                                   [](const auto& a, const auto& b) { return a.key < b.key; }));
}

TEST_CASE("a group whose first member does not enable autoenrollment is passed over aloud",
          "[policy-servers][A6]") {
    const auto off = end_point("first", "LDAP:", kForest, 1, kAuthKerberos, 0x4);
    const auto on = end_point("second", "LDAP:", kForest, 2);
    const auto choice = choose_end_points({on, off});
    CHECK(choice.is_configured);
    CHECK(choice.directory.empty());
    CHECK(choice.notes ==
          Names{"policy server first (LDAP:) does not enable autoenrollment for policy "
                "{a5e9bf57-71c6-443a-b7fc-79efa6f73ebd}; its end points are passed over"});

    // Another group is not its business; the same id in other letters is the same group.
    auto other = off;
    other.policy_id = kOther;
    CHECK(keys(choose_end_points({on, other})) == Names{"second"});
    auto spelt = off;
    spelt.policy_id = ' ' + to_lower(kForest);
    CHECK(keys(choose_end_points({on, spelt})).empty());
}

TEST_CASE("HTTPS end points are passed over in one sentence", "[policy-servers][A6]") {
    auto named = end_point("b", "https://two.example.test/CEP", kForest, 2);
    named.friendly_name = "Second";
    const auto choice =
        choose_end_points({end_point("a", "https://one.example.test/CEP", kForest, 1), named,
                           end_point("c", "", kForest, 3), end_point("d", "LDAP:", kForest, 4)});
    CHECK(keys(choice) == Names{"d"});
    CHECK(choice.notes == Names{"passed over, because this client asks the directory only: "
                                "a (https://one.example.test/CEP), "
                                "Second (https://two.example.test/CEP), c (no URL)"});
    const auto https_only =
        choose_end_points({end_point("a", "https://one.example.test/CEP", kForest, 1)});
    CHECK(https_only.is_configured);
}
