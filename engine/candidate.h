// Is a template a candidate for a new certificate of this account?  Rules E1-E10, in that order,
// after S1; the first that fails is the decision.
//
// Not for: whether a certificate is needed (held_review.h).  Pure, any thread.
#pragma once

#include "engine/access_check.h"
#include "engine/requirements.h"

#include <optional>
#include <string>
#include <vector>

namespace ae::engine {

// Client_Current_Version of rule E8 [P]: 6 is Windows 10.  [MS-WCCE] 3.1.2.1 stops at 4; with that
// we would skip every template made for a newer Windows.
inline constexpr std::uint32_t kClientVersion = 6;

struct Candidacy {
    std::optional<Decision> refusal{};  // nothing: a candidate
    std::string entitlement{};          // a candidate's deciding ACE and its CAs
};

Candidacy judge_candidate(const Template& wanted, Scope scope, const SidSet& account,
                          const std::vector<EnrollmentService>& services);

}  // namespace ae::engine
