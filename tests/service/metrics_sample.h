// A status with everything that could break the file: names that need escaping, control characters,
// octets that are no UTF-8, and two requests that differ in nothing that a label says.
#pragma once

#include "tests/service/status_fixture.h"

namespace ae::test {

inline const std::string kQuotedName = "Corp \"Web\" \\ Server";
inline const std::string kHostileName = "a\nb\r# EOF\n\xff";

inline service::ContextStatus metrics_sample() {
    service::ContextStatus status = healthy();
    service::HeldStatus quoted = held_for(kQuotedName);
    quoted.thumbprint = kOtherThumbprint;
    quoted.renewal_begins.reset();
    status.held.push_back(quoted);
    status.held.push_back(held_for(""));
    status.pending = {request_since(kNow - kDay), request_since(kNow - kDay),
                      request_since(kNow - 2 * kDay)};
    status.pending[1].request_id.reset();
    status.pending[2].request_id.reset();
    status.record.counters.enrolled[kHostileName] = 1;
    status.record.counters.enrolled["Übung"] = 4'294'967'296;
    status.record.counters.ca_failures = {{kCa1, 3}};
    return status;
}

}  // namespace ae::test
