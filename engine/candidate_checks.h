// The single checks of rules S1 and E1-E10 for one template, each by itself; nothing: it passes.
// Their order, and which of them hold for a renewal, is candidate.cpp's.  Pure, any thread.
#pragma once

#include "engine/candidate.h"

#include <optional>
#include <string>
#include <vector>

namespace ae::engine {

using Objection = std::optional<Decision>;

Objection check_descriptor(const Template& wanted, SecurityDescriptor& object);  // S1: reads it
Objection check_right(const Template& wanted, const SecurityDescriptor& object,
                      const SidSet& account, Right right, Verdict verdict);  // E3
// The same of Enroll.  Who may autoenroll was meant to get it, so the missing half is worth an
// event.
Objection check_enroll(const Template& wanted, const SecurityDescriptor& object,
                       const SidSet& account);
Objection check_schema_version(const Template& wanted);                         // E1
Objection check_flag(const Template& wanted);                                   // E2
Objection check_context(const Template& wanted, Scope scope);                   // E4
Objection check_ca_type(const Template& wanted);                                // E5
Objection check_signatures(const Template& wanted, const Applicant& applicant,  // E6
                           const HeldCertificate*& signer);
Objection check_renewal_signatures(const Template& wanted);  // E6
Objection check_names(const Template& wanted);               // E7
Objection check_renewal_names(const Template& wanted);       // E7, second half
Objection check_cryptography(const Template& wanted, const Abilities& abilities);  // E8
Objection check_interaction(const Template& wanted, Scope scope);                  // E9, R-UI2
Objection check_offer(const Template& wanted, const CaOffer& offer);               // E10, S12

// "ca1.corp.example.test\Corp Issuing CA 1, ..."
std::string listed(const std::vector<const EnrollmentService*>& services);

}  // namespace ae::engine
