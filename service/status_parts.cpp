#include "service/status_parts.h"

#include "engine/base/hresult_table.h"

#include <array>
#include <cstdio>
#include <map>
#include <utility>

namespace ae::service {

std::string_view to_string(engine::KeyState key) {
    switch (key) {
        case engine::KeyState::usable:
            return "usable";
        case engine::KeyState::gone:
            return "gone";
        case engine::KeyState::unknown:
            break;
    }
    return "unknown";
}

std::string policy_number(std::uint32_t bits) {
    if (bits < engine::policy_bit::kDisabled) {
        return std::to_string(bits);
    }
    std::array<char, sizeof "0x12345678"> text{};
    const int length = std::snprintf(text.data(), text.size(), "0x%X", bits);
    return {text.data(), static_cast<std::size_t>(length)};
}

bool is_disabled(const engine::AutoenrollPolicy& policy) {
    return !policy.enroll() && !policy.manage() && !policy.pending();
}

std::vector<CaHealth> health_of_cas(const RunCounters& counters, const engine::Memory& memory,
                                    Time now) {
    std::map<std::string, CaHealth> by_name;
    for (const auto& [name, failures] : counters.ca_failures) {
        by_name[name].failures = failures;
    }
    for (const engine::Outage& one : memory.outages) {
        if (engine::was_unreachable(memory, one.ca, now)) {
            by_name[one.ca.config()].silent_since = one.when;
        }
    }
    for (const engine::Refusal& one : memory.refusals) {
        if (now - one.last < kRefusalShown) {
            by_name[one.ca.config()].refusals.push_back(
                "template " + one.template_name + ": denied " +
                (one.count == 1 ? "once" : std::to_string(one.count) + " times") + ", last at " +
                ae::to_string(one.last) + " with " + describe(one.code));
        }
    }
    std::vector<CaHealth> all;
    for (auto& [name, ca] : by_name) {
        ca.ca = name;
        all.push_back(std::move(ca));
    }
    return all;
}

}  // namespace ae::service
