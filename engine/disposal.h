// What becomes of the certificates that the account holds: one decision for each managed one, and
// what to archive, delete or take out of userCertificate.  Rules X1, X2, Q4, Q15, U3.
//
// Not for: what is missing (requirements.h).  Pure, any thread.
#pragma once

#include "engine/requirements.h"

#include <vector>

namespace ae::engine {

// Its key can decrypt nothing ([RFC5280] 4.2.1.3); without the extension every use is allowed.
bool only_signs(const CertificateFacts& certificate);

// Table of section 11: deleted only where the template asks for it (flag 0x400) and the key only
// signs; encryption keys are never lost (X1).
ActionKind disposal_kind(const Template& of, const CertificateFacts& certificate);

// The certificates of `held` that a new one of the same template replaces: the predecessor, and the
// expired ones if MANAGE allows it.  `held` is one lineage where rule Q15 makes lineages.
std::vector<Disposal> replaced_by_new(const Template& of, const HeldOfTemplate& held,
                                      const Review& review, const AutoenrollPolicy& policy,
                                      Time now);

// Rule N1: what the certificate that a request waits for replaces, once it is installed.
std::vector<Disposal> replaced_by_answer(const PendingRequest& request, const Snapshot& world,
                                         const TemplateIndex& index);

// A decision for every managed certificate, in the order of MY, and the actions that need no new
// certificate first.  Action::decision is the place in `decisions`.
struct CertificatePlan {
    std::vector<Decision> decisions{};
    std::vector<Action> actions{};
};
CertificatePlan plan_certificates(const Snapshot& world, const std::vector<HeldOfTemplate>& held,
                                  const Requirements& requirements);

}  // namespace ae::engine
