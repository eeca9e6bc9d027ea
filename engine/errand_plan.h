// The plan for one thing that an administrator asks for by hand: `aeclient enroll`, `retrieve`,
// `renew`.  Rules M1-M8 of RULES.md, all [P].
//
// A wish by hand is no autoenrollment: neither AEPolicy, nor the template's autoenroll flag and
// right, nor what is in MY or REQUEST already decides whether it may be had; what the account may
// enroll for, what this client can make, and which CAs are trusted does.
// Not for: a whole pulse (plan.h), or carrying it out (pulse.h).  Pure, any thread.
// Errors: kNotFound, kInvalidArgument: what is asked for is not there, or not clear.
#pragma once

#include "engine/errand.h"
#include "engine/plan.h"

namespace ae::engine {

// The first decision is the errand's.  One action, or none: the decision says why, and has a
// `failure` unless nothing is wrong (rules M4, M5).
Result<Plan> plan_errand(const Snapshot& world, const Errand& errand, const Suggest& suggest = {});

}  // namespace ae::engine
