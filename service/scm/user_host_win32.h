// One user's host as a process in that user's session: "aeclient service run --user" with the
// user's token and environment, on the user's desktop, without a window.
// Needs the rights of LocalSystem (SeTcbPrivilege, SeAssignPrimaryTokenPrivilege).
// Windows only; one thread, that of `loop`; never throws.
// Sources: [WTSQueryUserToken], [CreateProcessAsUser], [Job Objects].
#pragma once

#include "service/host/loop.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace ae::service {

class UserHost {
  public:
    // Kills it, and all that it started, when it still runs; `ended` is not called any more.  The
    // system does the same when our own process ends, however that ends.
    virtual ~UserHost() = default;
    // Its standard input ends; it finishes what it has begun.
    virtual void ask_to_stop() = 0;
};

// `command`: the program's full path and its arguments.  `ended`: once, with the exit code.
// Nobody is logged on in that session: nullptr.
Result<std::unique_ptr<UserHost>> start_user_host(Loop& loop, std::uint32_t session,
                                                  const std::vector<std::string>& command,
                                                  std::function<void(std::uint32_t code)> ended);

// Those that exist; most have nobody logged on.
Result<std::vector<std::uint32_t>> sessions_now();

}  // namespace ae::service
