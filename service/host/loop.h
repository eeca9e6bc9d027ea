// The host's one thread, and how its parts call back: always from the loop, never from inside the
// call that asked for it.  A callback may destroy the part that calls it.
#pragma once

#include "engine/base/result.h"

#include <functional>

#include <boost/asio/io_context.hpp>

namespace ae::service {

using Loop = boost::asio::io_context;
using Changed = std::function<void()>;
// Something does not work now; what follows from it says the function that takes this.
using Trouble = std::function<void(const Error&)>;

}  // namespace ae::service
