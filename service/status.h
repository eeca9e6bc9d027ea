// `aeclient status`: how one context stands, from its files and from its host.  No network.
// Pure; any thread.
#pragma once

#include "engine/pulse.h"
#include "service/replica_source.h"
#include "service/run_record.h"
#include "service/style.h"

#include <optional>
#include <string>
#include <vector>

namespace ae::service {

// What only the running host knows; it comes over the control channel.
struct HostStatus {
    std::uint32_t process = 0;
    Time since{};
    std::string state{};                   // "idle", "running", "waiting for the user"
    std::string running_trigger{};         // of the run that goes on
    std::optional<engine::DueRun> next{};  // of an idle host
    bool follow_up = false;                // one more run comes after this one (T7)
};

struct HeldStatus {
    std::string thumbprint{};
    std::string template_name{};  // empty: not managed
    std::string subject{};
    Time valid_from{};
    Time expires{};
    std::optional<Time> renewal_begins{};
    engine::KeyState key{};
};

struct PendingStatus {
    std::string template_name{};
    std::string ca{};                           // empty: it was never sent
    std::optional<std::uint32_t> request_id{};  // none, and a CA: sent, answer unknown (rule W7)
    Time submitted{};
};

struct CaHealth {
    std::string ca{};
    std::uint64_t failures = 0;           // RunCounters::ca_failures
    std::optional<Time> silent_since{};   // it did not answer (engine/memory.h Outage)
    std::vector<std::string> refusals{};  // "template X: denied 2 times, last 0x80094012 at ..."
};

// What is known of the directory without asking it (kept_replica.h).
struct ReplicaStatus {
    ReplicaSource source{};
    std::size_t templates = 0;
    std::size_t cas = 0;
};

struct ContextStatus {
    engine::Scope scope{};
    Time now{};
    engine::AutoenrollPolicy policy{};  // in force now
    std::string policy_problem{};       // it cannot be read
    std::optional<HostStatus> host{};   // nothing: not running
    std::string host_problem{};         // why it could not be asked, when it seems to run
    RunRecord record{};
    std::string record_problem{};            // run.json cannot be read: `record` says nothing
    std::optional<ReplicaStatus> replica{};  // nothing: no run has read the directory whole yet
    std::vector<HeldStatus> held{};
    std::vector<PendingStatus> pending{};
    std::vector<CaHealth> cas{};
    std::vector<std::string> warnings{};  // what the stores had to leave out
};

// The numbers are exit codes.  Of several that hold, the state is the one that explains most, in
// this order: disabled, not_running, failing, never_ran, attention.  Whoever switched
// autoenrollment off wants nothing to run; a service that does not run is why nothing succeeds; and
// so on.
enum class Health {
    healthy = 0,
    attention = 1,    // somebody should look before it becomes a failure
    failing = 2,      // the last run failed, the policy is unusable, or a certificate has expired
    disabled = 3,     // AEPolicy 0x8000, absent or without a bit that we know: nothing is enrolled
    not_running = 4,  // no host: nothing happens by itself
    never_ran = 5,    // no run has ended yet
};
// A request that waits longer than this at its CA has been forgotten by its manager.
inline constexpr std::chrono::days kPatience{3};

std::string_view to_string(Health health);  // "not running"
struct HealthReport {
    Health health{};
    // One sentence each, with what to do about it; those of all states that hold, in their order.
    std::vector<std::string> reasons{};
};
HealthReport health_of(const ContextStatus& status);

std::string status_as_text(const ContextStatus& status, const Style& style = {});
std::string status_as_json(const ContextStatus& status);

}  // namespace ae::service
