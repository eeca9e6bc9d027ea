#include "engine/newcomer.h"

#include "engine/candidate.h"
#include "engine/held_review.h"

#include <algorithm>

namespace ae::engine {

const HeldCertificate* newcomer(const Template& wanted, const Snapshot& world,
                                const std::vector<HeldCertificate>& my_now,
                                const std::set<std::string>& own) {
    if (carries_names_over(wanted)) {
        return nullptr;
    }
    const TemplateIndex index(world.templates);
    const auto place = index.find_name(wanted.name);
    const auto known = [&](const std::string& thumbprint) {
        return own.contains(thumbprint) ||
               std::ranges::find(world.my, thumbprint, &HeldCertificate::thumbprint) !=
                   world.my.end();
    };
    const auto found = std::ranges::find_if(my_now, [&](const HeldCertificate& one) {
        return !known(one.thumbprint) && index.find(one.facts) == place && is_valid(one, world.now);
    });
    return found == my_now.end() ? nullptr : &*found;
}

}  // namespace ae::engine
