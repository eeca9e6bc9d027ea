// The agent's own settings out of the same registry values as AEPolicy: LogLevel and AEExpress as
// Windows names them, and what Windows has no name for under Software\Policies\AeClient (then
// Software\AeClient; the policy key wins).
//
//   Software\Microsoft\Cryptography\AutoEnrollment
//     LogLevel   REG_DWORD 0-5, 3: see LogLevel.  HKEY_LOCAL_MACHINE for every context, as in
//     Windows AEExpress  REG_DWORD 1: the notice to the user does not wait 60 s (hive of the
//     context)
//   Software\Policies\AeClient, Software\AeClient (HKEY_LOCAL_MACHINE)
//     JitterMinutes     REG_DWORD 30, at most 1440; 0: no jitter, as Windows
//     RetryUnreachable  REG_DWORD 1; 0: a run without a domain controller waits for the timer
//     RetryExpiring     REG_DWORD 1; 0: a failed renewal waits for the timer
//     MetricsFile       REG_SZ, absolute path of the OpenMetrics text file; empty or absent: none
//     Transport         REG_SZ "com", "dcom" or "icpr": the one way by which requests reach a CA
//                       (transport.h); one that the platform does not have is an error.  Absent:
//                       com on Windows, dcom on Linux, and icpr where that is no way in
//     KeepArchived      REG_DWORD: how many archived certificates of one template stay; keys that
//                       may decrypt something stay in any case.  Absent: all
//     PublishTrust      REG_DWORD 0; 1: replicated roots and intermediates go into the system's own
//                       trust as well (Linux; Windows has them there)
//     KeyProviders\     values: a provider's name, as templates write it = REG_SZ, where its keys
//                       live (stores/provider_table.h; Linux: Windows has its own providers); the
//                       policy key wins name by name
//     KeyReaders\       values: a template's cn = REG_SZ, the group that may read its keys (Linux);
//                       an empty text takes back what the local key says
//
// A value of the wrong type or out of range is an error that names it (as with AEPolicy).
// Pure, portable, any thread; read_agent_settings blocks on the disk.
#pragma once

#include "engine/triggers.h"
#include "policy/autoenroll_policy.h"
#include "policy/transport.h"

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>

namespace ae::policy {

// As Windows documents it: what goes to the system's log.  The local event store keeps everything.
enum class LogLevel { none = 0, critical = 1, error = 2, warning = 3, information = 4, all = 5 };

struct AgentSettings {
    LogLevel log_level = LogLevel::warning;
    bool express = false;
    engine::TimerSettings timer{};
    std::string metrics_file{};
    std::optional<Transport> transport{};  // the only one that may be used
    std::optional<std::uint32_t> keep_archived{};
    bool publish_trust = false;
    std::map<std::string, std::string> key_providers{};  // names in lower case
    std::map<std::string, std::string> key_readers{};    // the same
    bool operator==(const AgentSettings&) const = default;
};

inline constexpr std::string_view kAgentPolicyKey = "Software\\Policies\\AeClient";
inline constexpr std::string_view kAgentLocalKey = "Software\\AeClient";

// `transports`: those that the platform has, the usual one first.
Result<AgentSettings> agent_settings(engine::Scope scope, const std::vector<RegFile>& files,
                                     std::span<const Transport> transports = transports_here());

// From where AEPolicy comes too (policy_source.h).
Result<AgentSettings> read_agent_settings(engine::Scope scope, const std::string& policy_dir);

}  // namespace ae::policy
