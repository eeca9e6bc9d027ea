// The diagnoses of docs/doctor.md out of an examination.  Every verdict about templates, rights,
// certificates and CAs is the engine's own decision trail, never a second opinion.  Pure; any
// thread.
#pragma once

#include "service/doctor/examination.h"
#include "service/doctor/finding.h"

#include <string>
#include <vector>

namespace ae::service {

// One function per stage; each may assume that its caller leaves it out when an earlier stage
// failed for the whole context.  A healthy stage gives one OK finding per thing that it looked at.
std::vector<Finding> environment_findings(const Examination& seen);
std::vector<Finding> policy_findings(const Examination& seen);
std::vector<Finding> trigger_findings(const Examination& seen);
std::vector<Finding> present_findings(const Examination& seen);
std::vector<Finding> rights_findings(const Examination& seen);
std::vector<Finding> ca_choice_findings(const Examination& seen);
std::vector<Finding> key_findings(const Examination& seen);
std::vector<Finding> network_findings(const Examination& seen);
std::vector<Finding> refusal_findings(const Examination& seen);
std::vector<Finding> pending_findings(const Examination& seen);
std::vector<Finding> installed_findings(const Examination& seen);
std::vector<Finding> mapping_findings(const Examination& seen);

// Of the policy and the key stage: what only a look at this host tells (POL6, KEY2).
std::vector<Finding> group_policy_findings(const Examination& seen);
std::vector<Finding> live_key_findings(const Examination& seen);

Diagnosis diagnose(const Examination& seen);

}  // namespace ae::service
