#include "policy/srv_order.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace ae::policy {

std::vector<SrvRecord> in_order_of_trial(std::vector<SrvRecord> records, std::mt19937_64& random) {
    // RFC 2782: records of weight 0 stand first, so that they are picked only when chance says 0.
    std::stable_sort(records.begin(), records.end(), [](const auto& a, const auto& b) {
        return std::pair(a.priority, a.weight != 0) < std::pair(b.priority, b.weight != 0);
    });
    for (auto at = records.begin(); at != records.end(); ++at) {
        const auto end = std::find_if(at, records.end(),
                                      [&](const auto& r) { return r.priority != at->priority; });
        std::uint64_t total = 0;
        for (auto r = at; r != end; ++r) {
            total += r->weight;
        }
        std::uint64_t chance = random() % (total + 1);
        auto picked = at;
        for (; std::next(picked) != end && picked->weight < chance; ++picked) {
            chance -= picked->weight;
        }
        std::rotate(at, picked, std::next(picked));
    }
    return records;
}

}  // namespace ae::policy
