// The registry as the readers see it, in hives that the test puts in place of the process' own.

#include "engine/base/hresult_table.h"
#include "engine/base/win32.h"
#include "policy/agent_settings.h"
#include "policy/policy_servers.h"
#include "policy/policy_source.h"
#include "policy/reg_files.h"

#include <string>
#include <vector>

#include <aclapi.h>
#include <catch2/catch.hpp>

namespace {

using namespace ae;
using namespace ae::policy;
using engine::Scope;

// HKEY_LOCAL_MACHINE and HKEY_CURRENT_USER of this process, empty, while it lives.
class OwnHives {
  public:
    OwnHives() {
        REQUIRE(::RegCreateKeyExW(HKEY_CURRENT_USER, kRoot, 0, nullptr, 0, KEY_ALL_ACCESS, nullptr,
                                  root_.put(), nullptr) == ERROR_SUCCESS);
        ::RegDeleteTreeW(root_.get(), nullptr);
        machine_ = make(root_.get(), "machine");
        user_ = make(root_.get(), "user");
        REQUIRE(::RegOverridePredefKey(HKEY_LOCAL_MACHINE, machine_.get()) == ERROR_SUCCESS);
        REQUIRE(::RegOverridePredefKey(HKEY_CURRENT_USER, user_.get()) == ERROR_SUCCESS);
    }
    OwnHives(const OwnHives&) = delete;
    OwnHives& operator=(const OwnHives&) = delete;
    OwnHives(OwnHives&&) = delete;
    OwnHives& operator=(OwnHives&&) = delete;
    ~OwnHives() {
        ::RegOverridePredefKey(HKEY_LOCAL_MACHINE, nullptr);
        ::RegOverridePredefKey(HKEY_CURRENT_USER, nullptr);
        ::RegDeleteTreeW(HKEY_CURRENT_USER, kRoot);
    }

    static UniqueRegistryKey make(HKEY parent, std::string_view path) {
        UniqueRegistryKey key;
        REQUIRE(::RegCreateKeyExW(parent, wide(path).c_str(), 0, nullptr, 0,
                                  KEY_ALL_ACCESS | KEY_WOW64_64KEY, nullptr, key.put(),
                                  nullptr) == ERROR_SUCCESS);
        return key;
    }

  private:
    static constexpr const wchar_t* kRoot = L"Software\\AeClientTest\\reg_files_registry";
    UniqueRegistryKey root_{};
    UniqueRegistryKey machine_{};
    UniqueRegistryKey user_{};
};

void set(HKEY hive, std::string_view path, const std::string& name, DWORD type,
         const std::vector<BYTE>& data) {
    const auto key = OwnHives::make(hive, path);
    REQUIRE(::RegSetValueExW(key.get(), wide(name).c_str(), 0, type, data.data(),
                             static_cast<DWORD>(data.size())) == ERROR_SUCCESS);
}

void set(HKEY hive, std::string_view path, const std::string& name, DWORD value) {
    const auto* octets = reinterpret_cast<const BYTE*>(&value);
    set(hive, path, name, REG_DWORD, {octets, octets + sizeof value});
}

std::vector<BYTE> octets_of(const std::wstring& text) {
    const auto* octets = reinterpret_cast<const BYTE*>(text.data());
    return {octets, octets + text.size() * sizeof(wchar_t)};
}

void set(HKEY hive, std::string_view path, const std::string& name, const std::string& text) {
    set(hive, path, name, REG_SZ, octets_of(wide(text) + L'\0'));
}

engine::AutoenrollPolicy policy_of(Scope scope) {
    auto read = create_policy_source()->read(scope);
    INFO((read ? std::string{} : read.error().sentence()));
    REQUIRE(read);
    return std::move(*read);
}

Error policy_error(Scope scope = Scope::machine) {
    auto read = create_policy_source()->read(scope);
    REQUIRE_FALSE(read);
    return std::move(read.error());
}

}  // namespace

TEST_CASE("without any key there is no policy, and that is no error", "[registry]") {
    const OwnHives hives;
    CHECK_FALSE(policy_of(Scope::machine).bits);
    CHECK(policy_of(Scope::machine).source.empty());
    CHECK_FALSE(policy_of(Scope::user).bits);
    const auto settings = read_agent_settings(Scope::machine, {});
    REQUIRE(settings);
    CHECK(*settings == AgentSettings{});
    CHECK_FALSE(settings->transport);
}

