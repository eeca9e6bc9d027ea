#include "policy/agent_settings.h"

#include "engine/base/hresult_table.h"

#include <array>
#include <filesystem>
#include <span>
#include <string>

#include <catch2/catch.hpp>

namespace {

using namespace ae;
using namespace ae::policy;
using engine::Scope;
using std::chrono::minutes;

const std::string kMachine = "HKEY_LOCAL_MACHINE\\";
const std::string kUser = "HKEY_CURRENT_USER\\";

struct Value {
    std::string key{};
    std::string name{};
    RegData data{};
};

// One file for each list; the values stand from line 10 on.
std::vector<RegFile> files(const std::vector<std::vector<Value>>& lists) {
    std::vector<RegFile> all;
    for (const auto& list : lists) {
        RegFile file{std::to_string(all.size() + 1) + ".reg", {}};
        for (const Value& value : list) {
            file.operations.push_back({RegAction::set_value, value.key, value.name, value.data,
                                       10 + file.operations.size()});
        }
        all.push_back(std::move(file));
    }
    return all;
}

Value windows(const std::string& name, RegData data, const std::string& hive = kMachine) {
    return {hive + std::string(kLocalKey), name, std::move(data)};
}
Value by_policy(const std::string& name, RegData data, const std::string& hive = kMachine) {
    return {hive + std::string(kAgentPolicyKey), name, std::move(data)};
}
Value by_hand(const std::string& name, RegData data) {
    return {kMachine + std::string(kAgentLocalKey), name, std::move(data)};
}

AgentSettings settings(const std::vector<Value>& values, Scope scope = Scope::machine) {
    const auto read = agent_settings(scope, files({values}));
    INFO((read ? std::string{} : read.error().context));
    REQUIRE(read);
    return *read;
}

std::string problem(const std::vector<Value>& values) {
    const auto read = agent_settings(Scope::machine, files({values}));
    REQUIRE_FALSE(read);
    CHECK(read.error().code == kInvalidData);
    CHECK_FALSE(read.error().remedy.empty());
    return read.error().context;
}

std::string somewhere() { return (std::filesystem::current_path() / "aeclient.prom").string(); }

}  // namespace

TEST_CASE("without any value the agent behaves as documented", "[agent-settings]") {
    const AgentSettings usual = settings({});
    CHECK(usual.log_level == LogLevel::warning);
    CHECK_FALSE(usual.express);
    CHECK(usual.timer.jitter == minutes(30));
    CHECK(usual.timer.retry_unreachable);
    CHECK(usual.timer.retry_expiring);
    CHECK(usual.metrics_file.empty());
    CHECK(usual == AgentSettings{});
}

TEST_CASE("LogLevel goes from 0 to 5 and is the machine's in every context",
          "[agent-settings][LogLevel]") {
    for (std::uint32_t level = 0; level <= 5; ++level) {
        for (const Scope scope : {Scope::machine, Scope::user}) {
            CHECK(static_cast<std::uint32_t>(
                      settings({windows("LogLevel", level)}, scope).log_level) == level);
        }
    }
    CHECK(settings({windows("LogLevel", 5U, kUser)}, Scope::user).log_level == LogLevel::warning);
    CHECK(problem({windows("LogLevel", 6U)}) ==
          "policy 1.reg line 10: LogLevel is 6, it must be at most 5");
}

TEST_CASE("AEExpress is read from the hive of the context", "[agent-settings][R-UI3]") {
    CHECK(settings({windows("AEExpress", 1U)}).express);
    CHECK_FALSE(settings({windows("AEExpress", 1U)}, Scope::user).express);
    CHECK(settings({windows("AEExpress", 1U, kUser)}, Scope::user).express);
    CHECK_FALSE(settings({windows("AEExpress", 0U, kUser)}, Scope::user).express);
}

TEST_CASE("jitter is at most a day, and 0 is as Windows", "[agent-settings][J1]") {
    CHECK(settings({by_policy("JitterMinutes", 0U)}).timer.jitter == minutes(0));
    CHECK(settings({by_policy("JitterMinutes", 1440U)}).timer.jitter == minutes(1440));
    CHECK(problem({by_policy("JitterMinutes", 1441U)}) ==
          "policy 1.reg line 10: JitterMinutes is 1441, it must be at most 1440");
    CHECK(problem({by_policy("JitterMinutes", 0xFFFFFFFFU)}) ==
          "policy 1.reg line 10: JitterMinutes is 4294967295, it must be at most 1440");
}

