#include "engine/memory.h"

#include "engine/base/text.h"

#include <algorithm>
#include <array>
#include <iterator>

namespace ae::engine {
namespace {

constexpr std::chrono::hours kWarnInterval{24};  // rule X3 [P]
constexpr std::chrono::days kKept{90};           // of refusals; no rule looks further back
constexpr std::size_t kKeptIssues = 8;           // of a template; rules ask for two and three
// Waits after the first, the second and every later denial.
constexpr std::array<std::chrono::hours, 3> kBackOff{std::chrono::hours{0}, std::chrono::hours{8},
                                                     std::chrono::hours{24}};

bool same_template(const std::string& left, const std::string& right) {
    return equal_ignoring_case(left, right);
}

}  // namespace

std::vector<Issuance> repeated_issues(const Memory& memory, const std::string& template_name,
                                      const std::string& reason) {
    std::vector<Issuance> same;
    std::ranges::copy_if(memory.issued, std::back_inserter(same), [&](const Issuance& one) {
        return one.reason == reason && same_template(one.template_name, template_name);
    });
    std::ranges::sort(same, {}, &Issuance::when);
    if (same.size() < 2) {
        return {};
    }
    const Issuance& before = same[same.size() - 2];
    // A certificate of hours is renewed after hours, and that is no haste.
    const Seconds window = std::min<Seconds>(kBrakeWindow, before.lifetime / 2);
    if (same.back().when - before.when >= window) {
        return {};
    }
    return {before, same.back()};
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

std::set<std::string> warned_lately(const Memory& memory, Time now) {
    std::set<std::string> thumbprints;
    for (const Warning& one : memory.warned) {
        if (now - one.when < kWarnInterval) {
            thumbprints.insert(one.thumbprint);
        }
    }
    return thumbprints;
}

void note_issue(Memory& memory, Issuance issue) {
    // What a CA issues, it no longer refuses.
    std::erase_if(memory.refusals, [&](const Refusal& one) {
        return same_template(one.template_name, issue.template_name);
    });
    const std::string name = issue.template_name;
    memory.issued.push_back(std::move(issue));
    if (issues_of(memory, name) > kKeptIssues) {
        memory.issued.erase(std::ranges::find_if(memory.issued, [&](const Issuance& one) {
            return same_template(one.template_name, name);
        }));
    }
}

std::size_t issues_of(const Memory& memory, const std::string& template_name) {
    return static_cast<std::size_t>(std::ranges::count_if(memory.issued, [&](const Issuance& one) {
        return same_template(one.template_name, template_name);
    }));
}

void forget_issues(Memory& memory, const std::string& template_name, const std::string& but_for) {
    std::erase_if(memory.issued, [&](const Issuance& one) {
        return one.reason != but_for && same_template(one.template_name, template_name);
    });
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
    memory.warned.push_back({thumbprint, now});
}

void forget_the_future(Memory& memory, Time now) {
    for (Issuance& one : memory.issued) {
        one.when = std::min(one.when, now);
    }
    for (Refusal& one : memory.refusals) {
        one.last = std::min(one.last, now);
    }
    for (Outage& one : memory.outages) {
        one.when = std::min(one.when, now);
    }
    for (EmptyRead& one : memory.empty_reads) {
        one.first = std::min(one.first, now);
    }
    for (Warning& one : memory.warned) {
        one.when = std::min(one.when, now);
    }
}

void forget_old(Memory& memory, Time now) {
    std::erase_if(memory.refusals, [&](const Refusal& one) { return now - one.last > kKept; });
    std::erase_if(memory.outages,
                  [&](const Outage& one) { return now - one.when >= kOutageMemory; });
    std::erase_if(memory.warned,
                  [&](const Warning& one) { return now - one.when >= kWarnInterval; });
}

}  // namespace ae::engine
