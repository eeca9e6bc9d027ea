#include "engine/memory.h"

#include "engine/base/text.h"

#include <algorithm>
#include <array>

namespace ae::engine {
namespace {

constexpr std::chrono::hours kWarnInterval{24};  // rule X3 [P]
constexpr std::chrono::days kKept{90};           // no rule looks further back
// Waits after the first, the second and every later denial.
constexpr std::array<std::chrono::hours, 3> kBackOff{std::chrono::hours{0}, std::chrono::hours{8},
                                                     std::chrono::hours{24}};

bool same_template(const std::string& left, const std::string& right) {
    return equal_ignoring_case(left, right);
}

}  // namespace

std::vector<Issuance> recent_issues(const Memory& memory, const std::string& template_name,
                                    const std::string& reason, Time now) {
    std::vector<Issuance> recent;
    for (const Issuance& one : memory.issued) {
        const Seconds window = std::min<Seconds>(kBrakeWindow, one.lifetime);
        if (one.reason == reason && same_template(one.template_name, template_name) &&
            now - one.when < window) {
            recent.push_back(one);
        }
    }
    return recent;
}

std::optional<Time> refused_until(const Memory& memory, const std::string& template_name,
                                  const std::string& template_version, const CaRef& ca) {
    std::optional<Time> until;
    for (const Refusal& one : memory.refusals) {
        if (one.ca != ca || one.template_version != template_version || one.count == 0 ||
            !same_template(one.template_name, template_name)) {
            continue;
        }
        const Time end = one.last + kBackOff[std::min<std::size_t>(one.count, kBackOff.size()) - 1];
        until = std::max(until.value_or(end), end);
    }
    return until;
}

bool was_unreachable(const Memory& memory, const CaRef& ca, Time now) {
    return std::ranges::any_of(memory.outages, [&](const Outage& one) {
        return one.ca == ca && now - one.when < kOutageMemory;
    });
}

bool was_warned(const Memory& memory, const std::string& thumbprint, Time now) {
    return std::ranges::any_of(memory.warned, [&](const Warning& one) {
        return one.thumbprint == thumbprint && now - one.when < kWarnInterval;
    });
}

void note_issue(Memory& memory, Issuance issue) {
    // What a CA issues, it no longer refuses.
    std::erase_if(memory.refusals, [&](const Refusal& one) {
        return same_template(one.template_name, issue.template_name);
    });
    memory.issued.push_back(std::move(issue));
}

void note_refusal(Memory& memory, Refusal refusal) {
    for (Refusal& one : memory.refusals) {
        if (one.ca == refusal.ca && one.code == refusal.code &&
            one.template_version == refusal.template_version &&
            same_template(one.template_name, refusal.template_name)) {
            ++one.count;
            one.last = refusal.last;
            return;
        }
    }
    refusal.count = 1;
    memory.refusals.push_back(std::move(refusal));
}

void note_outage(Memory& memory, const CaRef& ca, Time now) {
    note_answer(memory, ca);
    memory.outages.push_back({ca, now});
}

void note_answer(Memory& memory, const CaRef& ca) {
    std::erase_if(memory.outages, [&](const Outage& one) { return one.ca == ca; });
}

void note_warning(Memory& memory, const std::string& thumbprint, Time now) {
    std::erase_if(memory.warned, [&](const Warning& one) { return one.thumbprint == thumbprint; });
    memory.warned.push_back({thumbprint, now});
}

void forget_old(Memory& memory, Time now) {
    // Rule Q7 counts for as long as the reason stands; that is a few entries per name.
    std::erase_if(memory.issued, [&](const Issuance& one) {
        return now - one.when > kKept && !one.reason.starts_with("Q7");
    });
    std::erase_if(memory.refusals, [&](const Refusal& one) { return now - one.last > kKept; });
    std::erase_if(memory.outages,
                  [&](const Outage& one) { return now - one.when >= kOutageMemory; });
    std::erase_if(memory.warned,
                  [&](const Warning& one) { return now - one.when >= kWarnInterval; });
}

}  // namespace ae::engine
