// Services with clients that mean them no good: each case ends with an honest one that is served.
#pragma once

#include "tests/service/control/control_world.h"

namespace ae::service::test {

inline ControlLimits impatient() {
    ControlLimits limits;
    limits.request_time = std::chrono::milliseconds(50);
    limits.farewell_time = std::chrono::milliseconds(50);
    return limits;
}

struct HostileWorld {
    explicit HostileWorld(const ControlLimits& limits = {}) : service(place.address(), limits) {}
    ~HostileWorld() { CHECK(ask_status(service.address)); }
    HostileWorld(const HostileWorld&) = delete;
    HostileWorld& operator=(const HostileWorld&) = delete;
    HostileWorld(HostileWorld&&) = delete;
    HostileWorld& operator=(HostileWorld&&) = delete;

    RawClient client() { return RawClient(service.address.path); }
    // One that waits for a run.
    RawClient waiting() {
        RawClient one = client();
        REQUIRE(one.send(PulseAsk{}));
        CHECK(one.line() + '\n' == line_of(ControlAnswer(Accepted{})));
        return one;
    }
    bool let_go() {
        return service.eventually([this] { return service.host.listeners.at(0).expired(); });
    }

    Place place{};
    Service service;
};

inline std::string some_steps() {
    return line_of(
        ControlAnswer(engine::Step{engine::StepKind::enroll, std::string(1000, 'x'), {}}));
}

}  // namespace ae::service::test
