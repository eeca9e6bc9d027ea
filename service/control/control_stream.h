// The octets of one client of the control channel, for the connection that all platforms share.
// Siblings: control_server_unix.cpp, control_stream_pipe.cpp.  Internal to the server.
// One thread, that of the loop.  Handlers are called from the loop, never from inside the call;
// after close() with an error.  What is read into or written must live until its handler is called.
#pragma once

#include "service/account.h"

#include <cstddef>
#include <functional>
#include <optional>
#include <string>

#include <boost/asio/buffer.hpp>
#include <boost/system/error_code.hpp>

namespace ae::service {

class ControlStream {
  public:
    using Moved = std::function<void(const boost::system::error_code&, std::size_t)>;
    using Ended = std::function<void(const boost::system::error_code&)>;

    virtual ~ControlStream() = default;

    // Who it seems to be before it has said anything: good enough to count clients by, not to let
    // them do something.  Nothing: the system does not say, or the client is gone.
    virtual std::optional<Peer> visitor() = 0;
    // Who it is.  Only after something was read.  Nothing: the system does not say.
    virtual std::optional<Peer> peer() = 0;

    virtual void read_some(boost::asio::mutable_buffer into, Moved moved) = 0;
    virtual void write_some(boost::asio::const_buffer from, Moved moved) = 0;
    // Called when the client is gone, or has said something that nobody asked for.
    virtual void wait_for_hang_up(Ended ended) = 0;
    // One line for a client that cannot come in; best effort, never waits.
    virtual void turn_away(const std::string& line) = 0;
    virtual void close() noexcept = 0;
};

}  // namespace ae::service
