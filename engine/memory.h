// What one pulse leaves for the next: a plain value, saved when the pulse ends (ports.h
// MemoryStore).  Losing it is harmless: rules then act as if they had not happened before.
//
// Not for: anything that a store or the directory knows better.  Sources: RULES.md B1 (brake),
// back-off, health, Q7, K3, X3, all [P].  Pure, any thread.
#pragma once

#include "engine/base/result.h"
#include "engine/base/time.h"
#include "engine/directory.h"

#include <optional>
#include <set>
#include <string>
#include <vector>

namespace ae::engine {

// A CA issued a certificate for this reason, whether or not it could be used.
struct Issuance {
    std::string template_name{};
    std::string reason{};  // Action::reason: the rule, and what would make it another reason
    Time when{};
    Seconds lifetime{};  // of the certificate
    bool operator==(const Issuance&) const = default;
};

// A CA said no.
struct Refusal {
    std::string template_name{};
    std::string template_version{};  // "100.4": another version clears it
    CaRef ca{};
    Hresult code{};
    unsigned count = 0;
    Time last{};
    bool operator==(const Refusal&) const = default;
};

// A CA did not answer at all.
struct Outage {
    CaRef ca{};
    Time when{};
    bool operator==(const Outage&) const = default;
};

// The directory's set for a store was empty where the store is not (rule K3).
struct EmptyRead {
    TrustStore store{};
    Time first{};
    bool operator==(const EmptyRead&) const = default;
};

// Somebody was told that this certificate expires (rule X3).
struct Warning {
    std::string thumbprint{};
    Time when{};
    bool operator==(const Warning&) const = default;
};

struct Memory {
    std::vector<Issuance> issued{};
    std::vector<Refusal> refusals{};
    std::vector<Outage> outages{};
    std::vector<EmptyRead> empty_reads{};
    std::vector<Warning> warned{};
    bool operator==(const Memory&) const = default;
};

// Rule B1, the brake: a template that was issued twice within a day for the same reason, and whose
// reason still stands.  Half the life of a short-lived certificate shortens the day.  The brake
// holds until the reason changes: forget_issues() then drops what counted.
inline constexpr std::chrono::hours kBrakeWindow{24};
// The latest two issues for this reason when they are that close together; else empty.
std::vector<Issuance> repeated_issues(const Memory& memory, const std::string& template_name,
                                      const std::string& reason);

// Back-off: no wait after the first denial, 8 hours after the second, 24 after each later one.
// Until when this CA is not asked for the template; nothing when it may be asked.
std::optional<Time> refused_until(const Memory& memory, const std::string& template_name,
                                  const std::string& template_version, const CaRef& ca);

// Health: a CA that did not answer within this time is asked after those that did.
inline constexpr std::chrono::hours kOutageMemory{8};
bool was_unreachable(const Memory& memory, const CaRef& ca, Time now);

// Rule X3: one warning a day for each certificate.
std::set<std::string> warned_lately(const Memory& memory, Time now);

void note_issue(Memory& memory, Issuance issue);
std::size_t issues_of(const Memory& memory, const std::string& template_name);
// The template needs nothing any more, or needs it for another reason than `but_for`.
void forget_issues(Memory& memory, const std::string& template_name, const std::string& but_for);
void note_refusal(Memory& memory, Refusal refusal);
void note_outage(Memory& memory, const CaRef& ca, Time now);
void note_answer(Memory& memory, const CaRef& ca);  // it answers again
void note_warning(Memory& memory, const std::string& thumbprint, Time now);

// A clock that was set back must not make the past last: what lies ahead of `now` counts as now.
void forget_the_future(Memory& memory, Time now);

// Drops what no rule asks for any more, so that the memory never grows without bound.
void forget_old(Memory& memory, Time now);

}  // namespace ae::engine
