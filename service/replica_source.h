// From which answer of the directory something is said when it is not today's: which controller
// gave it, and when.  Values; pure, any thread.
#pragma once

#include "engine/base/time.h"

#include <string>

namespace ae::service {

struct ReplicaSource {
    Time read{};
    std::string controller{};     // "dc1.corp.example.test"
    std::string invocation_id{};  // of its database; empty: it did not say
};

// "as of 3 h ago from dc1.corp.example.test"
std::string as_of(const ReplicaSource& source, Time now);

}  // namespace ae::service
