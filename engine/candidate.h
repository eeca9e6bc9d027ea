// May a template be enrolled, or its certificate renewed, for this account?  Rules E1-E10 for a new
// certificate, in that order, after S1; a part of them for a renewal (A3, Q11 [P]: it takes Read
// and Enroll, and what can be built without asking anybody).  The first that fails is the decision.
//
// Not for: whether a certificate is needed (held_review.h).  Pure, any thread.
#pragma once

#include "engine/ca_choice.h"
#include "engine/decision.h"
#include "engine/rule_trail.h"
#include "engine/snapshot.h"

#include <optional>
#include <string>
#include <vector>

namespace ae::engine {

// Client_Current_Version of rule E8 [P]: 6 is Windows 10.  [MS-WCCE] 3.1.2.1 stops at 4; with that
// we would skip every template made for a newer Windows.
inline constexpr std::uint32_t kClientVersion = 6;

struct Candidacy {
    std::optional<Decision> refusal{};            // nothing: it may
    std::string entitlement{};                    // the deciding ACE and the CAs
    std::vector<const EnrollmentService*> cas{};  // that list it and let the account in
    const HeldCertificate* signer = nullptr;      // rule E6: signs the request
};

// What both judgements look at besides the template.
struct Applicant {
    const Snapshot& world;
    const SidSet& sids;
    const CaOffers& offers;
    std::vector<const HeldCertificate*> signers{};  // of MY: valid and with a usable key
};

// The names come out of the old certificate: each subject is a lineage of its own (rules E7, Q15).
bool carries_names_over(const Template& wanted);

// `trail`: gets every rule that was asked, and how it answered; nothing: nobody wants to know.
Candidacy judge_candidate(const Template& wanted, const Applicant& applicant,
                          RuleTrail* trail = nullptr);
Candidacy judge_renewal(const Template& wanted, const Applicant& applicant,
                        RuleTrail* trail = nullptr);
// Rule M3: an administrator names the template, so E1, E2 and the Autoenroll right do not matter.
Candidacy judge_by_hand(const Template& wanted, const Applicant& applicant,
                        RuleTrail* trail = nullptr);

}  // namespace ae::engine