TEST_CASE("each retry can be switched off by itself", "[agent-settings][J2]") {
    const auto unreachable = settings({by_policy("RetryUnreachable", 0U)}).timer;
    CHECK_FALSE(unreachable.retry_unreachable);
    CHECK(unreachable.retry_expiring);
    const auto expiring = settings({by_policy("RetryExpiring", 0U)}).timer;
    CHECK(expiring.retry_unreachable);
    CHECK_FALSE(expiring.retry_expiring);
    CHECK(problem({by_policy("RetryExpiring", 2U)}) ==
          "policy 1.reg line 10: RetryExpiring is 2, it must be at most 1");
}

TEST_CASE("the metrics file has an absolute path; an empty one is none",
          "[agent-settings][metrics]") {
    CHECK(settings({by_policy("MetricsFile", somewhere())}).metrics_file == somewhere());
    CHECK(settings({by_policy("MetricsFile", std::string())}).metrics_file.empty());
    CHECK(problem({by_policy("MetricsFile", std::string("metrics/a.prom"))}) ==
          "policy 1.reg line 10: MetricsFile is \"metrics/a.prom\", which is no absolute path");
    CHECK(problem({by_policy("MetricsFile", std::string("\x1b[2J"))}) ==
          "policy 1.reg line 10: MetricsFile is \"\\x1b[2J\", which is no absolute path");
}

TEST_CASE("the transport is one that the platform has, and pinned only when it is named",
          "[agent-settings][transport]") {
    constexpr std::array kWindows{Transport::com, Transport::dcom, Transport::icpr};
    constexpr std::array kLinux{Transport::dcom, Transport::icpr};
    const auto on = [](std::span<const Transport> here, const std::vector<Value>& values) {
        return agent_settings(Scope::machine, files({values}), here);
    };
    CHECK_FALSE(on(kWindows, {})->transport);
    CHECK_FALSE(on(kLinux, {})->transport);
    for (const auto& here :
         {std::span<const Transport>(kWindows), std::span<const Transport>(kLinux)}) {
        CHECK(on(here, {by_policy("Transport", std::string("icpr"))})->transport ==
              Transport::icpr);
    }
    CHECK(on(kWindows, {by_policy("Transport", std::string("dcom"))})->transport ==
          Transport::dcom);
    CHECK(on(kWindows, {by_policy("Transport", std::string("COM"))})->transport == Transport::com);
    CHECK(on(kLinux, {by_hand("Transport", std::string("DCOM"))})->transport == Transport::dcom);
    CHECK(on(kWindows, {by_policy("Transport", std::string("com")),
                        by_hand("Transport", std::string("dcom"))})
              ->transport == Transport::com);

    const auto not_here = on(kLinux, {by_policy("Transport", std::string("com"))});
    REQUIRE_FALSE(not_here);
    CHECK(not_here.error().code == kInvalidData);
    CHECK(not_here.error().context ==
          "policy 1.reg line 10: Transport is \"com\", which this platform does not have");
    CHECK(not_here.error().remedy == "Write \"dcom\" or \"icpr\", or remove the value.");
    const auto unknown = on(kWindows, {by_policy("Transport", std::string("pigeon"))});
    REQUIRE_FALSE(unknown);
    CHECK(unknown.error().remedy == "Write \"com\", \"dcom\" or \"icpr\", or remove the value.");
    CHECK_FALSE(on(kWindows, {by_policy("Transport", std::string())}));
    CHECK_FALSE(on(kWindows, {by_policy("Transport", 1U)}));
}

TEST_CASE("archived certificates are kept unless a number says how many", "[agent-settings][X1]") {
    CHECK_FALSE(settings({}).keep_archived);
    CHECK(settings({by_policy("KeepArchived", 0U)}).keep_archived == 0U);
    CHECK(settings({by_policy("KeepArchived", 3U), by_hand("KeepArchived", 5U)}).keep_archived ==
          3U);
}

TEST_CASE("replicated trust goes into the system's own where the administrator wants it",
          "[agent-settings][K2]") {
    CHECK_FALSE(settings({}).publish_trust);
    CHECK(settings({by_policy("PublishTrust", 1U)}).publish_trust);
    CHECK_FALSE(
        settings({by_policy("PublishTrust", 0U), by_hand("PublishTrust", 1U)}).publish_trust);
    CHECK(problem({by_policy("PublishTrust", 2U)}) ==
          "policy 1.reg line 10: PublishTrust is 2, it must be at most 1");
}

