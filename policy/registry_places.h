// Where in the registry policy and the agent's settings may stand, in both hives: what is read
// (reg_files.h) and what is watched for changes is this one list.
#pragma once

#include "policy/agent_settings.h"
#include "policy/autoenroll_policy.h"
#include "policy/policy_servers.h"

#include <array>
#include <string_view>

namespace ae::policy {

enum class KeysBelow { ignored, read };  // one level

struct RegistryPlace {
    std::string_view key{};  // below the hive
    KeysBelow below = KeysBelow::ignored;
};

inline constexpr std::array kRegistryPlaces = {RegistryPlace{kPolicyKey, KeysBelow::ignored},
                                               RegistryPlace{kLocalKey, KeysBelow::ignored},
                                               RegistryPlace{kPolicyServersKey, KeysBelow::read},
                                               RegistryPlace{kAgentPolicyKey, KeysBelow::read},
                                               RegistryPlace{kAgentLocalKey, KeysBelow::read}};

}  // namespace ae::policy
