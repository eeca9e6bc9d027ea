#include "service/replica_source.h"

#include "engine/base/text.h"
#include "service/period_text.h"

namespace ae::service {

std::string as_of(const ReplicaSource& source, Time now) {
    return "as of " + ago(source.read, now) + " from " + printable(source.controller);
}

}  // namespace ae::service
