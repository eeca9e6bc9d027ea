// The server's end of the control channel.  Local only.  Who asks is what the kernel says of the
// peer, never what the peer says.
//
// Bounds, so that no client can hold or fill the service: see ControlLimits.  A client that goes
// away while it waits is let go at once; one that only ends its own half still gets its answer.
// What follows the first line is not read; whoever speaks at a pipe while it waits is let go.
// Idle: no timer, no wake-up.  One thread, that of `loop`; never throws.
#pragma once

#include "engine/base/result.h"
#include "service/control/control_address.h"
#include "service/control/control_protocol.h"
#include "service/control/control_session.h"

#include <memory>
#include <string>

#include <boost/asio/io_context.hpp>

namespace ae::service {

// Somebody who waits for a run.  Lives as long as its connection, however long its run.
class Listener {
  public:
    virtual ~Listener() = default;
    // Never blocks.  A line of line_of(), with or without its line feed.
    virtual void tell(const std::string& line) = 0;
    virtual void finish() = 0;  // after what was told: close
};

class ControlHandler {
  public:
    virtual ~ControlHandler() = default;
    virtual HostStatus status() = 0;
    // `waiting` is nobody when the client does not wait.  What it is told already in here comes
    // after the Accepted.  Error: the run cannot be; the client is told and closed.
    virtual Result<Accepted> pulse(const PulseAsk& ask, std::weak_ptr<Listener> waiting) = 0;
    // The same for a command that only looks.
    virtual Result<Accepted> inspect(const InspectAsk& ask, std::weak_ptr<Listener> waiting) = 0;
};

class ControlServer {
  public:
    virtual ~ControlServer() = default;  // closes every connection, removes the socket or pipe
};

// kBusy: another host listens there.  `loop` and `handler` outlive the server.
Result<std::unique_ptr<ControlServer>> listen_for_control(boost::asio::io_context& loop,
                                                          const ControlAddress& address,
                                                          ControlHandler& handler,
                                                          const ControlLimits& limits = {});

}  // namespace ae::service
