// Review of MY: what the certificates that the account holds say about one template.
// Rules Q1-Q6, Q10, Q12-Q15, D1.
//
// Not for: AEPolicy gates, pending requests, superseding (requirements.cpp), or changing anything.
// Deviation: rule Q6 asks for a new certificate, because this build does not renew.
// Pure, any thread.
#pragma once

#include "engine/snapshot.h"

#include <string>
#include <vector>

namespace ae::engine {

using HeldOfTemplate = std::vector<const HeldCertificate*>;

// The managed certificates of each template, by the template's place in `templates`: 21.7 maps by
// OID, 20.2 by name.  A certificate that maps to none is foreign and in no list.
std::vector<HeldOfTemplate> managed_certificates(const std::vector<Template>& templates,
                                                 const std::vector<HeldCertificate>& my);

// Rule Q12: from the certificate's own dates, because CAs shorten the template's.
Time renew_at(const CertificateFacts& certificate, Seconds overlap);

// Rule Q14: within its dates, its key not gone, its chain good.
bool is_valid(const HeldCertificate& certificate, Time now);

enum class Need { none, enroll, renew };
struct Review {
    Need need = Need::none;
    std::string rule{};
    std::string fact{};
};
Review review_held(const Template& wanted, const HeldOfTemplate& held, Time now);

}  // namespace ae::engine
