// One client of the control channel at a pipe.  Internal to the server; one thread, the loop's.
// Reading is the only way to learn that a client has gone, so one that speaks while it waits is
// taken for one that has: no client of ours does.
#pragma once

#include "service/control/control_stream.h"

#include <memory>

#include <boost/asio/windows/stream_handle.hpp>

namespace ae::service {

std::unique_ptr<ControlStream> pipe_stream(boost::asio::windows::stream_handle connected);

}  // namespace ae::service