TEST_CASE("AEPolicy stands in the hive of the context, the policy key first", "[registry][A4]") {
    const OwnHives hives;
    set(HKEY_LOCAL_MACHINE, kLocalKey, "AEPolicy", 1);
    CHECK(policy_of(Scope::machine).bits == 1U);
    CHECK(policy_of(Scope::machine).source ==
          "the registry: HKEY_LOCAL_MACHINE\\" + std::string(kLocalKey));
    CHECK_FALSE(policy_of(Scope::user).bits);

    set(HKEY_LOCAL_MACHINE, kPolicyKey, "aepolicy", 7);
    CHECK(policy_of(Scope::machine).bits == 7U);
    CHECK(policy_of(Scope::machine).source ==
          "the registry: HKEY_LOCAL_MACHINE\\" + std::string(kPolicyKey));

    set(HKEY_CURRENT_USER, kPolicyKey, "AEPolicy", 0x8000);
    CHECK(policy_of(Scope::user).bits == 0x8000U);
    CHECK(policy_of(Scope::machine).bits == 7U);
}

TEST_CASE("it is read afresh each time", "[registry][C3]") {
    const OwnHives hives;
    const auto source = create_policy_source();
    CHECK_FALSE(source->read(Scope::machine)->bits);
    set(HKEY_LOCAL_MACHINE, kPolicyKey, "AEPolicy", 7);
    CHECK(source->read(Scope::machine)->bits == 7U);
    set(HKEY_LOCAL_MACHINE, kPolicyKey, "AEPolicy", 6);
    CHECK(source->read(Scope::machine)->bits == 6U);
}

TEST_CASE("a value of the wrong type is an error that names the key", "[registry][A5]") {
    const OwnHives hives;
    set(HKEY_LOCAL_MACHINE, kPolicyKey, "AEPolicy", std::string("7"));
    const auto text = policy_error();
    CHECK(text.code == kInvalidData);
    CHECK(text.context == "policy in the registry, HKEY_LOCAL_MACHINE\\" + std::string(kPolicyKey) +
                              ": AEPolicy is a REG_SZ, it must be a REG_DWORD");
    CHECK(text.remedy == "Remove the value and set it anew as a REG_DWORD.");

    set(HKEY_LOCAL_MACHINE, kPolicyKey, "AEPolicy", REG_QWORD, std::vector<BYTE>(8));
    CHECK(policy_error().context.ends_with("AEPolicy is a REG_QWORD, it must be a REG_DWORD"));
    set(HKEY_LOCAL_MACHINE, kPolicyKey, "AEPolicy", REG_DWORD, {7, 0});
    CHECK(policy_error().context.ends_with(
        "AEPolicy is a REG_DWORD without four octets, it must be a REG_DWORD"));
}

TEST_CASE("texts end at their first NUL, whether or not there is one", "[registry]") {
    const OwnHives hives;
    const std::string utf8 = "C:\\Monitoring\\Z\xC3\xBCrich\\aeclient.prom";
    for (const auto& stored : {wide(utf8), wide(utf8) + L'\0', wide(utf8) + std::wstring(2, L'\0'),
                               wide(utf8) + std::wstring(L"\0rest", 5)}) {
        set(HKEY_LOCAL_MACHINE, kAgentPolicyKey, "MetricsFile", REG_SZ, octets_of(stored));
        const auto settings = read_agent_settings(Scope::machine, {});
        INFO((settings ? std::string{} : settings.error().sentence()));
        REQUIRE(settings);
        CHECK(settings->metrics_file == utf8);
    }
    set(HKEY_LOCAL_MACHINE, kAgentPolicyKey, "MetricsFile", REG_SZ, std::vector<BYTE>{});
    CHECK(read_agent_settings(Scope::machine, {})->metrics_file.empty());
    set(HKEY_LOCAL_MACHINE, kAgentPolicyKey, "MetricsFile", REG_EXPAND_SZ,
        octets_of(wide("%TEMP%\\a") + L'\0'));
    CHECK(read_agent_settings(Scope::machine, {})
              .error()
              .context.ends_with("MetricsFile is a REG_EXPAND_SZ, it must be a REG_SZ"));
}

