// The octets of a client's connection to a service.  Siblings: control_call_unix.cpp,
// control_call_pipe.cpp.  Internal to control_client.h, whose errors these are.
// Blocks; one thread.
#pragma once

#include "engine/base/result.h"
#include "service/control/control_address.h"

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string_view>

namespace ae::service {

using ControlClock = std::chrono::steady_clock;
using ControlDeadline = std::optional<ControlClock::time_point>;  // nothing: wait for ever

class ControlCall {
  public:
    virtual ~ControlCall() = default;

    // Whether the service took it all or refused at the door, what it said can be read.
    virtual Done send(std::string_view octets) = 0;
    // How many octets; 0: the service has gone.  kTimeout.
    virtual Result<std::size_t> receive(std::span<char> into, const ControlDeadline& deadline) = 0;
};

// Nothing was sent yet, and who listens has proved to be one who may answer.
// `time` is the longest that this and each send() waits.
Result<std::unique_ptr<ControlCall>> call_service(const ControlAddress& address,
                                                  std::chrono::milliseconds time);

Error no_answer(const ControlAddress& address);  // kTimeout
Error nobody_listens(const ControlAddress& address);
Error out_of_reach(const ControlAddress& address);  // kAccessDenied

}  // namespace ae::service
