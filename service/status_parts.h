// What the forms of a status share.  Private to them.  Pure, any thread.
#pragma once

#include "engine/memory.h"
#include "service/period_text.h"
#include "service/status.h"

#include <string>
#include <string_view>
#include <vector>

namespace ae::service {

inline constexpr std::size_t kShownThumbprint = 8;

std::string_view to_string(engine::KeyState key);  // "usable"

std::string policy_number(std::uint32_t bits);  // "7", "0x8000": as administrators write it

// Nothing of what a run could do is allowed.
bool is_disabled(const engine::AutoenrollPolicy& policy);

// A CA is asked again a day after its last no at the latest; a no that was not repeated in two days
// is history.
inline constexpr std::chrono::hours kRefusalShown{48};
// Each CA that failed a call, does not answer or said no, by name.
std::vector<CaHealth> health_of_cas(const RunCounters& counters, const engine::Memory& memory,
                                    Time now);

}  // namespace ae::service