TEST_CASE("providers and readers of keys are tables, and policy wins name by name",
          "[agent-settings][keys]") {
    using Table = std::map<std::string, std::string>;
    const auto below = [](Value value, const std::string& key) {
        value.key += '\\' + key;
        return value;
    };
    const auto text = [](const char* words) { return std::string(words); };
    const auto read =
        settings({below(by_policy("Acme HSM Provider", text("pkcs11:token=acme")), "KeyProviders"),
                  below(by_hand("ACME hsm provider", text("software")), "KeyProviders"),
                  below(by_hand("Other Provider", text("tpm")), "KeyProviders"),
                  below(by_policy("CorpWeb", text("")), "KeyReaders"),
                  below(by_hand("CorpWeb", text("www-data")), "KeyReaders"),
                  below(by_hand("CorpMail", text("mail")), "KeyReaders")});
    CHECK(read.key_providers ==
          Table{{"acme hsm provider", "pkcs11:token=acme"}, {"other provider", "tpm"}});
    CHECK(read.key_readers == Table{{"corpmail", "mail"}});
    CHECK(problem({below(by_policy("CorpWeb", 1U), "KeyReaders")}) ==
          "policy 1.reg line 10: CorpWeb is a REG_DWORD, it must be a REG_SZ");
}

TEST_CASE("the policy key wins over the local key, whatever the order of the files",
          "[agent-settings][A4]") {
    CHECK(settings({by_hand("JitterMinutes", 7U)}).timer.jitter == minutes(7));
    CHECK(settings({by_policy("JitterMinutes", 5U), by_hand("JitterMinutes", 7U)}).timer.jitter ==
          minutes(5));
    CHECK(settings({by_hand("JitterMinutes", 7U), by_policy("JitterMinutes", 5U)}).timer.jitter ==
          minutes(5));
    CHECK(settings({by_hand("MetricsFile", somewhere()), by_policy("MetricsFile", std::string())})
              .metrics_file.empty());
    // A user cannot steer what the machine's administrator decides.
    CHECK(settings({by_policy("JitterMinutes", 5U, kUser)}, Scope::user).timer.jitter ==
          minutes(30));
}

TEST_CASE("within one key a later file wins", "[agent-settings]") {
    const auto read = agent_settings(Scope::machine,
                                     files({{windows("LogLevel", 4U)}, {windows("loglevel", 2U)}}));
    REQUIRE(read);
    CHECK(read->log_level == LogLevel::error);
}

TEST_CASE("a value of the registry itself is named by its key, not by a line", "[agent-settings]") {
    const RegFile registry{
        "the registry",
        {{RegAction::set_value, kMachine + std::string(kLocalKey), "LogLevel", 9U}}};
    const auto read = agent_settings(Scope::machine, {registry});
    REQUIRE_FALSE(read);
    CHECK(read.error().context ==
          "policy in the registry, HKEY_LOCAL_MACHINE\\Software\\Microsoft\\Cryptography\\"
          "AutoEnrollment: LogLevel is 9, it must be at most 5");
}

TEST_CASE("a setting of the wrong type is an error that names file, line and type",
          "[agent-settings]") {
    const OtherRegData binary{3, {7}};
    struct Row {
        Value value;
        std::string problem;
    };
    for (const auto& row :
         {Row{windows("LogLevel", std::string("3")),
              "LogLevel is a REG_SZ, it must be a REG_DWORD"},
          Row{windows("AEExpress", binary), "AEExpress is a REG_BINARY, it must be a REG_DWORD"},
          Row{by_policy("JitterMinutes", std::string("30")),
              "JitterMinutes is a REG_SZ, it must be a REG_DWORD"},
          Row{by_hand("RetryUnreachable", binary),
              "RetryUnreachable is a REG_BINARY, it must be a REG_DWORD"},
          Row{by_hand("RetryExpiring", std::string("no")),
              "RetryExpiring is a REG_SZ, it must be a REG_DWORD"},
          Row{by_policy("MetricsFile", 1U), "MetricsFile is a REG_DWORD, it must be a REG_SZ"}}) {
        CHECK(problem({windows("Other", 1U), row.value}) == "policy 1.reg line 11: " + row.problem);
    }
    // The first of several is the one that is told.
    CHECK(problem({by_policy("JitterMinutes", 2000U), windows("LogLevel", 9U)}) ==
          "policy 1.reg line 11: LogLevel is 9, it must be at most 5");
}
