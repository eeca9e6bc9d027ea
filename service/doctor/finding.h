// What `aeclient doctor` says: one finding per diagnosis that was looked at.  Plain values.
// The ids are those of docs/doctor.md; the rules behind them are the engine's (engine/decision.h).
#pragma once

#include "engine/base/result.h"
#include "engine/events.h"

#include <string>
#include <string_view>
#include <vector>

namespace ae::service {

// In the order of the guide.  What a stage found wrong keeps later ones from guessing.
enum class Stage {
    environment,
    policy,
    trigger,
    present,  // is it there already?
    rights,
    ca_choice,
    key,
    network,
    refusal,  // what the CA said
    pending,
    installed,
    mapping,  // will a domain controller, a Wi-Fi or a VPN take it?
};
std::string_view to_string(Stage stage);

enum class FindingVerdict { ok, note, warn, fail, not_checked };
std::string_view to_string(FindingVerdict verdict);  // "OK", "NOTE", "WARN", "FAIL", "not checked"

struct EventName {
    engine::EventSource source{};
    std::uint32_t number = 0;
    bool operator==(const EventName&) const = default;
};
EventName name_of(engine::EventId id);

struct Finding {
    std::string id{};  // "POL3"
    Stage stage{};
    FindingVerdict verdict{};
    std::string subject{};   // the template, CA or certificate that it is about; empty: the context
    std::string sentence{};  // one
    std::vector<std::string> evidence{};  // a line each: what was read, where
    std::string remedy{};                 // empty: nothing is to be done
    std::vector<EventName> events{};      // that belong to this diagnosis
    std::vector<Hresult> codes{};
};

struct Diagnosis {
    std::vector<Finding> findings{};  // in the order of the stages
    std::string answer{};             // with a template: the one line that section 8 promises
};

// 0: nothing above NOTE; 1: WARN; 2: FAIL.  (3: doctor itself could not run.)
int exit_code(const Diagnosis& diagnosis);

}  // namespace ae::service
