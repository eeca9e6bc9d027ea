// What an entry of REQUEST means for the requirements and for its own life.  Rules D3, N5, N6, N9,
// N11.
// Not for: asking the CA again (plan.h, pulse_retrieve.h).  Pure, any thread.
#pragma once

#include "engine/snapshot.h"

#include <string>
#include <vector>

namespace ae::engine {

inline constexpr std::chrono::days kPendingLife{60};  // rule N5: 60 days exactly still count

// Rule N6: without a template, or never sent, an entry is left alone for ever.
bool is_submitted(const PendingRequest& request);

// Rule W7: sent, or about to be, and never acknowledged.  It names the CA that it went to; an
// offline request names none.
bool is_unanswered(const PendingRequest& request);

// Rules N5, N11: submitted, its template known, and too old, whether it was acknowledged or not.
bool is_overdue(const PendingRequest& request, Time now);

// Rules D3, N6: the entry that keeps `template_name` off the list; nullptr when there is none.
// `predecessor`: only an entry that renews this certificate counts; empty: any does.
const PendingRequest* find_pending(const std::vector<PendingRequest>& requests,
                                   const std::string& template_name, const std::string& predecessor,
                                   Time now);

// Rule W7: the entry whose answer was lost, and whose key the next attempt uses; nullptr when none.
const PendingRequest* find_unanswered(const std::vector<PendingRequest>& requests,
                                      const std::string& template_name,
                                      const std::string& predecessor);

}  // namespace ae::engine
