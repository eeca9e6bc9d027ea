// Where a context's host listens, and who may talk to whom there.  Both ends learn from the kernel,
// never from the other end, which account they talk to.
// Errors: kAccessDenied.  Pure, portable, any thread.
#pragma once

#include "engine/base/result.h"
#include "engine/directory.h"

#include <cstdint>
#include <string>

namespace ae::service {

// Who may ask: root and the account whose context it is.  0700 folders keep others away from a
// user's socket; a machine's socket takes everybody's connection, and tells those that may not ask
// so in one sentence.
struct ControlAddress {
    std::string path{};       // "/run/aeclient/control.sock"
    std::uint32_t owner = 0;  // uid of the context's account
    // Root has a context of its own as a user, too.
    engine::Scope scope = owner == 0 ? engine::Scope::machine : engine::Scope::user;
};

Done may_ask(const ControlAddress& address, std::uint32_t client);
// Root, the account that asks, or the one whose context it is: nobody else's word is a service's.
Done may_answer(const ControlAddress& address, std::uint32_t server, std::uint32_t client);

// How a host of this context is started, for an error's remedy.
std::string start_remedy(const ControlAddress& address);

}  // namespace ae::service
