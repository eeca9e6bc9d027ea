// What the directory calls the groups behind SIDs: one search by objectSid ([MS-ADTS] 3.1.1.3.1.3),
// its answer read.  For people: nothing is decided by a name.
// Not for: SIDs that are no objects of the domain (well-known ones, other domains).
// Pure, portable, any thread.
#pragma once

#include "engine/base/sid.h"
#include "policy/search_answer.h"

#include <map>
#include <string>
#include <vector>

namespace ae::policy {

// A filter that names more is refused by some servers: the rest stays without a name.
inline constexpr std::size_t kMostNamedSids = 500;

using SidNames = std::map<Sid, std::string>;

// "(|(objectSid=\01\05...)...)" of those that a domain gives out (S-1-5-21-...), the first
// kMostNamedSids of them; empty: there is none.
std::string sid_filter(const std::vector<Sid>& sids);

// Of each entry its sAMAccountName, else its cn.
SidNames names_in(const SearchAnswer& answer);

}  // namespace ae::policy
