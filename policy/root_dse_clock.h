// What a domain controller's clock says: the rootDSE attribute currentTime ([MS-ADTS] 3.1.1.3.2.5),
// which it tells anybody, before Kerberos could fail over the very clocks in question.
//
// One LDAP search over TCP, its octets only; sending is the caller's (service/doctor).  Nobody has
// proved who answers: it is evidence for people, nothing is decided by it.
// Errors: kInvalidData.  Pure, portable, any thread.
#pragma once

#include "engine/base/bytes.h"
#include "engine/base/result.h"
#include "engine/base/time.h"

#include <cstddef>
#include <cstdint>
#include <optional>

namespace ae::policy {

Bytes encode_clock_query(std::int32_t message_id);

// Of an LDAP message that begins with these octets: how long it is, with its head.  Nothing: more
// octets are needed, kClockHead at most.  Error: it begins with something else, or is larger than
// any answer to that query.
inline constexpr std::size_t kClockHead = 6;
Result<std::optional<std::size_t>> message_size(ByteView begin);

Result<Time> parse_clock_answer(std::int32_t message_id, ByteView message);

}  // namespace ae::policy
