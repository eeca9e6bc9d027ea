// The account's SIDs for the access check (rules S9, S10), out of its directory attributes.
// Pure, portable, any thread.
#pragma once

#include "engine/base/result.h"
#include "engine/base/sid.h"
#include "policy/attribute_map.h"

#include <optional>
#include <vector>

namespace ae::policy {

inline constexpr std::uint32_t kServerTrustAccount = 0x2000;         // [MS-ADTS] 2.2.16
inline constexpr std::uint32_t kPartialSecretsAccount = 0x04000000;  // a read-only controller

// Absent or unreadable counts as 0: then the account gets no SID that only controllers have.
std::uint32_t user_account_control(const AttributeMap& object);

// objectSid, primary group, tokenGroups, Everyone, Authenticated Users; for controllers
// Enterprise Domain Controllers; for read-only ones the forest root domain's group 498.
// `groups` are the values of tokenGroups.  Sorted, unique.
// Error: kInvalidData when objectSid, primaryGroupID or a group is unreadable: half a token would
// turn into wrong decisions.
Result<std::vector<Sid>> account_sids(const AttributeMap& object, const std::vector<Bytes>& groups,
                                      const std::optional<Sid>& forest_root_domain);

// The values of tokenGroups, sorted, unique.  Error: kInvalidData when one is no SID.
Result<std::vector<Sid>> sids_of_values(const std::vector<Bytes>& groups);

Result<Sid> object_sid(const AttributeMap& object);

}  // namespace ae::policy
