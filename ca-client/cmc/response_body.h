// The content of a full CMC answer: its state and the attributes that come with it (RFC 2797 3.2,
// 5.1; [MS-WCCE] 3.2.1.4.2.1.4.8.2).  Pure, any thread.
#pragma once

#include "engine/base/result.h"
#include "engine/full_response.h"

namespace ae::ca {

// Fills status, status_text, pending_token, issued_hash, archived_key_hash.  Error kInvalidData: no
// ResponseBody, no or more than one state, one attribute twice, more than kMaxParts of anything.
Done read_response_body(ByteView content, engine::FullResponse& response);

}  // namespace ae::ca
