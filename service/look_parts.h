// What the reports on one look at the world share: words, JSON, the plan's word on one thing.
// Private to them.  Pure, any thread.
#pragma once

#include "engine/plan.h"
#include "engine/snapshot.h"
#include "service/preview.h"
#include "service/report_parts.h"

#include <optional>
#include <string>
#include <string_view>

namespace ae::service {

std::string_view to_string(engine::ChainState state);  // "valid", "not trusted"
// {"state", "detail", "revocation_problem"}
Json chain_json(const engine::ChainStatus& chain);

// Of member "offline", which every look has; null: a domain controller answered.
Json offline_json(const std::optional<Offline>& offline, Time now);

// `name`: of a template, or the thumbprint or number that Decision::subject has.  Nothing: the plan
// is silent about it.  Lives as long as `plan`.
const engine::Decision* find_decision(const engine::Plan& plan, engine::About about,
                                      std::string_view name);

}  // namespace ae::service
