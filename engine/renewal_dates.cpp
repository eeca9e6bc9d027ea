#include "engine/renewal_dates.h"

#include "engine/candidate.h"
#include "engine/held_review.h"

#include <algorithm>

namespace ae::engine {

RenewalDate renewal_date(const std::string& thumbprint, const CertificateFacts& certificate,
                         const Template& wanted) {
    return {thumbprint, wanted.name, renew_at(certificate, wanted.overlap), certificate.not_after};
}

std::string renewal_reason(const CertificateFacts& certificate, const Template& wanted) {
    const auto hours = std::chrono::duration_cast<std::chrono::hours>(wanted.overlap).count();
    const std::string period =
        hours % 24 == 0 ? std::to_string(hours / 24) + " days" : std::to_string(hours) + " hours";
    return certificate.not_after - wanted.overlap == renew_at(certificate, wanted.overlap)
               ? "the template renews " + period + " before the end"
               : "80 % of the lifetime are over; the template's " + period +
                     " before the end are more than the rest";
}

namespace {

std::string why_never(const HeldCertificate& held, const Snapshot& world,
                      std::optional<std::size_t> place) {
    if (!place) {
        return "it is of no template of this forest, so nobody manages it";
    }
    if (!world.policy.manage()) {
        return "AEPolicy does not allow renewal";
    }
    if (skips_renewal(world.templates[*place])) {
        return "the template excludes automatic renewal";
    }
    return is_valid(held, world.now) ? "a newer certificate takes its place"
                                     : "it is not valid, so it is replaced, not renewed";
}

}  // namespace

std::vector<RenewalOutlook> renewal_outlooks(const Snapshot& world) {
    const TemplateIndex index(world.templates);
    const std::vector<RenewalDate> dates = renewal_dates(world);
    std::vector<RenewalOutlook> outlooks;
    for (const HeldCertificate& held : world.my) {
        const auto place = index.find(held.facts);
        const auto date = std::ranges::find(dates, held.thumbprint, &RenewalDate::thumbprint);
        outlooks.push_back(
            date != dates.end() && place
                ? RenewalOutlook{*date, renewal_reason(held.facts, world.templates[*place])}
                : RenewalOutlook{{}, why_never(held, world, place)});
    }
    return outlooks;
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