TEST_CASE("the agent's own settings come from its own keys", "[registry][agent-settings]") {
    const OwnHives hives;
    set(HKEY_LOCAL_MACHINE, kAgentLocalKey, "JitterMinutes", 7);
    set(HKEY_LOCAL_MACHINE, kAgentPolicyKey, "Transport", std::string("dcom"));
    set(HKEY_LOCAL_MACHINE, kLocalKey, "LogLevel", 4);
    set(HKEY_CURRENT_USER, kLocalKey, "AEExpress", 1);
    const auto machine = read_agent_settings(Scope::machine, {});
    REQUIRE(machine);
    CHECK(machine->timer.jitter == std::chrono::minutes(7));
    CHECK(machine->transport == Transport::dcom);
    CHECK(machine->log_level == LogLevel::information);
    CHECK_FALSE(machine->express);
    CHECK(read_agent_settings(Scope::user, {})->express);
}

TEST_CASE("each key below PolicyServers is an end point, also one without values",
          "[registry][A6]") {
    const OwnHives hives;
    const auto below = std::string(kPolicyServersKey) + '\\';
    set(HKEY_LOCAL_MACHINE, below + "one", "URL", std::string("LDAP:"));
    set(HKEY_LOCAL_MACHINE, below + "one", "Flags", kEndPointAutoenrollment);
    OwnHives::make(HKEY_LOCAL_MACHINE, below + "two");
    const auto files = load_reg_files({});
    REQUIRE(files);
    const auto end_points = read_end_points(Scope::machine, *files);
    REQUIRE(end_points);
    REQUIRE(end_points->size() == 2);
    CHECK(end_points->at(0).key == "one");
    CHECK(end_points->at(0).url == "LDAP:");
    CHECK(end_points->at(0).flags == kEndPointAutoenrollment);
    CHECK(end_points->at(1).key == "two");
    CHECK(end_points->at(1).url.empty());
    CHECK(read_end_points(Scope::user, *files)->empty());
}

TEST_CASE("what is larger than any setting is refused, with the key's name", "[registry]") {
    const OwnHives hives;
    SECTION("64 KiB are taken") {
        set(HKEY_LOCAL_MACHINE, kAgentLocalKey, "Other", REG_BINARY, std::vector<BYTE>(65536));
        CHECK(load_reg_files({}));
    }
    SECTION("an octet more is not") {
        set(HKEY_LOCAL_MACHINE, kAgentLocalKey, "Other", REG_BINARY, std::vector<BYTE>(65537));
        const auto read = load_reg_files({});
        REQUIRE_FALSE(read);
        CHECK(read.error().code == kInvalidData);
        CHECK(read.error().context ==
              "the registry key HKEY_LOCAL_MACHINE\\Software\\AeClient holds a value of more than "
              "64 KiB");
    }
    const auto fill = [](DWORD count) {
        const auto key = OwnHives::make(HKEY_LOCAL_MACHINE, kAgentLocalKey);
        for (DWORD number = 0; number < count; ++number) {
            REQUIRE(::RegSetValueExW(key.get(), std::to_wstring(number).c_str(), 0, REG_SZ, nullptr,
                                     0) == ERROR_SUCCESS);
        }
    };
    SECTION("1000 values are taken") {
        fill(1000);
        CHECK(load_reg_files({}));
    }
    SECTION("one more is not") {
        fill(1001);
        const auto read = load_reg_files({});
        REQUIRE_FALSE(read);
        CHECK(read.error().code == kInvalidData);
    }
}

TEST_CASE("a key that may not be read stops everything, with a remedy", "[registry]") {
    const OwnHives hives;
    // Its owner may always change the list, which is what deleting the key later needs.
    const auto key = OwnHives::make(HKEY_LOCAL_MACHINE, kPolicyKey);
    const auto allow = [&](ACL* list) {
        return ::SetSecurityInfo(key.get(), SE_REGISTRY_KEY, DACL_SECURITY_INFORMATION, nullptr,
                                 nullptr, list, nullptr);
    };
    ACL nobody{};
    REQUIRE(::InitializeAcl(&nobody, sizeof nobody, ACL_REVISION) != 0);
    REQUIRE(allow(&nobody) == ERROR_SUCCESS);
    const auto refused = policy_error();
    CHECK(allow(nullptr) == ERROR_SUCCESS);
    CHECK(refused.code == kAccessDenied);
    CHECK(refused.context.find(std::string(kPolicyKey)) != std::string::npos);
    CHECK(refused.remedy == "Give the account that runs this the right to read the key.");
    CHECK_FALSE(policy_of(Scope::machine).bits);
}
