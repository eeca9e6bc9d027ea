#include "engine/renewal_dates.h"

#include "engine/candidate.h"
#include "engine/held_review.h"

#include <algorithm>

namespace ae::engine {

RenewalDate renewal_date(const std::string& thumbprint, const CertificateFacts& certificate,
                         const Template& wanted) {
    return {thumbprint, wanted.name, renew_at(certificate, wanted.overlap), certificate.not_after};
}

std::vector<RenewalDate> renewal_dates(const Snapshot& world) {
    std::vector<RenewalDate> dates;
    if (!world.policy.manage()) {
        return dates;
    }
    const TemplateIndex index(world.templates);
    const auto managed = managed_certificates(index, world.templates.size(), world.my);
    for (std::size_t i = 0; i < managed.size(); ++i) {
        const Template& wanted = world.templates[i];
        if (skips_renewal(wanted)) {
            continue;
        }
        const auto lines = carries_names_over(wanted) ? lineages_of(managed[i])
                                                      : std::vector<HeldOfTemplate>{managed[i]};
        for (const HeldOfTemplate& line : lines) {
            const auto newest = std::ranges::find_if(
                line, [&](const HeldCertificate* one) { return is_valid(*one, world.now); });
            if (newest != line.end()) {
                dates.push_back(renewal_date((*newest)->thumbprint, (*newest)->facts, wanted));
            }
        }
    }
    return dates;
}

}  // namespace ae::engine
