// What the plans of errands share.  Private to errand_*.cpp.
#pragma once

#include "engine/asked.h"
#include "engine/errand_plan.h"

namespace ae::engine {

// A pulse passes over what it may not do; who asks for it by hand has failed.
Plan refused(Decision refusal);

// Rule M7.
Result<Plan> plan_retrieval(const Snapshot& world, const Errand& errand, const Suggest& suggest);

}  // namespace ae::engine
