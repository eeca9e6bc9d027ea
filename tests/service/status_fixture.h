// A healthy machine, of which each test spoils one thing.
#pragma once

#include "service/status.h"
#include "tests/support/builders.h"

#include <string>

namespace ae::test {

inline const std::string kThumbprint = "a9993e364706816aba3e25717850c26c9cd0d89d";
inline const std::string kOtherThumbprint = "84983e441c3bd26ebaae4aa1f95129e5e54670f1";

// A year long, a tenth of it is 36 d 12 h; half of it is over.
inline service::HeldStatus held_for(std::string template_name, Time expires = kNow + 182 * kDay) {
    return {.thumbprint = kThumbprint,
            .template_name = std::move(template_name),
            .subject = "CN=ws1.corp.example.test",
            .valid_from = expires - 365 * kDay,
            .expires = expires,
            .renewal_begins = expires - 42 * kDay,
            .key = engine::KeyState::usable};
}

inline service::PendingStatus request_since(Time submitted) {
    return {"CorpWeb", kCa1, 12, submitted};
}

inline service::ContextStatus healthy() {
    using namespace std::chrono_literals;
    service::ContextStatus status{.scope = engine::Scope::machine, .now = kNow};
    status.policy = {.bits = 7, .source = "/etc/aeclient/policy.d/10-autoenrollment.reg"};
    status.host =
        service::HostStatus{.process = 4711,
                            .since = kNow - 26h,
                            .state = "idle",
                            .next = engine::DueRun{kNow + 7h + 29min, engine::Trigger::timer}};
    status.record.last = engine::LastRun{.trigger = engine::Trigger::timer,
                                         .started = kNow - 31min - 4s,
                                         .ended = kNow - 31min,
                                         .outcome = engine::Outcome::done};
    status.record.policy_bits = 7;
    status.record.policy_source = status.policy.source;
    status.record.controller = "dc1.corp.example.test";
    status.record.counters.runs = {{engine::Outcome::done, 41}, {engine::Outcome::unreachable, 3}};
    status.record.counters.enrolled = {{"CorpMachine", 2}};
    status.replica = service::ReplicaStatus{.source = {kNow - 31min - 4s, "dc1.corp.example.test",
                                                       "0e10c968-78fb-11d2-90d4-00c04f79dc55"},
                                            .templates = 12,
                                            .cas = 1};
    status.held = {held_for("CorpMachine")};
    return status;
}

}  // namespace ae::test
