// What an entry of REQUEST means for the requirements and for its own life.  Rules D3, N5, N6, N9.
// Not for: asking the CA again (rules N1-N4, N7, N8: not in this build).  Pure, any thread.
#pragma once

#include "engine/snapshot.h"

#include <string>
#include <vector>

namespace ae::engine {

inline constexpr std::chrono::days kPendingLife{60};  // rule N5: 60 days exactly still count

// Rule N5: submitted, its template known, and too old.
bool is_overdue(const PendingRequest& request, Time now);

// Rules D3, N6: the entry that keeps `template_name` off the list; nullptr when there is none.
const PendingRequest* find_pending(const std::vector<PendingRequest>& requests,
                                   const std::string& template_name, Time now);

// Rule W7: the entry whose answer was lost, and whose key the next attempt uses; nullptr when none.
const PendingRequest* find_unanswered(const std::vector<PendingRequest>& requests,
                                      const std::string& template_name);

}  // namespace ae::engine
