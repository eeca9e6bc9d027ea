// Which value of a setting is in force, where it comes from and what loses; and what may be set.
#include "engine/base/hresult_table.h"
#include "engine/base/text.h"
#include "service/settings/local_file.h"
#include "service/settings/settings_report.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

namespace ae::service {
namespace {

using engine::Scope;

policy::RegFile file(std::string path, const std::string& lines) {
    auto steps =
        policy::parse_reg_file(as_bytes("Windows Registry Editor Version 5.00\r\n\r\n" + lines));
    REQUIRE(steps);
    return {std::move(path), std::move(*steps)};
}

const std::string kPolicy =
    "[HKEY_LOCAL_MACHINE\\Software\\Policies\\Microsoft\\Cryptography\\AutoEnrollment]\r\n";
const std::string kLocal =
    "[HKEY_LOCAL_MACHINE\\Software\\Microsoft\\Cryptography\\AutoEnrollment]\r\n";
const std::string kOwn = "[HKEY_LOCAL_MACHINE\\Software\\AeClient]\r\n";

TEST_CASE("a policy key wins over a local key, wherever the files stand", "[settings][A4]") {
    const std::vector<policy::RegFile> files{
        file("10-gpo.reg", kPolicy + "\"AEPolicy\"=dword:00000007\r\n"),
        file("90-site.reg", kLocal + "\"AEPolicy\"=dword:00000001\r\n")};
    const SettingsView view = view_settings(Scope::machine, files);
    const Setting& policy = setting_named(view, "aepolicy");
    REQUIRE(policy.from);
    CHECK(policy.from->value == "7");
    CHECK(policy.from->place == "10-gpo.reg");
    CHECK(policy.from->policy);
    REQUIRE(policy.loses.size() == 1);
    CHECK(policy.loses[0].value == "1");
    CHECK(policy.loses[0].place == "90-site.reg");
    CHECK(view.ae_policy == 7U);
}

TEST_CASE("of two files with one key the later one wins", "[settings]") {
    const std::vector<policy::RegFile> files{
        file("00-local.reg", kOwn + "\"JitterMinutes\"=dword:00000005\r\n"),
        file("50-site.reg", kOwn + "\"JitterMinutes\"=dword:00000006\r\n")};
    const SettingsView view = view_settings(Scope::machine, files);
    const Setting& jitter = setting_named(view, "JitterMinutes");
    REQUIRE(jitter.from);
    CHECK(jitter.from->value == "6");
    REQUIRE(jitter.loses.size() == 1);
    CHECK(jitter.loses[0].place == "00-local.reg");
}

TEST_CASE("without a value the usual one holds", "[settings]") {
    const SettingsView view = view_settings(Scope::machine, {});
    CHECK_FALSE(setting_named(view, "LogLevel").from);
    CHECK(setting_named(view, "LogLevel").usual == "3");
    CHECK(view.problems.empty());
    CHECK_FALSE(view.ae_policy);
}

TEST_CASE("a user's AEPolicy stands in the user's hive, the agent's settings in the machine's",
          "[settings]") {
    const std::vector<policy::RegFile> files{file(
        "a.reg",
        kLocal + "\"AEPolicy\"=dword:00000007\r\n" + kOwn + "\"KeepArchived\"=dword:00000002\r\n")};
    const SettingsView view = view_settings(Scope::user, files);
    CHECK_FALSE(setting_named(view, "AEPolicy").from);
    CHECK(setting_named(view, "KeepArchived").from);
}

TEST_CASE("settings with names of their own are listed one by one", "[settings]") {
    const std::vector<policy::RegFile> files{
        file("a.reg",
             "[HKEY_LOCAL_MACHINE\\Software\\AeClient\\KeyProviders]\r\n\"Corp HSM\"=\"tpm\"\r\n")};
    const SettingsView view = view_settings(Scope::machine, files);
    REQUIRE(setting_named(view, "KeyProviders\\Corp HSM").from);
    CHECK(setting_named(view, "KeyProviders\\Corp HSM").from->value == "tpm");
}

TEST_CASE("a value that no pulse would run with is a problem in the readers' words", "[settings]") {
    const std::vector<policy::RegFile> files{
        file("a.reg", kLocal + "\"LogLevel\"=dword:00000009\r\n")};
    const SettingsView view = view_settings(Scope::machine, files);
    REQUIRE(view.problems.size() == 1);
    CHECK(view.problems[0].find("LogLevel is 9") != std::string::npos);
}

TEST_CASE("what is set goes to the local key, never to the policy's", "[settings][set]") {
    struct Row {
        Scope scope;
        std::string name;
        std::string value;
        std::string key;
    };
    const std::string autoenrollment = "\\Software\\Microsoft\\Cryptography\\AutoEnrollment";
    for (const Row& row :
         {Row{Scope::machine, "AEPolicy", "7", "HKEY_LOCAL_MACHINE" + autoenrollment},
          Row{Scope::user, "AEPolicy", "0x7", "HKEY_CURRENT_USER" + autoenrollment},
          Row{Scope::user, "loglevel", "4", "HKEY_LOCAL_MACHINE" + autoenrollment},
          Row{Scope::user, "AEExpress", "1", "HKEY_CURRENT_USER" + autoenrollment},
          Row{Scope::machine, "JitterMinutes", "0", "HKEY_LOCAL_MACHINE\\Software\\AeClient"},
          Row{Scope::machine, "KeyProviders\\Corp HSM", "tpm",
              "HKEY_LOCAL_MACHINE\\Software\\AeClient\\KeyProviders"}}) {
        INFO(row.name);
        const auto change = change_of(row.scope, row.name, row.value);
        REQUIRE(change);
        CHECK(change->key == row.key);
        CHECK(change->data.has_value());
    }
    const auto disabled = change_of(Scope::machine, "AEPolicy", "0x8007");
    CHECK(std::get<std::uint32_t>(disabled->data.value()) == 0x8007U);
    CHECK_FALSE(change_of(Scope::machine, "AEPolicy", "none")->data);
}

TEST_CASE("what no reader would take is refused, and nothing is written", "[settings][set]") {
    struct Row {
        std::string name;
        std::string value;
        std::string says;
    };
    for (const Row& row :
         {Row{"AEPolice", "7", "did you mean AEPolicy?"}, Row{"", "7", "no setting"},
          Row{"AEPolicy", "seven", "is none"}, Row{"AEPolicy", "", "is none"},
          Row{"AEPolicy", "4294967296", "is none"}, Row{"LogLevel", "6", "LogLevel is 6"},
          Row{"JitterMinutes", "1441", "JitterMinutes is 1441"},
          Row{"OfflineExpirationPercent", "5", "no local value"},
          Row{"MetricsFile", "relative", "MetricsFile"},
          Row{"MetricsFile", "/a\r\n[HKEY_LOCAL_MACHINE\\x]", "characters"},
          Row{"Transport", "pigeon", "Transport"}, Row{"KeyProviders\\", "tpm", "no setting"}}) {
        INFO(row.name << '=' << row.value);
        const auto change = change_of(Scope::machine, row.name, row.value);
        REQUIRE_FALSE(change);
        INFO(change.error().sentence());
        CHECK(change.error().sentence().find(row.says) != std::string::npos);
    }
}

const std::string kLogLevelKey =
    "HKEY_LOCAL_MACHINE\\Software\\Microsoft\\Cryptography\\AutoEnrollment";

TEST_CASE("our file keeps what it holds and is read back as it was meant", "[settings][file]") {
    auto text =
        changed_local_file("", {kLogLevelKey, "LogLevel", policy::RegData(std::uint32_t{4})});
    REQUIRE(text);
    text = changed_local_file(*text, {"HKEY_LOCAL_MACHINE\\Software\\AeClient\\KeyProviders",
                                      "A \"B\" \\ C", policy::RegData(std::string("pkcs11:a\\b"))});
    REQUIRE(text);
    text = changed_local_file(*text, {kLogLevelKey, "loglevel", policy::RegData(std::uint32_t{5})});
    REQUIRE(text);
    const auto steps = policy::parse_reg_file(as_bytes(*text));
    REQUIRE(steps);
    const std::vector<policy::RegFile> files{{"00-local.reg", *steps}};
    CHECK(policy::find_number(files, kLogLevelKey, "LogLevel").value() == 5U);
    CHECK(policy::find_text(files, "HKEY_LOCAL_MACHINE\\Software\\AeClient\\KeyProviders",
                            "A \"B\" \\ C")
              .value() == "pkcs11:a\\b");
    text = changed_local_file(*text, {kLogLevelKey, "LogLevel", {}});
    REQUIRE(text);
    CHECK(text->find("LogLevel") == std::string::npos);
    CHECK(text->find("pkcs11") != std::string::npos);
}

TEST_CASE("a file that somebody else wrote is not written anew", "[settings][file]") {
    const std::string head = "Windows Registry Editor Version 5.00\r\n\r\n";
    const LocalChange change{kLogLevelKey, "LogLevel", policy::RegData(std::uint32_t{4})};
    for (const std::string lines :
         {"[-HKEY_LOCAL_MACHINE\\Software\\AeClient]\r\n",
          "[HKEY_LOCAL_MACHINE\\Software\\AeClient]\r\n\"A\"=-\r\n",
          "[HKEY_LOCAL_MACHINE\\Software\\AeClient]\r\n\"A\"=hex:01\r\n"}) {
        INFO(lines);
        const auto text = changed_local_file(head + lines, change);
        REQUIRE_FALSE(text);
        CHECK(text.error().code == kInvalidData);
    }
    CHECK(changed_local_file("nonsense", change).error().code == kInvalidData);
}

TEST_CASE("a change that another value overrules says so", "[settings][set]") {
    const LocalChange change{kLogLevelKey, "AEPolicy", policy::RegData(std::uint32_t{7})};
    Changed changed{change, "/etc/aeclient/policy.d/00-local.reg", {}};
    changed.after.name = "AEPolicy";
    changed.after.from = SettingSource{changed.place, kLogLevelKey, "7", false};
    CHECK(is_in_force(changed));
    CHECK(change_as_text(changed).find("in force now: 7") != std::string::npos);
    changed.after.from =
        SettingSource{"/etc/aeclient/policy.d/10-gpo.reg", "HKLM\\Policies", "6", true};
    CHECK_FALSE(is_in_force(changed));
    CHECK(change_as_text(changed).find("another value, which wins: 6") != std::string::npos);
    const auto json = nlohmann::json::parse(change_as_json(changed));
    CHECK(json["wins"] == false);
    CHECK(json["in_force"]["value"] == "6");
}

TEST_CASE("a change that another file takes away says so", "[settings][set]") {
    const auto change = change_of(Scope::machine, "JitterMinutes", "5");
    REQUIRE(change);
    for (const std::string& lines : {std::string("[-HKEY_LOCAL_MACHINE\\Software\\AeClient]\r\n"),
                                     kOwn + "\"JitterMinutes\"=-\r\n"}) {
        INFO(lines);
        const std::vector<policy::RegFile> files{
            file("00-local.reg", kOwn + "\"JitterMinutes\"=dword:00000005\r\n"),
            file("50-site.reg", lines)};
        const Changed changed{*change, "00-local.reg",
                              setting_named(view_settings(Scope::machine, files), "JitterMinutes")};
        CHECK_FALSE(is_in_force(changed));
        CHECK(change_as_text(changed).find("it is not in force: another file takes it away\n") !=
              std::string::npos);
        const auto json = nlohmann::json::parse(change_as_json(changed));
        CHECK(json["wins"] == false);
        CHECK(json["in_force"].is_null());
    }
}

TEST_CASE("a place of keys that the stores would not take is not set", "[settings][set]") {
    struct Row {
        std::string value;
        std::string says;
    };
    for (const Row& row : {Row{"pkcs11:token=a?pin-value=1234", "has a PIN in it"},
                           Row{"pkcs11:token=a?PIN-Value=1234", "has a PIN in it"},
                           Row{"tpm2:x", "no place of keys"}, Row{"", "no place of keys"}}) {
        INFO(row.value);
        const auto change = change_of(Scope::machine, "keyproviders\\HSM", row.value);
        REQUIRE_FALSE(change);
        CHECK(change.error().sentence().find(row.says) != std::string::npos);
        CHECK(change.error().sentence().find("1234") == std::string::npos);
    }
    CHECK(change_of(Scope::machine, "KeyProviders\\HSM", "pkcs11:token=a?pin-source=file:/p"));
}

TEST_CASE("a PIN that stands in a file is never shown", "[settings][output]") {
    const std::string key = "[HKEY_LOCAL_MACHINE\\Software\\Policies\\AeClient\\KeyProviders]\r\n";
    const std::vector<policy::RegFile> files{
        file("10-gpo.reg", key + "\"HSM\"=\"pkcs11:token=a?pin-value=1234\"\r\n"),
        file("20-gpo.reg", key + "\"HSM\"=\"pkcs11:token=a?PIN-VALUE=1234\"\r\n")};
    const SettingsView view = view_settings(Scope::machine, files);
    REQUIRE(setting_named(view, "KeyProviders\\HSM").from);
    for (const std::string& shown : {settings_as_text(Scope::machine, view, Style()),
                                     settings_as_json(Scope::machine, view)}) {
        INFO(shown);
        CHECK(shown.find("1234") == std::string::npos);
        CHECK(shown.find("a PKCS #11 URI with a PIN in it, which does not count") !=
              std::string::npos);
    }
}

TEST_CASE("no change makes the file one that its reader refuses", "[settings][file]") {
    const auto with = [](std::size_t octets) {
        return changed_local_file("", {"HKEY_LOCAL_MACHINE\\Software\\AeClient", "MetricsFile",
                                       policy::RegData(std::string(octets, 'x'))});
    };
    const auto short_one = with(1);
    REQUIRE(short_one);
    const std::size_t room = policy::kMaxRegFileOctets - short_one->size() + 1;
    CHECK(with(room));
    const auto refused = with(room + 1);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == kInvalidData);
}

TEST_CASE("the bits of AEPolicy are told one by one", "[settings][output]") {
    SettingsView view = view_settings(Scope::machine, {});
    view.ae_policy = 0x8001;
    const std::string text = settings_as_text(Scope::machine, view, Style());
    CHECK(text.find("0x1       overruled") != std::string::npos);
    CHECK(text.find("0x2       no") != std::string::npos);
    CHECK(text.find("0x8000    yes") != std::string::npos);
    const auto json = nlohmann::json::parse(settings_as_json(Scope::machine, view));
    CHECK(json["ae_policy"][0]["set"] == true);
    CHECK(json["ae_policy"][1]["set"] == false);
}

TEST_CASE("the log level says what reaches the system's log", "[settings][output]") {
    const SettingsView view = view_settings(Scope::machine, {});
    CHECK(log_level_as_text(setting_named(view, "LogLevel")) ==
          "LogLevel 3: the system's log gets warnings\nfrom the default\nthe event store keeps "
          "everything (aeclient events)\n");
    const auto json = nlohmann::json::parse(log_level_as_json(setting_named(view, "LogLevel")));
    CHECK(json["level"] == 3);
    CHECK(json["name"] == "warning");
}

}  // namespace
}  // namespace ae::service
