#include "stores/archive_cap.h"

#include "engine/base/text.h"
#include "engine/disposal.h"

#include <algorithm>
#include <functional>
#include <map>
#include <tuple>
#include <utility>

namespace ae::stores {

std::vector<std::string> beyond_cap(std::vector<ArchivedCertificate> archived, std::uint32_t keep) {
    std::erase_if(archived,
                  [](const ArchivedCertificate& one) { return !engine::only_signs(one.facts); });
    // The thumbprint makes the order the same each time.
    std::ranges::sort(archived, std::greater{}, [](const ArchivedCertificate& one) {
        return std::tie(one.facts.not_before, one.facts.not_after, one.thumbprint);
    });
    std::map<std::string, std::uint32_t> kept;
    std::vector<std::string> beyond;
    for (ArchivedCertificate& one : archived) {
        if (kept[to_lower(one.template_name)]++ >= keep) {
            beyond.push_back(std::move(one.thumbprint));
        }
    }
    std::ranges::reverse(beyond);
    return beyond;
}

}  // namespace ae::stores
