// The client's end of the control channel.  Blocks; one thread.
// Before anything is sent the system must say that the server is an administrator or the account
// whose context it is; on Windows the service manager's word for the service's process will do,
// too. An impostor at the socket or pipe is refused (kAccessDenied). Texts of the server come back
// printable. Errors: what the service refused with; kServiceNotActive (0x80070426) when nobody
// listens; kAccessDenied when the socket or pipe is out of reach; kTimeout when the server says
// nothing for kServerTime where it should answer at once; kInvalidData when what it says is not
// understood; kOperationAborted when it went away before its answer.
#pragma once

#include "service/control/control_address.h"
#include "service/control/control_protocol.h"

#include <chrono>
#include <functional>

namespace ae::service {

inline constexpr std::chrono::seconds kServerTime{10};

Result<HostStatus> ask_status(const ControlAddress& address,
                              std::chrono::milliseconds server_time = kServerTime);

// What the service saw, as `aeclient` would print it in that context; a listed command comes to
// its end, or is ended (host/inspector.h).
Result<RunResult> ask_inspection(const ControlAddress& address, const InspectAsk& ask,
                                 std::chrono::milliseconds server_time = kServerTime);

// The Accepted, then steps and events as they come; not the result.
using Hear = std::function<void(const ControlAnswer& answer)>;
// Waits for the run's result when `ask.wait`, however long it takes; else an empty result.
Result<RunResult> ask_pulse(const ControlAddress& address, const PulseAsk& ask, const Hear& hear,
                            std::chrono::milliseconds server_time = kServerTime);

}  // namespace ae::service
