// When the certificates that MY holds are to be renewed: what `status` shows, and what tells the
// timer that a renewal is overdue.  Not for: deciding (requirements.h).  Pure, any thread.
#pragma once

#include "engine/snapshot.h"

#include <optional>
#include <string>
#include <vector>

namespace ae::engine {

// A valid certificate that the rules renew by themselves, and since or from when (rule Q12).
struct RenewalDate {
    std::string thumbprint{};
    std::string template_name{};
    Time begins{};
    Time expires{};
    bool operator==(const RenewalDate&) const = default;
};

RenewalDate renewal_date(const std::string& thumbprint, const CertificateFacts& certificate,
                         const Template& wanted);

// Why it begins then (rule Q12): "the template renews 42 days before the end".
std::string renewal_reason(const CertificateFacts& certificate, const Template& wanted);

// When one entry of MY is renewed, or why it never is by itself.
struct RenewalOutlook {
    std::optional<RenewalDate> date{};
    std::string reason{};
};
// One per entry of MY, in its order.
std::vector<RenewalOutlook> renewal_outlooks(const Snapshot& world);

// Of each template, or of each subject where they are renewed one by one (rule Q15), the newest.
// None where AEPolicy forbids to renew, or the template does (rule Q13).
std::vector<RenewalDate> renewal_dates(const Snapshot& world);

}  // namespace ae::engine
