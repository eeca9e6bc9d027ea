// The service host: the start function behind both fronts, systemd's and (later) the SCM's.  It
// waits for triggers, runs pulses in processes of their own, and answers on the control channel.
// It reads policy and its own state, and never talks to a directory, a CA or a key.
#pragma once

#include "policy/agent_settings.h"
#include "service/control/control_address.h"
#include "service/state_folder.h"

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace ae::service {

// Each stands for itself: a wrong number among the agent's own settings is no change of AEPolicy.
struct HostPolicy {
    Result<engine::AutoenrollPolicy> autoenroll{};
    Result<policy::AgentSettings> settings{};
};

struct HostOptions {
    engine::Scope scope = engine::Scope::machine;
    ControlAddress control{};
    std::string state_dir{};
    std::string policy_dir{};
    std::string worker_program{};
    std::vector<std::string> worker_arguments{};   // of every run
    std::vector<std::string> inspection_places{};  // of every command that only looks
    // A name of this machine's own until the directory told the account's SID (rule J1).
    std::string identity{};
    std::uint32_t process = 0;  // this one, for status
    bool verbose = false;       // standard error shows everything, whatever LogLevel says
    std::function<HostPolicy()> read_policy{};
    std::function<Time()> clock{};
};

// Until it is told to stop: SIGTERM, SIGINT.  Error: it could not begin, or its loop broke.
Done run_host(const HostOptions& options);

}  // namespace ae::service
